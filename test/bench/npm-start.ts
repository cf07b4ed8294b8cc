import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { inDirectory } from './directory.ts';
import { interleaved, type Row } from './measure.ts';

const ROUNDS = 3;
/** Not copied: it isn't part of a fresh clone, or is shared. */
const NOT_COPIED = new Set(['node_modules', '.git', '.local', 'cdk.out']);
/** The end of the output when `npm start` is ready. */
const END_OF_OUTPUT = 'Ctrl+C stops it';

/** Measures `npm start` until it is ready, in a copy of the repository with its own data. */
export function npmStart(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const copy = join(directory, 'copy');
    cpSync(ROOT, copy, {
      recursive: true,
      filter: (path) => !NOT_COPIED.has(relative(ROOT, path).split(sep)[0] as string),
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
  // Without the step that installs packages: the copy shares node_modules.
  const npm = spawn('npm', ['start', '--ignore-scripts', '--', '--port', '0'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(npm, 'exit');
  let output = '';
  for await (const chunk of npm.stdout) {
    output += chunk;
    if (output.includes(END_OF_OUTPUT)) break;
  }
  const ms = performance.now() - started;
  if (output.includes(END_OF_OUTPUT)) {
    const { pid } = JSON.parse(readFileSync(join(copy, '.local/stack.json'), 'utf8'));
    process.kill(pid, 'SIGINT');
  }
  await ended;
  if (!output.includes('curl')) throw new Error(`npm start didn't become ready. Output: ${output}`);
  return ms;
}
