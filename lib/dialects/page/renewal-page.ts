import { showAddress } from '../../domain/address.ts';
import { fill, fillHtml, html } from '../../domain/html.ts';
import { oneLine } from '../../domain/user-text.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { DONE } from './marks.ts';
import { RENEWAL_WORDS } from './renewal-words.ts';

/** The content of the page after requesting a new invitation. */
export interface RenewalRequestedPage extends PageSetting {
  readonly organizationName: string;
  /** The inviter's name, or their address if they have no name. */
  readonly inviterName: string;
  /** The invited address. */
  readonly email: string;
  /** True: it was requested before, so no mail was sent. */
  readonly again: boolean;
}

/** Returns the page that confirms the request for a new invitation and says what happens next. */
export function renewalRequestedPage(request: RenewalRequestedPage): Page {
  const words = RENEWAL_WORDS[request.language];
  const inviter = oneLine(request.inviterName, NAME);
  const organization = html`<strong><bdi>${oneLine(request.organizationName, NAME)}</bdi></strong>`;
  const heading = request.again ? words.headingAgain : words.heading;
  const content = html`${DONE}
<h1>${fillHtml(heading, { inviter: html`<bdi>${inviter}</bdi>` })}</h1>
<p>${fillHtml(request.again ? words.sentBefore : words.sent, { organization })}</p>
<p>${fillHtml(words.next, { email: html`<strong>${showAddress(request.email)}</strong>` })}</p>`;
  return page(200, fill(heading, { inviter }), content, request);
}
