/** The languages that mails and pages speak. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The language that an `Accept-Language` header likes best (`de-CH, en;q=0.8`), by its quality values and then its
 * order; `fallback` where it names none of ours, and for `*`.
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

/** Made once each: making one takes longer than all else of a mail. */
const formats = new Map<Language, Intl.DateTimeFormat>();

function formatOf(language: Language): Intl.DateTimeFormat {
  const known = formats.get(language);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });
  formats.set(language, made);
  return made;
}

/** A moment as people read it, to the minute and in UTC: `Wednesday 12 August 2026 at 14:30 UTC`. */
export function momentInWords(moment: Date, language: Language): string {
  return `${formatOf(language).format(moment)} ${{ en: 'UTC', de: 'Uhr UTC' }[language]}`;
}
