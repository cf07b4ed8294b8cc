import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inDirectory } from './directory.ts';
import type { Row } from './measure.ts';

/** Compares Muster with better-auth's organization plugin, and with the bare calls to DynamoDB. */
export function peers(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const child = fork(new URL('peers/process.ts', import.meta.url), [directory]);
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error('The comparison failed, see the error above.')),
    );
    ended.catch(() => {});
    const [rows] = (await Promise.race([once(child, 'message'), ended])) as [Row[]];
    return rows;
  });
}
