import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import type { Taken } from '../support/cpu.ts';
import { inDirectory } from './directory.ts';
import type { Row } from './measure.ts';

/** The number of files with a row. */
const FILES = 15;
/** The goal of all files in CPU seconds: four minutes of two cores, without waiting tests. */
const MAX_TOTAL = 380;
/** The goal of one file in CPU seconds. */
const MAX_OF_FILE = 25;

/** Measures the CPU time of `npm test`, and of its slowest files. Other load affects elapsed time more. */
export function suite(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const to = join(directory, 'cpu.jsonl');
    const child = spawn('vitest', ['run'], {
      cwd: ROOT,
      env: { ...process.env, MUSTER_CPU: to },
      // Only the table goes to stdout.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error('The suite fails, see its output above.');
    const lines = readFileSync(to, 'utf8').trimEnd().split('\n');
    const files = lines.map((line): Taken => JSON.parse(line)).sort((one, other) => other.cpuSeconds - one.cpuSeconds);
    const sum = (of: (taken: Taken) => number) => files.reduce((total, taken) => total + of(taken), 0);
    return [
      row(
        'npm test, all files',
        sum(({ cpuSeconds }) => cpuSeconds),
        MAX_TOTAL,
      ),
      { what: 'npm test, functions started', figure: sum(({ workers }) => workers), unit: 'workers' },
      ...files.slice(0, FILES).map(({ file, cpuSeconds }) => row(file, cpuSeconds, MAX_OF_FILE)),
    ];
  });
}

function row(what: string, figure: number, atMost: number): Row {
  return { what, figure, unit: 'CPU s', goal: { atMost } };
}
