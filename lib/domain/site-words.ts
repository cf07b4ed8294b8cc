import { fill } from './html.ts';
import { type Language, momentInWords } from './language.ts';
import type { SensitiveGrant } from './site-access.ts';
import type { InviteTerms } from './site-invite.ts';

const EN = {
  gets: 'What your team gets',
  ownership: 'Ownership of the site, with all its chargers',
  all: 'Access to all chargers',
  one: 'Access to one charger',
  some: 'Access to {count} chargers',
  sensitive: 'Sensitive data',
  without: 'Not included',
  endless: 'Included, without an end',
  until: 'Included, until {when}',
  never: 'Without an end',
};

const WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    gets: 'Was Ihr Team bekommt',
    ownership: 'Den Standort selbst, mit allen Ladepunkten',
    all: 'Zugriff auf alle Ladepunkte',
    one: 'Zugriff auf einen Ladepunkt',
    some: 'Zugriff auf {count} Ladepunkte',
    sensitive: 'Sensible Daten',
    without: 'Nicht enthalten',
    endless: 'Enthalten, ohne Ende',
    until: 'Enthalten, bis {when}',
    never: 'Ohne Ende',
  },
};

/** A value of a list: a phrase, with the moment of its `{when}`. Pages write moments as elements, mails as text. */
export interface Term {
  readonly phrase: string;
  readonly when?: Date | undefined;
}

/** Returns a term as text. */
export function termAsText({ phrase, when }: Term, language: Language, timeZone: string | undefined): string {
  return when ? fill(phrase, { when: momentInWords(when, language, timeZone) }) : phrase;
}

/** Returns the terms of an invite to a site in words, for mails and pages: lines with their labels. */
export function termsInWords(
  { transferOwnership, assets, sensitive }: InviteTerms,
  language: Language,
): (readonly [label: string, value: Term])[] {
  const words = WORDS[language];
  if (transferOwnership) return [[words.gets, { phrase: words.ownership }]];
  const count = assets?.length;
  const access = count === undefined ? words.all : count === 1 ? words.one : fill(words.some, { count: String(count) });
  return [
    [words.gets, { phrase: access }],
    [words.sensitive, sensitive ? termOf(sensitive, words.endless, words.until) : { phrase: words.without }],
  ];
}

/** Returns the expiry of a grant in words. */
export function endInWords(grant: SensitiveGrant, language: Language): Term {
  return termOf(grant, WORDS[language].never, '{when}');
}

function termOf({ expiresAt }: SensitiveGrant, endless: string, until: string): Term {
  return expiresAt === undefined ? { phrase: endless } : { phrase: until, when: new Date(expiresAt) };
}
