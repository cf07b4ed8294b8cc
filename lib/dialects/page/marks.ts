import { type Html, html } from '../../domain/html.ts';

/** The decorative marks above the headings. */
export const DONE = html`<div class="mark" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg></div>`;
export const ENDED = html`<div class="mark quiet" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M7 7l10 10M17 7L7 17"/></svg></div>`;
export const ATTENTION = html`<div class="mark quiet" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M12 5v8.5M12 18.5v.25"/></svg></div>`;
export const BELL = html`<div class="mark quiet" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M5 16.5h14l-2-2.5v-4a5 5 0 0 0-10 0v4zM10 20h4"/></svg></div>`;

/** Returns a mark with the first letter or digit of a name; a dot if there is none. */
export function initialMark(name: string): Html {
  return html`<div class="mark" aria-hidden="true">${/[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '·'}</div>`;
}
