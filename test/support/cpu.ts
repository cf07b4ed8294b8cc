// What a test file takes, written down where `npm run bench -- suite` asks for it.

import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

/** One line of the file that `MUSTER_CPU` names. */
export interface Taken {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** CPU seconds, of user and system, of the process and of all that it started: engine, browser, commands. */
  readonly cpuSeconds: number;
  /** Functions that were started: threads. */
  readonly workers: number;
}

const { MUSTER_CPU: to } = process.env;

if (to) {
  let workers = 0;
  const count = () => {
    workers += 1;
  };
  process.on('worker', count);
  let before = 0;
  beforeAll(() => {
    before = cpuSeconds();
  });
  afterAll(() => {
    process.off('worker', count);
    const file = relative(ROOT, expect.getState().testPath as string);
    const taken: Taken = { file, cpuSeconds: cpuSeconds() - before, workers };
    appendFileSync(to, `${JSON.stringify(taken)}\n`);
  });
}

/** Of this process and its children so far, as Linux tells it; elsewhere of this process alone. */
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

/** Those that have ended count with the one that started them. Nothing of a process that has gone meanwhile. */
function statOf(pid: string): { pid: number; parent: number; ticks: number }[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses, which may have anything in it, is the second field; the parent is the fourth.
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
