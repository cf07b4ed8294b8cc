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

/** Returns the terms of an invite to a site in words, for mails and pages: lines with their labels. */
export function termsInWords(
  { transferOwnership, assets, sensitive }: InviteTerms,
  language: Language,
): (readonly [label: string, value: string])[] {
  const words = WORDS[language];
  if (transferOwnership) return [[words.gets, words.ownership]];
  const count = assets?.length;
  const access = count === undefined ? words.all : count === 1 ? words.one : fill(words.some, { count: String(count) });
  const until = sensitive?.expiresAt && momentInWords(new Date(sensitive.expiresAt), language);
  const grant = sensitive ? (until ? fill(words.until, { when: until }) : words.endless) : words.without;
  return [
    [words.gets, access],
    [words.sensitive, grant],
  ];
}

/** Returns the expiry of a grant in words. */
export function endInWords({ expiresAt }: SensitiveGrant, language: Language): string {
  return expiresAt === undefined ? WORDS[language].never : momentInWords(new Date(expiresAt), language);
}
