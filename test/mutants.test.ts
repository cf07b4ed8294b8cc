import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cdk/fingerprint.ts';
import { mutants } from './mutants/mutants.ts';

// That tests notice the mutants is shown by `npm run test:mutants`, which takes its time; that they can still be made,
// here.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test.each(mutants)('$name: what it takes away is there, once, and the test that is to notice it', ({ edits, test }) => {
  for (const { file, replace } of edits) expect(read(file).split(replace)).toHaveLength(2);
  expect(read(test.file)).toContain(test.name);
});
