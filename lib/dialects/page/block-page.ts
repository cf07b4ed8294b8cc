import { showAddress } from '../../domain/address.ts';
import { fillHtml, type Html, html } from '../../domain/html.ts';
import { oneLine } from '../../domain/user-text.ts';
import { BLOCK_WORDS } from './block-words.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { BELL, DONE } from './marks.ts';

/** The form that blocks an organization's invitations. */
export interface Blocking {
  readonly organizationName: string;
  /** The token of the page's link; the form sends it as `token`. */
  readonly token: string;
  /** The kind of the link: `site` for a site invite. */
  readonly of?: 'invitation' | 'site' | undefined;
  /** Where the form is posted, on the same host. */
  readonly action: string;
}

/** Returns the form that blocks an organization's invitations. */
export function blockForm({ language }: Pick<PageSetting, 'language'>, blocking: Blocking): Html {
  const label = fillHtml(BLOCK_WORDS[language].button, { organization: nameOf(blocking) });
  return formOf(blocking, label);
}

function formOf({ token, of, action }: Blocking, label: Html, undo?: Html): Html {
  return html`
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">${of && html`<input type="hidden" name="of" value="${of}">`}${undo}
<button type="submit" class="plain">${label}</button>
</form>`;
}

/** The content of the pages before and after blocking. */
export interface BlockedPage extends PageSetting, Blocking {
  /** The invited address. */
  readonly email: string;
}

/** Returns the page that asks for confirmation. It changes nothing: the form's POST blocks. */
export function blockingPage(blocking: BlockedPage): Page {
  const words = BLOCK_WORDS[blocking.language];
  const content = html`${BELL}
<h1>${words.heading}</h1>
<p>${about(words.asks, blocking)}</p>
<p>${words.untold}</p>${blockForm(blocking, blocking)}`;
  return page(200, words.heading, content, blocking);
}

/** Returns the page that confirms the block and offers to undo it. */
export function blockedPage(blocked: BlockedPage): Page {
  const words = BLOCK_WORDS[blocked.language];
  const undo = html`<input type="hidden" name="undo" value="1">`;
  const content = html`${DONE}
<h1>${words.blocked}</h1>
<p>${about(words.quiet, blocked)}</p>
<p>${words.untold}</p>${formOf(blocked, html`${words.undo}`, undo)}`;
  return page(200, words.blocked, content, blocked);
}

/** Returns the page that confirms the end of the block. */
export function unblockedPage(blocked: BlockedPage): Page {
  const words = BLOCK_WORDS[blocked.language];
  const content = html`${DONE}
<h1>${words.unblocked}</h1>
<p>${about(words.again, blocked)}</p>`;
  return page(200, words.unblocked, content, blocked);
}

function about(phrase: string, blocked: BlockedPage): Html {
  return fillHtml(phrase, {
    organization: nameOf(blocked),
    email: html`<strong>${showAddress(blocked.email)}</strong>`,
  });
}

function nameOf({ organizationName }: Blocking): Html {
  return html`<bdi>${oneLine(organizationName, NAME)}</bdi>`;
}
