import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inDirectory } from './directory.ts';
import type { Row } from './measure.ts';

/**
 * Measures in a process of its own, which gets the environment of the functions. Returns the rows that the script sends
 * to its parent. Its argument is a temporary directory.
 */
export function forked(script: URL): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const child = fork(script, [directory]);
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error('The measurement failed, see the error above.')),
    );
    ended.catch(() => {});
    const [rows] = (await Promise.race([once(child, 'message'), ended])) as [Row[]];
    return rows;
  });
}
