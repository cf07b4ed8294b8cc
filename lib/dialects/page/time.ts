import { fillHtml, type Html, html } from '../../domain/html.ts';
import { momentInWords } from '../../domain/language.ts';
import type { Term } from '../../domain/site-words.ts';
import type { PageSetting } from './layout.ts';

/**
 * Returns a moment as an element. Its text is in the deployment's time zone, with its name; `TIME_SCRIPT` writes it in
 * the reader's.
 *
 * @param moment a time, or its ISO form
 */
export function timeElement(moment: Date | string, { language, product }: PageSetting): Html {
  const at = new Date(moment);
  return html`<time datetime="${at.toISOString()}">${momentInWords(at, language, product.timeZone)}</time>`;
}

/** Returns a term with its moment as an element. */
export function termElement({ phrase, when }: Term, setting: PageSetting): Html {
  return fillHtml(phrase, { when: when && timeElement(when, setting) });
}

/**
 * The only script of pages: it writes times in the browser's time zone, in the page's language, by the customs of the
 * reader's country. The browser runs it because its hash is in the content security policy. It reads only `datetime`, and
 * writes only text. Without it the page says the same in another zone.
 */
export const TIME_SCRIPT = `
const { lang } = document.documentElement;
const locale = navigator.languages.find((own) => own.split('-')[0] === lang) || lang;
const shown = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' };
for (const time of document.querySelectorAll('time')) time.textContent = new Date(time.dateTime).toLocaleString(locale, shown);
`;
