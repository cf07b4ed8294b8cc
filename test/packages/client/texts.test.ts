import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../packages/client/components/failure.ts';
import { languageOf } from '../../../packages/client/components/language.ts';
import { TEXTS } from '../../../packages/client/components/texts.ts';
import { MusterError } from '../../../packages/client/src/index.ts';

// The texts of the screens.

describe('the catalogue', () => {
  /** Returns the texts of a language by their paths; functions are called with their parameters' places. */
  function textsOf(texts: object, path = ''): [string, string][] {
    return Object.entries(texts).flatMap(([name, text]): [string, string][] => {
      const at = `${path}.${name}`;
      const said = typeof text === 'function' ? text('{0}', '{1}') : text;
      return typeof said === 'string' ? [[at, said]] : textsOf(said, at);
    });
  }
  const [en, de] = [new Map(textsOf(TEXTS.en)), new Map(textsOf(TEXTS.de))];

  test('has each text in each language, with the same parameters', () => {
    expect([...de.keys()].sort()).toEqual([...en.keys()].sort());
    for (const [at, text] of en) {
      expect(text.trim(), at).not.toBe('');
      expect(
        de
          .get(at)
          ?.match(/\{\d\}/g)
          ?.sort(),
        at,
      ).toEqual(text.match(/\{\d\}/g)?.sort());
    }
  });

  test.each(['constructor', 'toString', 'a_new_code'])('leaves the words for %s to the API', (code) => {
    const { kind, text } = failureOf(new MusterError(code as never, 'Words.', { status: 409 }));
    expect([kind, text(TEXTS.en)]).toEqual(['failed', 'Words.']);
  });

  test('has no text that wasn’t translated', () => {
    const same = [...en].filter(([at, text]) => de.get(at) === text && /[a-z]{3}/.test(text));
    expect(same.map(([, text]) => text).sort()).toEqual(['Moderator', 'Name', 'Teams']);
  });

  test('is chosen by the page, then by the browser, and is English otherwise', () => {
    expect(languageOf(undefined, 'de-AT', 'en')).toBe('de');
    expect(languageOf('fr', 'EN-gb')).toBe('en');
    expect(languageOf(null, 'fr')).toBe('en');
  });
});
