import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import type { Service } from './service.ts';

/** Where commands that tests run keep compiled code: to compile it takes longer than most commands. */
export const COMPILE_CACHE = join(tmpdir(), 'muster-compile-cache');

/** The output of a command. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command of operators on a table, as they do.
 *
 * @param script for example `cdk/operator/check-table.ts`
 * @param node options of Node
 * @param more further variables
 */
export async function operatorCommand(
  { stack: { dynamodb } }: Pick<Service, 'stack'>,
  script: string,
  options: readonly string[],
  node: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = spawn('node', [...node, script, ...options], {
    cwd: ROOT,
    env: {
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      AWS_ACCESS_KEY_ID: 'OPERATOR',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...more,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}
