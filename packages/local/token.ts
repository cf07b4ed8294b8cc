/** Prints a bearer token of the running stack's issuer: `npm run -s token -- jane@example.com`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';
import { runningStack } from './stack-file.ts';

const USAGE = 'npm run -s token -- jane@example.com [--name "Jane Doe"] [--unverified]';

async function token(): Promise<string> {
  const { email, ...person } = readArguments();
  const stack = await runningStack(join(ROOT, '.local'));
  if (!stack) throw new Error('No local stack is running: start one with npm start, then try again.');
  const response = await fetch(`${stack.api}/_local/token`, {
    method: 'POST',
    body: JSON.stringify({ email, ...person }),
  });
  const answer = (await response.json()) as { token?: string; message?: string };
  if (answer.token === undefined) throw new Error(`${answer.message} Usage: ${USAGE}`);
  return answer.token;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { name: { type: 'string' }, unverified: { type: 'boolean' } },
    });
    if (positionals.length === 1) return { email: positionals[0], ...values };
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. Usage: ${USAGE}`);
  }
  throw new Error(`Say whose token it is to be: ${USAGE}`);
}

try {
  process.stdout.write(`${await token()}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
