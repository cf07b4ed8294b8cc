import { showAddress } from '../../domain/address.ts';
import { fill, fillHtml, html, trusted } from '../../domain/html.ts';
import { type RoleLabels, roleWords } from '../../domain/role-words.ts';
import type { Role } from '../../domain/roles.ts';
import { lines, oneLine } from '../../domain/user-text.ts';
import { blockForm } from './block-page.ts';
import { INVITATION_WORDS } from './invitation-words.ts';
import { NAME, type Page, type PageSetting, page, wayOn } from './layout.ts';
import { DONE, ENDED, initialMark } from './marks.ts';
import { timeElement } from './time.ts';

/** The longest message that a page shows, in characters. */
const MAX_MESSAGE = 1000;

/** The content of an invitation's page. Names and the message are user text. */
export interface InvitationPage extends PageSetting {
  readonly organizationName: string;
  /** The inviter's name, or their address if they have no name. */
  readonly inviterName: string;
  readonly role: Role;
  readonly roleLabels?: RoleLabels;
  /** The invited address. */
  readonly email: string;
  /** A time, or its ISO form. */
  readonly expiresAt: Date | string;
  readonly message?: string | undefined;
  /** The holder's options: answer by a form, or sign in first. */
  readonly answer: Answering | SigningIn;
}

/** The form for the holder of a mailed link. */
interface Answering {
  /** The link's `?token=`; the form sends it as `token`. */
  readonly token: string;
  /** Where the form is posted, on the same host. */
  readonly action: string;
  /** Where the form is posted to decline. */
  readonly declineAction: string;
  /** Where the form is posted to block the organization. */
  readonly blockAction: string;
}

/** The sign-in for the holder of a link that the inviter passed on. */
interface SigningIn {
  /** The application's sign-in; undefined: the page has no button. */
  readonly signInUrl: string | undefined;
}

/** Returns the page of an invitation. It changes nothing: the form's POST accepts. */
export function invitationPage(invitation: InvitationPage): Page {
  const { language, product, email, role, answer } = invitation;
  const words = INVITATION_WORDS[language];
  const { name, can } = roleWords(role, language, invitation.roleLabels ?? {});
  const organization = oneLine(invitation.organizationName, NAME);
  const inviter = oneLine(invitation.inviterName, NAME);
  const message = lines(invitation.message ?? '', MAX_MESSAGE);
  const strong = (name: string) => html`<strong><bdi>${name}</bdi></strong>`;
  const address = html`<strong>${showAddress(email)}</strong>`;
  const form = ({ token, action, declineAction }: Answering) => html`<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<button type="submit">${words.accept}</button>
<button type="submit" class="plain" formaction="${declineAction}">${words.decline}</button>
</form>
<p class="muted">${fillHtml(words.afterwards, { email: address })}</p>`;
  const signIn = ({
    signInUrl,
  }: SigningIn) => html`<p>${fillHtml(words.signInFirst, { product: product.name, email: address })}</p>${wayOn([
    [signInUrl, fill(words.go, { product: product.name })],
  ])}
<p class="muted">${fillHtml(words.byMail, { inviter: html`<bdi>${inviter}</bdi>` })}</p>`;
  const block = ({ token, blockAction }: Answering) =>
    blockForm(invitation, { organizationName: invitation.organizationName, token, action: blockAction });
  const content = html`${initialMark(organization)}
<h1>${fillHtml(words.heading, { organization: html`<bdi>${organization}</bdi>` })}</h1>
<p>${fillHtml(words.invites, { inviter: strong(inviter), organization: strong(organization), product: product.name })}</p>${
    message.length > 0
      ? html`
<figure>
<figcaption>${fillHtml(words.wrote, { inviter: html`<bdi>${inviter}</bdi>` })}</figcaption>
<blockquote dir="auto">${message.map((line, index) => html`${index ? trusted('<br>') : undefined}${line}`)}</blockquote>
</figure>`
      : undefined
  }
${'token' in answer ? form(answer) : signIn(answer)}
<dl>
<div><dt>${words.role}</dt><dd><strong>${name}.</strong> ${can}</dd></div>
<div><dt>${words.expires}</dt><dd>${timeElement(invitation.expiresAt, invitation)}</dd></div>
</dl>${'token' in answer ? block(answer) : undefined}`;
  return page(200, fill(words.title, { organization }), content, invitation, words.unexpected);
}

/** The content of the page after accepting. */
export interface AcceptedPage extends PageSetting {
  readonly organizationName: string;
  /** The address to sign in with. */
  readonly email: string;
  /** Whether somebody has signed in with the address before. Most invitees have no account yet. */
  readonly hasAccount: boolean;
  /** Where an account is made, with the address filled in; undefined: the page only says that one is needed. */
  readonly signUpUrl?: string | undefined;
  /** The invitation's redirect URL. A person with an account is sent there at once. */
  readonly redirectUrl?: string | undefined;
  /** The link to continue if there is no redirect URL; undefined: the page has no button. */
  readonly applicationUrl?: string | undefined;
}

/**
 * Returns the page that welcomes a new member, and leads on: to make an account with the invited address if there is none,
 * else to the application.
 *
 * A browser is sent on by `Refresh`, not by a redirect of the form's POST: Chrome and Safari apply `form-action` to all
 * redirects that follow a form, also to those that the application makes for its sign-in (docs/adr/0074).
 */
export function acceptedPage(accepted: AcceptedPage): Page {
  const { language, product, email, hasAccount, signUpUrl, redirectUrl, applicationUrl } = accepted;
  const words = INVITATION_WORDS[language];
  const organization = oneLine(accepted.organizationName, NAME);
  const signUp = hasAccount ? undefined : signUpUrl;
  const content = html`${DONE}
<h1>${fillHtml(words.welcome, { organization: html`<bdi>${organization}</bdi>` })}</h1>
<p>${fillHtml(words.joined, { email: html`<strong>${showAddress(email)}</strong>` })}</p>
<p>${fill(hasAccount ? words.signIn : words.signUp, { product: product.name })}</p>${wayOn([
    [signUp, words.createAccount],
    [redirectUrl ?? applicationUrl, fill(words.go, { product: product.name })],
  ])}`;
  const shown = page(200, fill(words.welcome, { organization }), content, accepted);
  return hasAccount && redirectUrl
    ? { ...shown, headers: { ...shown.headers, refresh: `0;url=${redirectUrl}` } }
    : shown;
}

/** The content of the page after declining. */
export interface DeclinedPage extends PageSetting {
  readonly organizationName: string;
  /** The invited address. */
  readonly email: string;
  /** The invitation's redirect URL. */
  readonly redirectUrl?: string | undefined;
}

/** Returns the page that confirms a declined invitation, with advice for a change of mind. */
export function declinedPage(declined: DeclinedPage): Page {
  const { language, product, redirectUrl } = declined;
  const words = INVITATION_WORDS[language];
  const organization = html`<strong><bdi>${oneLine(declined.organizationName, NAME)}</bdi></strong>`;
  const content = html`${ENDED}
<h1>${words.declined}</h1>
<p>${fillHtml(words.stayedOut, { email: html`<strong>${showAddress(declined.email)}</strong>`, organization })}</p>
<p>${words.changedMind}</p>${wayOn([[redirectUrl, fill(words.go, { product: product.name })]])}`;
  return page(200, words.declined, content, declined);
}
