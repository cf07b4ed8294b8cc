import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutant, mutants } from './mutants.ts';

// Shows that the listed tests fail without the code they test: applies each mutant to a copy of the repository and
// expects that its test fails there. `npm run test:mutants` runs all; `-- <part of a name>` runs some.

const ROOT = join(import.meta.dirname, '../..');
const wanted = process.argv[2] ?? '';
const copy = mkdtempSync(join(tmpdir(), 'muster-mutants-'));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
});
for (const file of files.split('\n').filter(Boolean)) cpSync(join(ROOT, file), join(copy, file));
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

let survived = 0;
let killed = 0;
try {
  const chosen = mutants.filter(({ name }) => name.includes(wanted));
  // A test that also fails without a mutant proves nothing.
  const tests = new Map(chosen.map(({ test }) => [test.name, test]));
  for (const test of tests.values())
    if (!passes(test)) throw new Error(`This test fails without a mutant: ${test.name}`);
  for (const mutant of chosen) {
    const undo = apply(mutant);
    const isKilled = !passes(mutant.test);
    undo();
    console.log(`${isKilled ? 'killed  ' : 'SURVIVED'} ${mutant.name}`);
    if (isKilled) killed += 1;
    else survived += 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${killed} passed, ${survived} failed`);
process.exitCode = survived > 0 ? 1 : 0;

/** Applies a mutant. @returns a function that undoes it */
function apply({ edits, name }: Mutant): () => void {
  const originals = new Map(edits.map(({ file }) => [file, readFileSync(join(copy, file), 'utf8')]));
  for (const { file, replace, by } of edits) {
    const source = readFileSync(join(copy, file), 'utf8');
    if (source.split(replace).length !== 2)
      throw new Error(`${name}: ${file} does not contain exactly once: ${replace}`);
    writeFileSync(
      join(copy, file),
      source.replace(replace, () => by),
    );
  }
  return () => {
    for (const [file, source] of originals) writeFileSync(join(copy, file), source);
  };
}

/** Runs a test in the copy and returns whether it passes. */
function passes({ file, name }: Mutant['test']): boolean {
  const result = spawnSync('vitest', ['run', file, '-t', name], { cwd: copy, encoding: 'utf8' });
  const counts = /^(\d+) passed, (\d+) failed$/m.exec(result.stdout);
  if (!counts || (counts[1] === '0' && counts[2] === '0'))
    throw new Error(`No test was run:\n${result.stdout}\n${result.stderr}`);
  return counts[2] === '0';
}
