import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { inDirectory } from './directory.ts';
import { interleaved, type Row } from './measure.ts';

const ROUNDS = 3;
/** What isn't part of a fresh clone, or is better shared. */
const LEFT_OUT = new Set(['node_modules', '.git', '.local', 'cdk.out']);
/** With this it ends saying how it is used. */
const LAST_WORDS = 'Ctrl+C stops it';

/** How long `npm start` takes until it has said how to use it: in a copy of the repository, with data of its own. */
export function npmStart(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const copy = join(directory, 'copy');
    cpSync(ROOT, copy, {
      recursive: true,
      filter: (path) => !LEFT_OUT.has(relative(ROOT, path).split(sep)[0] as string),
    });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const ms = await interleaved(ROUNDS, {
      changed: () => {
        appendFileSync(join(copy, 'lib/configuration.ts'), '\n');
        return untilReady(copy);
      },
      unchanged: () => untilReady(copy),
    });
    return [
      { what: 'npm start, after a change', figure: ms.changed / 1000, unit: 's', goal: { atMost: 15 } },
      { what: 'npm start, unchanged', figure: ms.unchanged / 1000, unit: 's', goal: { atMost: 5 } },
    ];
  });
}

async function untilReady(copy: string): Promise<number> {
  const started = performance.now();
  // Without the step that would install into the directory that the copy shares.
  const npm = spawn('npm', ['start', '--ignore-scripts', '--', '--port', '0'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(npm, 'exit');
  let said = '';
  for await (const chunk of npm.stdout) {
    said += chunk;
    if (said.includes(LAST_WORDS)) break;
  }
  const ms = performance.now() - started;
  if (said.includes(LAST_WORDS)) {
    const { pid } = JSON.parse(readFileSync(join(copy, '.local/stack.json'), 'utf8'));
    process.kill(pid, 'SIGINT');
  }
  await ended;
  if (!said.includes('curl')) throw new Error(`npm start didn't become ready. It said: ${said}`);
  return ms;
}
