// Records the CPU time of each test file, for `npm run bench -- suite`.

import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

/** A line of the file that `MUSTER_CPU` names. */
export interface Taken {
  /** The path relative to the root of the repository. */
  readonly file: string;
  /** User and system CPU seconds of the process and its children: engine, browser, commands. */
  readonly cpuSeconds: number;
  /** The number of started worker threads, which run functions. */
  readonly workers: number;
}

const { MUSTER_CPU: recordFile } = process.env;

if (recordFile) {
  let workers = 0;
  const countWorker = () => {
    workers += 1;
  };
  process.on('worker', countWorker);
  let before = 0;
  beforeAll(() => {
    before = cpuSeconds();
  });
  afterAll(() => {
    process.off('worker', countWorker);
    const file = relative(ROOT, expect.getState().testPath as string);
    const taken: Taken = { file, cpuSeconds: cpuSeconds() - before, workers };
    appendFileSync(recordFile, `${JSON.stringify(taken)}\n`);
  });
}

/** Returns the CPU seconds so far: of this process and its children on Linux, else of this process only. */
function cpuSeconds(): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(name) : []));
  const treeOf = (pid: number): number =>
    processes.reduce((sum, one) => sum + (one.pid === pid ? one.ticks : one.parent === pid ? treeOf(one.pid) : 0), 0);
  return treeOf(process.pid) / TICKS_A_SECOND;
}

const TICKS_A_SECOND = 100;

/** Reads the CPU ticks of a process, including its ended children. Returns nothing if the process has ended. */
function statOf(pid: string): { pid: number; parent: number; ticks: number }[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, which may contain any characters. The fourth is the parent.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
    return [{ pid: Number(pid), parent: fields[1] as number, ticks }];
  } catch {
    return [];
  }
}
