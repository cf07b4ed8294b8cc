/**
 * Runs a function in its own process, as Lambda does, so that the stack doesn't share its CPU time and memory. Each
 * message invokes the function with its clock ahead by `offset` milliseconds. The answer has the function's result, its
 * CPU time in milliseconds, and the heap in bytes after a garbage collection.
 */
import { createRequire } from 'node:module';

const [file = '', timeout = ''] = process.argv.slice(2);

let offset = 0;
const RealDate = Date;
const realNow = Date.now;
RealDate.now = () => realNow() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
});

const { handler } = createRequire(import.meta.url)(file);
process.on('message', async (message: { offset: number }) => {
  offset = message.offset;
  const end = performance.now() + Number(timeout) * 1000;
  const getRemainingTimeInMillis = () => Math.max(0, end - performance.now());
  const before = process.cpuUsage();
  const result = await handler({}, { awsRequestId: 'bench', getRemainingTimeInMillis });
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  process.send?.({ result, cpu: (user + system) / 1000, heap: process.memoryUsage().heapUsed });
});
process.send?.('ready');
