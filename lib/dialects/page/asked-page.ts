import { showAddress } from '../../domain/address.ts';
import { fill, fillHtml, html } from '../../domain/html.ts';
import { oneLine } from '../../domain/user-text.ts';
import { ASK_WORDS } from './ask-words.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { DONE } from './marks.ts';

/** What the page after asking for another invitation shows. */
export interface AskedPage extends PageSetting {
  readonly organizationName: string;
  /** The inviter's name, or their address where they have none. */
  readonly inviterName: string;
  /** The invited address. */
  readonly email: string;
  /** Whether it had been asked for before, so that nothing was sent. */
  readonly again: boolean;
}

/** Says that the inviter has been asked for another invitation, and what comes next. */
export function askedPage(asked: AskedPage): Page {
  const words = ASK_WORDS[asked.language];
  const inviter = oneLine(asked.inviterName, NAME);
  const organization = html`<strong><bdi>${oneLine(asked.organizationName, NAME)}</bdi></strong>`;
  const heading = asked.again ? words.headingAgain : words.heading;
  const content = html`${DONE}
<h1>${fillHtml(heading, { inviter: html`<bdi>${inviter}</bdi>` })}</h1>
<p>${fillHtml(asked.again ? words.askedBefore : words.asked, { organization })}</p>
<p>${fillHtml(words.next, { email: html`<strong>${showAddress(asked.email)}</strong>` })}</p>`;
  return page(200, fill(heading, { inviter }), content, asked);
}
