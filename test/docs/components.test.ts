import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

// Compares docs/components.md with the screens.

const FOLDER = join(ROOT, 'packages', 'client', 'components');
const page = readFileSync(join(ROOT, 'docs', 'components.md'), 'utf8');
const sources = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), 'utf8'));
const all = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].sort();
const code = sources.join('\n');

test('it names every element, and no others', () => {
  const elements = all(code, /^ {2}'(muster-[a-z]+)': Muster/gm).filter((name) => name !== 'muster-dialog');
  expect(elements.length).toBeGreaterThan(4);
  expect(all(page, /^\| `(muster-(?!changed|signed)[a-z]+)` \| [A-Z]/gm)).toEqual(elements);
});

test('it names every attribute', () => {
  const named = all(code, /attribute: '([a-z-]+)'/g);
  const own = ['organization', 'language', 'opened', 'quiet'];
  expect(all(page, /^\| `\w+` \| `([a-z-]+)` \|/gm)).toEqual([...named, ...own].sort());
});

test('it names every event', () => {
  expect(all(page, /^\| `(muster-(?:changed|signed-out))` \|/gm)).toEqual(all(code, /emit\('(muster-[a-z-]+)'/g));
});

test('it names every variable of the theme that applications set', () => {
  const derived = ['--muster-fill', '--muster-on-fill', '--muster-ink-on-light', '--muster-ink-on-dark'];
  const read = all(code, /(?:var\(|getPropertyValue\(')(--muster-[a-z-]+)/g).filter((name) => !derived.includes(name));
  expect(all(page.split('## Theme')[1]?.split('## CORS')[0] ?? '', /`(--muster-[a-z-]+)`/g)).toEqual(read);
});
