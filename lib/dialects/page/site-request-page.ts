import { fill, fillHtml, html, trusted } from '../../domain/html.ts';
import type { SensitiveGrant } from '../../domain/site-access.ts';
import type { Decision } from '../../domain/site-request.ts';
import { endInWords } from '../../domain/site-words.ts';
import { lines, oneLine } from '../../domain/user-text.ts';
import { NAME, type Page, type PageSetting, page } from './layout.ts';
import { DONE, ENDED, initialMark } from './marks.ts';
import { SITE_REQUEST_WORDS } from './site-request-words.ts';
import { termElement } from './time.ts';

/** The longest reason that the page shows, in characters. */
const MAX_REASON = 255;

/** The content of the page of a request for sensitive data. Names and the reason are user text. */
export interface SiteRequestPage extends PageSetting {
  readonly siteName: string;
  /** The names of the requesting team and its organization. */
  readonly teamName: string;
  readonly organizationName: string;
  /** The requester's name, or their address if they have no name. */
  readonly requesterName: string;
  readonly reason: string;
  /** The requested expiry. */
  readonly requested: SensitiveGrant;
  /** The link's `?token=`; the form sends it as `token`. */
  readonly token: string;
  /** Where the form is posted, on the same host, with `decision`. */
  readonly action: string;
}

/** Returns the page of a request for sensitive data. It changes nothing: the form's POST decides. */
export function siteRequestPage(request: SiteRequestPage): Page {
  const { language, product, requested, token, action } = request;
  const words = SITE_REQUEST_WORDS[language];
  const [site, team, organization, requester] = [
    ...[request.siteName, request.teamName, request.organizationName, request.requesterName],
  ].map((name) => oneLine(name, NAME)) as [string, string, string, string];
  const strong = (name: string) => html`<strong><bdi>${name}</bdi></strong>`;
  const asks = fillHtml(words.asks, {
    ...{ requester: strong(requester), team: strong(team), organization: strong(organization), site: strong(site) },
    product: product.name,
  });
  const reason = lines(request.reason, MAX_REASON);
  const content = html`${initialMark(team)}
<h1>${fillHtml(words.heading, { team: html`<bdi>${team}</bdi>` })}</h1>
<p>${asks} ${words.what}</p>
<figure>
<figcaption>${fillHtml(words.wrote, { requester: html`<bdi>${requester}</bdi>` })}</figcaption>
<blockquote dir="auto">${reason.map((line, index) => html`${index ? trusted('<br>') : undefined}${line}`)}</blockquote>
</figure>
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<button type="submit" name="decision" value="granted">${words.grant}</button>
<button type="submit" name="decision" value="declined" class="plain">${words.decline}</button>
</form>
<p class="muted">${words.afterwards}</p>
<dl>
<div><dt>${words.until}</dt><dd>${termElement(endInWords(requested, language), request)}</dd></div>
</dl>`;
  return page(200, fill(words.title, { site }), content, request, words.nothing);
}

/** The content of the page after a decision. */
export interface SiteRequestDecidedPage extends PageSetting {
  readonly decision: Decision;
  readonly teamName: string;
}

/** Returns the page that confirms a decision. */
export function siteRequestDecidedPage(decided: SiteRequestDecidedPage): Page {
  const { language, product, decision } = decided;
  const words = SITE_REQUEST_WORDS[language];
  const team = oneLine(decided.teamName, NAME);
  const isGranted = decision === 'granted';
  const [heading, next] = isGranted ? [words.granted, words.grantedNext] : [words.declined, words.declinedNext];
  const content = html`${isGranted ? DONE : ENDED}
<h1>${fillHtml(heading, { team: html`<bdi>${team}</bdi>` })}</h1>
<p>${fillHtml(next, { team: html`<bdi>${team}</bdi>`, product: product.name })}</p>`;
  return page(200, fill(heading, { team }), content, decided);
}
