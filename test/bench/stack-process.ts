/** A stack in a process of its own, as `npm start` has it, so that whoever measures it doesn't take its time. */
import { startStack } from '../../cdk/local/stack.ts';

process.env.TZ = 'UTC';
const { api, dynamodb, table, stop } = await startStack({ directory: process.argv[2] as string });
process.once('disconnect', stop);
process.send?.({ api, dynamodb, table });
// Whoever asks is told how much memory it takes, in bytes, once what nobody needs is gone.
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().rss);
});
