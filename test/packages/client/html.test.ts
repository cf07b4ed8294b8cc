import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { html } from '../../../packages/client/components/html.ts';
import { nameOf } from '../../../packages/client/components/person.ts';

// The one place in which users' texts are made safe to read: the templates of the screens, and of the console.

test('a text in a template, or in a list of it, has no directional or control characters', () => {
  const name = '\u202eAda\u2066';
  expect(html`<b title=${name}>${name}${[name]}${3}</b>`.values).toEqual(['Ada', 'Ada', ['Ada'], 3]);
});

test('a text in a field stays as it was typed', () => {
  const typed = '\u200fשלום';
  expect(html`<input .value=${typed} title=${typed}>`.values).toEqual([typed, 'שלום']);
});

test('a name of invisible characters only isn’t a name', () => {
  expect(nameOf({ firstName: '\u202e', lastName: '\u2066', email: 'ada@example.com' })).toBe('ada@example.com');
});

test.each(['packages/client/components', 'packages/console/src'])('all templates in %s are such', (folder) => {
  const files = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts') && name !== 'html.ts');
  const others = files.filter((name) =>
    /import \{[^}]*\bhtml\b[^}]*\} from 'lit'/.test(readFileSync(join(ROOT, folder, name), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(others).toEqual([]);
});
