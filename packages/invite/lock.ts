import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Stop } from './stop.ts';

/**
 * Takes a lock, which is a file with the process and the machine that have it. That of a dead process is taken over.
 *
 * @returns what gives it back
 * @throws Stop while another process has it
 */
export function lock(file: string): () => void {
  const own = `${file}.${process.pid}`;
  const content = `${process.pid} ${hostname()}\n`;
  // Written before it is in its place: whoever finds a lock finds its holder in it.
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
      takeAway(file, found);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (read(file) === content) rmSync(file);
  };
}

/** Removes a lock that is stale, and none that another run has put there since. */
function takeAway(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) tryLink(aside, file);
    rmSync(aside);
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
