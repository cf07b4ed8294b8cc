import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { newAddress } from '../../support/service.ts';

/** The folder of the CSV files, which is deleted after the tests. */
export const directory = mkdtempSync(join(inject('stacks'), 'invite-'));

/** The exit code and output of a run. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command as a process. `ended` resolves to its exit code and output. */
export function start(args: readonly string[], token?: string): { child: ChildProcess; ended: Promise<RunResult> } {
  const { MUSTER_TOKEN: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'packages/invite/run.ts'), ...args], {
    env: {
      ...env,
      // The runs share compiled code.
      NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
      ...(token !== undefined && { MUSTER_TOKEN: token }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...output })) };
}

let files = 0;

/** Writes a CSV file, and returns its path. */
export function writeSheet(content: string | Uint8Array): string {
  files += 1;
  const csv = join(directory, `people-${files}.csv`);
  writeFileSync(csv, content);
  return csv;
}

/** Returns unused addresses. */
export const addresses = (count: number) => Array.from({ length: count }, () => newAddress());
/** Writes a CSV file with a column of addresses. */
export const sheetOf = (emails: readonly string[]) => writeSheet(`email\n${emails.join('\n')}\n`);
/** Returns the path of a CSV file's progress file. */
export const progressOf = (csv: string) => `${csv}.muster.jsonl`;
/** Returns the complete lines of a CSV file's progress file. */
export const linesOf = (csv: string) =>
  existsSync(progressOf(csv)) ? readFileSync(progressOf(csv), 'utf8').split('\n').slice(0, -1) : [];

/** Waits until a condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(2);
}
