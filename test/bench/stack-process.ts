/** Runs a stack in its own process, as `npm start` does, so that it doesn't share CPU time with the benchmark. */
import { startStack } from '../../packages/local/stack.ts';

process.env.TZ = 'UTC';
const { api, dynamodb, table, inbox, stop } = await startStack({ directory: process.argv[2] as string });
process.once('disconnect', stop);
process.send?.({ api, dynamodb, table, inbox });
