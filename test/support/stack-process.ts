/**
 * Runs the local stack in a process that can be killed. The stack starts on a message that names its data, so the code
 * can be loaded beforehand.
 */
import { flushCompileCache } from 'node:module';
import type { Person } from '../../packages/local/issuer.ts';
import { type Stack, type StackOptions, startStack } from '../../packages/local/stack.ts';

/** A message to the process: start, or sign a token. The reply has the same id, and the stack's file or the token. */
export type Command = { readonly id: number } & (
  | { readonly start: StackOptions; readonly environment: Readonly<Record<string, string>> | undefined }
  | { readonly token: Person }
);

let stack: Stack;

// A killed process doesn't write its compile cache.
flushCompileCache();
process.once('disconnect', () => process.exit());
process.on('message', async (command: Command) => {
  if ('token' in command) {
    process.send?.({ id: command.id, answer: await stack.token(command.token) });
    return;
  }
  Object.assign(process.env, { TZ: 'UTC' }, command.environment);
  stack = await startStack(command.start);
  const { token: _, stop: __, ...answer } = stack;
  process.send?.({ id: command.id, answer });
});
