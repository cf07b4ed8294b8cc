import { fill, fillHtml, html } from '../../domain/html.ts';
import type { InviteTerms } from '../../domain/site-invite.ts';
import { termsInWords } from '../../domain/site-words.ts';
import { oneLine } from '../../domain/user-text.ts';
import { type Blocking, blockForm } from './block-page.ts';
import { NAME, type Page, type PageSetting, page, wayOn } from './layout.ts';
import { DONE, initialMark } from './marks.ts';
import { SITE_INVITE_WORDS } from './site-invite-words.ts';
import { termElement, timeElement } from './time.ts';

/** A team for which an invite can be accepted. */
export interface TeamChoice {
  /** What the form sends as `team`. */
  readonly uuid: string;
  readonly name: string;
  readonly organizationName: string;
}

/** The content of a site invite's page. Names are user text. */
export interface SiteInvitePage extends PageSetting {
  readonly siteName: string;
  /** The name of the team that owns the site. */
  readonly teamName: string;
  /** The inviter's name, or their address if they have no name. */
  readonly inviterName: string;
  readonly terms: InviteTerms;
  /** A time in its ISO form. */
  readonly expiresAt: string;
  /** The teams that the user of the invited address manages; empty: the page asks to sign in. */
  readonly choices: readonly TeamChoice[];
  /** Whether there are more teams than `choices`. */
  readonly hasMore: boolean;
  /** The link's `?token=`; the form sends it as `token`. */
  readonly token: string;
  /** Where the form is posted, on the same host. */
  readonly action: string;
  /** The application's sign-in; undefined: the page has no button. */
  readonly applicationUrl: string | undefined;
  /** The form that blocks the organization's invites; undefined: the link wasn't mailed. */
  readonly blocking: Blocking | undefined;
}

/** Returns the page of a site invite. It changes nothing: the form's POST accepts. */
export function siteInvitePage(invite: SiteInvitePage): Page {
  const { language, product, terms, choices, hasMore, token, action, applicationUrl } = invite;
  const words = SITE_INVITE_WORDS[language];
  const site = oneLine(invite.siteName, NAME);
  const strong = (name: string) => html`<strong><bdi>${oneLine(name, NAME)}</bdi></strong>`;
  const invites = fillHtml(terms.transferOwnership ? words.transfers : words.invites, {
    ...{
      inviter: strong(invite.inviterName),
      team: strong(invite.teamName),
      site: strong(site),
      product: product.name,
    },
  });
  const option = ({ uuid, name, organizationName }: TeamChoice) => html`
<option value="${uuid}">${fill(words.option, { team: oneLine(name, NAME), organization: oneLine(organizationName, NAME) })}</option>`;
  const form = html`
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<label for="team">${words.forTeam}</label>
<select id="team" name="team">${choices.map(option)}
</select>
<button type="submit">${words.accept}</button>
</form>${
    hasMore
      ? html`
<p class="muted">${fill(words.more, { product: product.name })}</p>`
      : undefined
  }`;
  const elsewhere = html`
<p>${fill(words.signIn, { product: product.name })}</p>${wayOn([
    [applicationUrl, fill(words.go, { product: product.name })],
  ])}`;
  const rows = [
    ...termsInWords(terms, language).map(([label, term]) => [label, termElement(term, invite)] as const),
    [words.expires, timeElement(invite.expiresAt, invite)],
  ] as const;
  const content = html`${initialMark(site)}
<h1>${fillHtml(words.heading, { site: html`<bdi>${site}</bdi>` })}</h1>
<p>${invites}</p>${choices.length > 0 ? form : elsewhere}
<dl>${rows.map(
    ([label, value]) => html`
<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}
</dl>${invite.blocking && blockForm(invite, invite.blocking)}`;
  return page(200, fill(words.title, { site }), content, invite, words.unexpected);
}

/** The content of the page after accepting. */
export interface SiteInviteAcceptedPage extends PageSetting {
  readonly siteName: string;
  readonly teamName: string;
  /** Whether the team is now the owner of the site. */
  readonly isOwner: boolean;
  /** The link to continue; undefined: the page has no button. */
  readonly applicationUrl: string | undefined;
}

/** Returns the page that shows the team's new access, with the link to continue. */
export function siteInviteAcceptedPage(accepted: SiteInviteAcceptedPage): Page {
  const { language, product, isOwner, applicationUrl } = accepted;
  const words = SITE_INVITE_WORDS[language];
  const [site, team] = [oneLine(accepted.siteName, NAME), oneLine(accepted.teamName, NAME)];
  const heading = isOwner ? words.transferred : words.accepted;
  const content = html`${DONE}
<h1>${fillHtml(heading, { site: html`<bdi>${site}</bdi>`, team: html`<bdi>${team}</bdi>` })}</h1>
<p>${fill(words.next, { product: product.name })}</p>${wayOn([
    [applicationUrl, fill(words.go, { product: product.name })],
  ])}`;
  return page(200, fill(heading, { site, team }), content, accepted);
}
