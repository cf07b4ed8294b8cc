/** The languages of the screens. */
export type ScreenLanguage = 'en' | 'de';

/** The names of the languages, each in itself. */
export const LANGUAGE_NAMES: Readonly<Record<ScreenLanguage, string>> = { en: 'English', de: 'Deutsch' };

/** Returns the language to show: the first of the tags that there are texts for, else English. */
export function languageOf(...tags: readonly (string | null | undefined)[]): ScreenLanguage {
  for (const tag of tags) {
    const language = tag?.toLowerCase().split('-')[0];
    if (language === 'en' || language === 'de') return language;
  }
  return 'en';
}
