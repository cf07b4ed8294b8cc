import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import openapi from '../../../docs/openapi.json' with { type: 'json' };
import { AUDIT_ACTIONS } from '../../../lib/domain/audit.ts';
import { failureOf, mistakesIn, wordsOf } from '../../../packages/client/components/failure.ts';
import { languageOf } from '../../../packages/client/components/language.ts';
import { TEXTS } from '../../../packages/client/components/texts.ts';
import { METHODS } from '../../../packages/client/src/generated/methods.ts';
import { MusterError } from '../../../packages/client/src/index.ts';
import { ACTORS, type Named, SENTENCES } from '../../../packages/console/src/audit-texts.ts';
import { SCREEN_TEXTS } from '../../../packages/console/src/screen-texts.ts';
import { TEXTS as FRAME_TEXTS } from '../../../packages/console/src/texts.ts';

// The texts of the screens and of the console: nothing is missing in a language.

const FOLDERS = ['packages/client/components', 'packages/console/src'];

/** The source of all screens. */
const source = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts') && !/texts\.ts$/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
).join('\n');

/** What the functions of a catalogue are called with: places of parameters, one of each, and what else they choose by. */
const PARAMETERS = [
  ['{0}', '{1}', '{2}'],
  [1, 1, 1],
  ['{0}', false],
  ['a@b.example', 'c'],
] as const;

/** Returns the texts of a language by their paths. */
function textsOf(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([name, text]): [string, string][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof text === 'function')
      return PARAMETERS.flatMap((parameters, index) => textsOf({ [index]: text(...parameters) }, at));
    return typeof text === 'string' ? [[at, text]] : textsOf(text, at);
  });
}

const placesIn = (text: string | undefined) => text?.match(/\{\w+\}/g)?.sort();

