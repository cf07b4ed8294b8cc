/**
 * The local stack in a process that can be killed. It starts when it is told on which data, so that what takes long, to
 * load its code, can happen beforehand.
 */
import { flushCompileCache } from 'node:module';
import type { Person } from '../../packages/local/issuer.ts';
import { type Stack, type StackOptions, startStack } from '../../packages/local/stack.ts';

/** What it is told: to start, and to sign tokens. It answers with what `stack.json` says, or a token, under the same id. */
export type Order = { readonly id: number } & (
  | { readonly start: StackOptions; readonly environment: Readonly<Record<string, string>> | undefined }
  | { readonly token: Person }
);

let stack: Stack;

// A process that is killed leaves no cache for the next one.
flushCompileCache();
process.once('disconnect', () => process.exit());
process.on('message', async (order: Order) => {
  if ('token' in order) {
    process.send?.({ id: order.id, answer: await stack.token(order.token) });
    return;
  }
  Object.assign(process.env, { TZ: 'UTC' }, order.environment);
  stack = await startStack(order.start);
  const { token: _, stop: __, ...answer } = stack;
  process.send?.({ id: order.id, answer });
});
