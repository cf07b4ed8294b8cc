import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import type { Taken } from '../support/cpu.ts';
import { inDirectory } from './directory.ts';
import type { Row } from './measure.ts';

/** So many files have a row of their own. */
const SLOWEST = 15;
/** Four minutes of two cores, of which tests that wait leave some. */
const ALL = 400;
/** What one file may take of that. */
const FILE = 50;

/** What `npm test` takes: CPU, which other work on the machine changes less than time, and the files that take most. */
export function suite(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const to = join(directory, 'cpu.jsonl');
    const child = spawn('vitest', ['run'], {
      cwd: ROOT,
      env: { ...process.env, MUSTER_CPU: to },
      // What it says stands apart from the table.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error('The suite fails; what is wrong stands above.');
    const lines = readFileSync(to, 'utf8').trimEnd().split('\n');
    const files = lines.map((line): Taken => JSON.parse(line)).sort((one, other) => other.cpuSeconds - one.cpuSeconds);
    const sum = (of: (taken: Taken) => number) => files.reduce((total, taken) => total + of(taken), 0);
    return [
      row(
        'npm test, all files',
        sum(({ cpuSeconds }) => cpuSeconds),
        ALL,
      ),
      { what: 'npm test, functions started', figure: sum(({ workers }) => workers), unit: 'workers' },
      ...files.slice(0, SLOWEST).map(({ file, cpuSeconds }) => row(file, cpuSeconds, FILE)),
    ];
  });
}

function row(what: string, figure: number, atMost: number): Row {
  return { what, figure, unit: 'CPU s', goal: { atMost } };
}