describe.each([
  ['the screens', TEXTS, ['Moderator', 'Name', 'Teams']],
  ['the console’s frame', FRAME_TEXTS, ['Teams', 'Webhooks']],
  ['the console’s screens', SCREEN_TEXTS, ['Moderator', 'Name', 'Team', 'Teams', 'Webhooks']],
  ['who acts', ACTORS, []],
] as const)('the catalogue of %s', (_, catalogue, international) => {
  const [en, de] = [new Map(textsOf(catalogue.en)), new Map(textsOf(catalogue.de))];

  test('has each text in each language, with the same parameters', () => {
    expect([...de.keys()].sort()).toEqual([...en.keys()].sort());
    for (const [at, text] of [...en, ...de]) {
      expect(text, at).toBe(text.trim().replace(/\s+/g, ' '));
      expect(text, at).not.toMatch(/^$|undefined|\[object/);
      expect(placesIn(de.get(at)), at).toEqual(placesIn(en.get(at)));
    }
  });

  test('has no text that wasn’t translated', () => {
    const same = [...en].filter(([at, text]) => de.get(at) === text && /[a-z]{3}/.test(text.replace(/\{\w+\}/g, '')));
    const words = new Set(same.map(([, text]) => text).filter((text) => text !== 'a@b.example'));
    expect([...words].sort()).toEqual(international);
  });
});

test.each([TEXTS.en, FRAME_TEXTS.en, SCREEN_TEXTS.en])('no catalogue has a text that nothing shows', (catalogue) => {
  const paths = textsOf(catalogue).map(([at]) => at.split('.').filter((part) => !/^\d+$/.test(part)));
  const unused = paths.filter((path) => {
    const [name = '', group = ''] = path.toReversed();
    // Some are chosen by what the API says.
    const isChosen = path[0] === 'errors' || source.includes(`${group}[`);
    return !isChosen && !new RegExp(`\\b${name}\\b`).test(source);
  });
  expect(unused).toEqual([]);
});

describe('the sentences of the audit log', () => {
  const places = { it: '{it}', other: '{other}', from: '{from}', to: '{to}' };

  test.each(AUDIT_ACTIONS)('%s, whatever of it has a name', (action) => {
    for (let which = 0; which < 16; which += 1) {
      const named = Object.fromEntries(Object.entries(places).filter((_, index) => which & (1 << index)));
      const [en, de] = [
        SENTENCES.en[action](named as unknown as Named),
        SENTENCES.de[action](named as unknown as Named),
      ];
      for (const text of [en, de]) {
        expect(text).toBe(text.trim().replace(/\s+/g, ' '));
        expect(text).not.toMatch(/^$|undefined|\b(team|site|integration|webhook) an? /);
        // Who did it stands before it.
        expect(text).toMatch(/^[a-z]/);
      }
      expect(placesIn(de)).toEqual(placesIn(en));
      expect(de).not.toBe(en);
    }
  });
});

/** What no page can meet, with the reason. */
const UNMET: Readonly<Record<string, string>> = {
  validation_failed: 'has the words of its fields',
  malformed_body: 'the client writes the request',
  malformed_query: 'the same',
  unsupported_media_type: 'the same',
  body_too_large: 'fields and files have limits far below it',
  idempotency_key_reused: 'each creation has a key of its own',
  organization_required: 'the screen says that an organization has to be chosen',
  redirect_not_allowed: 'the application’s mistake, for its programmer',
  token_not_allowed: 'a person is signed in',
  integration_not_allowed: 'the same',
  operator_key_not_allowed: 'the same',
  user_not_found: 'only an operator names another owner',
  integration_not_found: 'only its name is read, which may be gone',
};

describe('errors', () => {
  type Operation = { readonly responses: Readonly<Record<string, { readonly $ref?: string }>> };
  const paths = openapi.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const methods = METHODS as Readonly<Record<string, Readonly<Record<string, string>>>>;

  /** The codes with which the API refuses what the screens call. */
  const codes = new Set(
    [...source.matchAll(/\b(\w+)\s*\.(\w+)\(/g)].flatMap(([, resource = '', name = '']) => {
      const [method = '', path = ''] = methods[resource]?.[name]?.split(' ') ?? [];
      const responses = Object.values(paths[path]?.[method.toLowerCase()]?.responses ?? {});
      return responses.flatMap(({ $ref }) => $ref?.split('/').at(-1)?.split('.').slice(1) ?? []);
    }),
  );

  test('that a page can meet have words in both languages', () => {
    expect(codes.size).toBeGreaterThan(40);
    const without = [...codes].filter((code) => !wordsOf(code, TEXTS.en) || !wordsOf(code, TEXTS.de));
    expect(without.sort()).toEqual(Object.keys(UNMET).sort());
  });

  test('have no words that are never said', () => {
    const made = ['network_error', 'timed_out', 'unexpected_answer'];
    expect(Object.keys(TEXTS.en.errors).filter((code) => !codes.has(code) && !made.includes(code))).toEqual([]);
  });

  test.each(['constructor', 'toString', 'a_new_code'])('with the code %s have the words of the API', (code) => {
    const { kind, text } = failureOf(new MusterError(code as never, 'Words.', { status: 409 }));
    expect([kind, text(TEXTS.en)]).toEqual(['failed', 'Words.']);
  });

  test('of fields have a sentence for each field, once, whatever its name', () => {
    const details = { name: ['x'], 'invitations.0.email': ['x'], 'invitations.1.email': ['x'], toString: ['x'] };
    const { email, name, other } = TEXTS.de.invalid;
    expect(mistakesIn(details, TEXTS.de)).toBe(`${name} ${email} ${other}`);
    const error = new MusterError('validation_failed', 'Words.', { status: 400, details });
    expect(failureOf(error).text(TEXTS.de)).toBe(`${name} ${email} ${other}`);
    expect(mistakesIn({}, TEXTS.en)).toBe(undefined);
  });
});

test('an invitation goes to an address in German too, and doesn’t come from it', () => {
  const { manage, revoked, revokeTitle, linkTitle } = TEXTS.de.invitations;
  const email = 'x@example.com';
  for (const text of [manage(email), revoked(email), revokeTitle(1, email), linkTitle(email)]) {
    expect(text).toContain(`Einladung an ${email}`);
  }
});

test('the language is chosen by the page, then by the browser, and is English otherwise', () => {
  expect(languageOf(undefined, 'de-AT', 'en')).toBe('de');
  expect(languageOf('fr', 'EN-gb')).toBe('en');
  expect(languageOf(null, 'fr')).toBe('en');
});
