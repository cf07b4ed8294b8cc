/** The languages of mails and pages. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * Returns the preferred language of an `Accept-Language` header (`de-CH, en;q=0.8`), by quality value, then by order;
 * `fallback` for `*`, and if the header names no supported language.
 */
export function languageOf(header: string | undefined, fallback: Language): Language {
  let best = { language: fallback, quality: 0 };
  for (const part of (header ?? '').split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    const language = range === '*' ? fallback : LANGUAGES.find((known) => known === range.split('-')[0]);
    if (language && quality > best.quality) best = { language, quality };
  }
  return best.language;
}

const LOCALES = { en: 'en-GB', de: 'de-DE' } as const;

/** Formatters of a moment, and of the name of its zone: `CEST` in summer. */
interface Formats {
  readonly moment: Intl.DateTimeFormat;
  readonly zone: Intl.DateTimeFormat;
}

/** A cache: creating a formatter takes longer than the rest of composing a mail. */
const formats = new Map<string, Formats>();

function formatsOf(language: Language, timeZone: string): Formats {
  const key = `${language} ${timeZone}`;
  const cached = formats.get(key);
  if (cached) return cached;
  const locale = LOCALES[language];
  const made = {
    moment: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }),
    zone: new Intl.DateTimeFormat(locale, { timeZoneName: 'short', timeZone }),
  };
  formats.set(key, made);
  return made;
}

/**
 * Returns a moment in words, to the minute, with its zone: `Wednesday 12 August 2026 at 14:30 UTC`.
 *
 * @param timeZone an IANA name, such as `Europe/Berlin`
 */
export function momentInWords(moment: Date, language: Language, timeZone = 'UTC'): string {
  const formats = formatsOf(language, timeZone);
  const zone = formats.zone.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value;
  return `${formats.moment.format(moment)} ${{ en: '', de: 'Uhr ' }[language]}${zone ?? timeZone}`;
}
