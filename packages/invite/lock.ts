import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Stop } from './stop.ts';

/**
 * Acquires a lock: a file with the process id and the host name of its holder. Takes over the lock of a dead process.
 *
 * @returns a function that releases the lock
 * @throws Stop while another process holds the lock
 */
export function lock(file: string): () => void {
  const own = `${file}.${process.pid}`;
  const content = `${process.pid} ${hostname()}\n`;
  // Written before it is linked, so that a lock file is never empty.
  writeFileSync(own, content);
  try {
    while (!tryLink(own, file)) {
      const found = read(file);
      if (found === undefined) continue;
      const [pid, host] = found.trim().split(' ');
      if (host !== hostname() || isRunning(Number(pid))) {
        throw new Stop(
          `Another run has this file: process ${pid} on ${host}. Wait for it; if there is none, delete ${file}.`,
        );
      }
      removeStale(file, found);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (read(file) === content) rmSync(file);
  };
}

/** Removes a stale lock, but restores a lock that another run has acquired in the meantime. */
function removeStale(file: string, stale: string): void {
  const moved = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, moved);
    if (read(moved) !== stale) tryLink(moved, file);
    rmSync(moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
