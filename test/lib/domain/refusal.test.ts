import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { REFUSALS } from '../../../lib/domain/refusal.ts';

// Checks that every table of refusals has the order of `REFUSALS`, so that tables can be compared side by side.

const files = execFileSync('git', ['ls-files', 'lib', 'docs'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
const tables = files
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const found = [...text.matchAll(/(\w+): [^\n]*Record<RefusalCode[^\n]*= \{\n(.*?)\n\}/gs)];
    return found.map(([, name, body = '']) => ({ name: `${file} ${name}`, codes: body.matchAll(/^ {2}(\w+)[:(]/gm) }));
  });

test('the tables of refusals are found', () => {
  expect(tables.length).toBeGreaterThan(7);
});

describe.each(tables)('$name', ({ codes }) => {
  test('has the order of REFUSALS', () => {
    const named = [...codes].map(([, code]) => code as string);
    expect(named).toEqual(Object.keys(REFUSALS).filter((code) => named.includes(code)));
    expect(named).not.toEqual([]);
  });
});
