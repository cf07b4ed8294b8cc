import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { Name, PersonName } from '../../../lib/domain/input.ts';
import { foldName, isVisible } from '../../../lib/domain/user-text.ts';

const takes = (schema: z.ZodMiniType, text: string) => z.safeParse(schema, text).success;

/** Invisible characters: fillers, zero-width characters, tags, selectors. */
const IGNORED = ['\u3164', '\uffa0', '\u115f\u1160', '\u200b', '\u2060', '\u00ad', '\u034f', '\u180e', '\u{e0041}'];
IGNORED.push('\ufe0f', '\u200d\u200c');
const INVISIBLE = [...IGNORED, '\ufeff', '\u2800', '\u{1d159}', ' \u3164\u2800 ', '\u0301'];

describe('a name', () => {
  test.each(INVISIBLE.map((text) => [codesOf(text), text]))(
    'of invisible characters only is refused: %s',
    (_, text) => {
      expect(isVisible(text)).toBe(false);
      expect(takes(Name, text)).toBe(false);
      // A person's name may be empty after trimming.
      expect(takes(PersonName, text)).toBe(text.trim() === '');
    },
  );

  test.each(['Berlin', '東京', '👍', '👨\u200d👩\u200d👧', 'می\u200cخواهم', '!', '7', 'é', '☎\ufe0f'])(
    'may be %s',
    (text) => {
      for (const schema of [Name, PersonName]) expect(z.parse(schema, text)).toBe(text);
    },
  );
});

describe('name folding', () => {
  test.each([
    ['Straße', 'STRASSE'],
    ['Straße', 'STRAẞE'],
    ['Maße', 'masse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁn', 'FIN'],
    ['İstanbul', 'i\u0307stanbul'],
    ['Berlin', 'ｂｅｒｌｉｎ'],
    ['Café', 'CAFE\u0301'],
    ['a  b', ' A B '],
    ['a b', 'a\u2800b'],
    ...IGNORED.map((text) => ['Berlin', `Ber${text}lin${text}`]),
    // A joiner between letter and accent only affects normalization.
    ['Café', 'Cafe\u034f\u0301'],
  ] as [string, string][])('treats %j and %j as the same', (one, other) => {
    expect(foldName(one)).toBe(foldName(other));
  });

  test.each([
    ['Berlin', 'Bern'],
    ['Cafe', 'Café'],
    ['a b', 'ab'],
    ['Team 1', 'Team 2'],
    ['Team ½', 'Team 1'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(foldName(one)).not.toBe(foldName(other));
  });

  test('treats every letter as the same as its upper and lower case, and is idempotent', () => {
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const letter = String.fromCodePoint(code);
      const folded = foldName(letter);
      if (letter.toUpperCase() === letter && letter.toLowerCase() === letter) continue;
      expect([letter, folded, folded, folded]).toEqual([
        letter,
        foldName(letter.toUpperCase()),
        foldName(letter.toLowerCase()),
        foldName(folded),
      ]);
    }
  });
});

function codesOf(text: string): string {
  return JSON.stringify([...text].map((letter) => letter.codePointAt(0)?.toString(16)).join(' '));
}
