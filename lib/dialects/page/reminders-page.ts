import { showAddress } from '../../domain/address.ts';
import { fillHtml, html } from '../../domain/html.ts';
import { oneLine } from '../../domain/user-text.ts';
import { blockForm } from './block-page.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { BELL, DONE } from './marks.ts';
import { REMINDERS_WORDS } from './reminders-words.ts';
import { timeElement } from './time.ts';

/** The content of the pages about stopping reminders. */
export interface RemindersPage extends PageSetting {
  readonly organizationName: string;
  /** The invited address. */
  readonly email: string;
  /** The token of the page's link. */
  readonly token: string;
  /** Where the form is posted to block the organization. */
  readonly blockAction: string;
  /** When the invitation expires, a time or its ISO form; undefined: it isn't pending. */
  readonly openUntil: Date | string | undefined;
}

/**
 * Returns the page that asks for confirmation. It changes nothing: the form's POST stops reminders.
 *
 * @param action where the form is posted, with its token; on the same host
 */
export function remindersPage(reminders: RemindersPage & { readonly action: string }): Page {
  const words = REMINDERS_WORDS[reminders.language];
  const content = html`${BELL}
<h1>${words.heading}</h1>
<p>${about(words.reminds, reminders)}</p>${until(words.stays, reminders)}
<form method="post" action="${reminders.action}">
<button type="submit">${words.button}</button>
</form>${block(reminders)}`;
  return page(200, words.heading, content, reminders);
}

/** Returns the page that confirms that reminders are stopped. */
export function remindersStoppedPage(reminders: RemindersPage): Page {
  const words = REMINDERS_WORDS[reminders.language];
  const content = html`${DONE}
<h1>${words.stopped}</h1>
<p>${about(words.quiet, reminders)}</p>${until(words.open, reminders)}${block(reminders)}`;
  return page(200, words.stopped, content, reminders);
}

function block(reminders: RemindersPage) {
  const { organizationName, token, blockAction: action } = reminders;
  return blockForm(reminders, { organizationName, token, action });
}

function about(phrase: string, { organizationName, email }: RemindersPage) {
  const organization = html`<strong><bdi>${oneLine(organizationName, NAME)}</bdi></strong>`;
  return fillHtml(phrase, { organization, email: html`<strong>${showAddress(email)}</strong>` });
}

function until(phrase: string, reminders: RemindersPage) {
  return reminders.openUntil === undefined
    ? undefined
    : html`
<p>${fillHtml(phrase, { expires: timeElement(reminders.openUntil, reminders) })}</p>`;
}
