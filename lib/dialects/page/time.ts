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
