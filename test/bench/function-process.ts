/**
 * A function in a process of its own, as Lambda has it: nothing of the stack takes its time or its memory. Each message
 * invokes it at so many milliseconds from now; the answer is its result, the milliseconds of a core that it took, and the
 * heap in bytes once what nobody needs is gone.
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
  process.send?.({ result, core: (user + system) / 1000, heap: process.memoryUsage().heapUsed });
});
process.send?.('ready');
