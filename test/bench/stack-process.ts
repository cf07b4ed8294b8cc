/** A stack in a process of its own, as `npm start` has it, so that whoever measures it doesn't take its time. */
import { startStack } from '../../packages/local/stack.ts';

process.env.TZ = 'UTC';
const { api, dynamodb, table, inbox, stop } = await startStack({ directory: process.argv[2] as string });
process.once('disconnect', stop);
process.send?.({ api, dynamodb, table, inbox });
