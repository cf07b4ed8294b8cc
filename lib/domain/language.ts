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

/** A cache: creating a formatter takes longer than the rest of composing a mail. */
const formats = new Map<Language, Intl.DateTimeFormat>();

function formatOf(language: Language): Intl.DateTimeFormat {
  const cached = formats.get(language);
  if (cached) return cached;
  const format = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });
  formats.set(language, format);
  return format;
}

/** Returns a moment in words, to the minute and in UTC: `Wednesday 12 August 2026 at 14:30 UTC`. */
export function momentInWords(moment: Date, language: Language): string {
  return `${formatOf(language).format(moment)} ${{ en: 'UTC', de: 'Uhr UTC' }[language]}`;
}
