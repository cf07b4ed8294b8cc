import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cdk/fingerprint.ts';
import { mutants } from './mutants/mutants.ts';

// Checks that each mutant still applies. `npm run test:mutants`, which is slow, checks that the tests fail with it.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test.each(mutants)('$name: the replaced text occurs once, and the test exists', ({ edits, test }) => {
  for (const { file, replace } of edits) expect(read(file).split(replace)).toHaveLength(2);
  expect(read(test.file)).toContain(test.name);
});
