import { expect, test } from 'vitest';
import { addressIn, hasWords, wordsOf } from '../../../lib/domain/search.ts';

const finds = (search: string, ...texts: string[]) => hasWords(wordsOf(search), texts);

test.each([
  ['muller', 'Müller'],
  ['MÜLLER', 'muller'],
  ['strasse', 'Straße'],
  ['ｊａｎｅ', 'Jane'],
  ['istanbul', 'İstanbul'],
  ['jose\u0301', 'José'],
  ['  doe   jane ', 'Jane Doe'],
  ['ane', 'Jane'],
  ['जेन', 'जेन'],
  ['ja\u200bne', 'Jane'],
])('%j finds %j', (search, text) => {
  expect(finds(search, text)).toBe(true);
});

test('each word is found somewhere, but not across texts', () => {
  expect(finds('jane example', 'Jane', 'Doe', 'jane@example.com')).toBe(true);
  expect(finds('jane acme', 'Jane', 'Doe', 'jane@example.com')).toBe(false);
  expect(finds('janedoe', 'Jane', 'Doe')).toBe(false);
  expect(finds('.*', 'Jane')).toBe(false);
});

test('only a whole address is looked up by its key, as it is stored', () => {
  expect(addressIn(' Jane@Example.COM ')).toBe('jane@example.com');
  expect(addressIn('jane@münchen.de')).toBe('jane@xn--mnchen-3ya.de');
  for (const part of ['jane@example', 'jane@example.c', '@example.com', 'jane', 'jane@example.com doe']) {
    expect(addressIn(part), part).toBeUndefined();
  }
});
