import { showAddress } from '../../domain/address.ts';
import { fill, fillHtml, html } from '../../domain/html.ts';
import { oneLine } from '../../domain/user-text.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { DONE } from './marks.ts';
import { RENEWAL_WORDS } from './renewal-words.ts';

/** What the page after requesting a new invitation shows. */
export interface RenewalRequestedPage extends PageSetting {
  readonly organizationName: string;
  /** The inviter's name, or their address where they have none. */
  readonly inviterName: string;
  /** The invited address. */
  readonly email: string;
  /** Whether it was requested before, so that nothing was sent. */
  readonly again: boolean;
}

/** Says that a new invitation was requested of the inviter, and what comes next. */
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
