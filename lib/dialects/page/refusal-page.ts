import { fill, fillHtml, type Html, html } from '../../domain/html.ts';
import { REFUSALS, type RefusalCode } from '../../domain/refusal.ts';
import { oneLine } from '../../domain/user-text.ts';
import { NAME, type Page, type PageSetting, page, wayOn } from './layout.ts';
import { ATTENTION } from './marks.ts';
import {
  ABOUT_WORDS,
  ERROR_WORDS,
  INVALID_LINK_WORDS,
  type InvalidLink,
  PAGE_LIMITS,
  type PageError,
  type PageLimit,
} from './refusal-words.ts';
import { RENEWAL_WORDS } from './renewal-words.ts';
import { timeElement } from './time.ts';

/** A link that doesn't work, and why. */
export interface InvalidLinkPage extends PageSetting {
  readonly reason: InvalidLink;
  /** The request for a new invitation; undefined: not possible. */
  readonly renewal?: {
    /** The link's `?token=`; the form sends it as `token`. */
    readonly token: string;
    /** Where the form is posted, on the same host. */
    readonly action: string;
    /** When it was requested in this period; undefined: not yet. */
    readonly since?: string | undefined;
  };
  /** What the link is about; undefined for whoever must not learn it, and for links that aren't of an invitation. */
  readonly about?: {
    readonly organizationName: string;
    /** Undefined: they have left the organization. */
    readonly inviterName: string | undefined;
  };
  /** Where the page leads on; undefined: it has no button. */
  readonly onwardUrl?: string | undefined;
}

/** The statuses other than 410, for holders who must not learn whether the link was valid. */
const STATUSES: Partial<Record<InvalidLink, number>> = { not_found: 404, request_not_found: 404, sign_in: 401 };

/** Returns the page that says why a link doesn't work and what to do: 404 for unknown links, 410 for known ones. */
export function invalidLinkPage(link: InvalidLinkPage): Page {
  const { language, product, reason, renewal, onwardUrl } = link;
  const status = STATUSES[reason] ?? 410;
  const words = INVALID_LINK_WORDS[language][reason];
  const before = aboutOf(link);
  const hasForm = renewal !== undefined && renewal.since === undefined;
  const onward = wayOn([[onwardUrl, fill(ABOUT_WORDS[language].go, { product: product.name })]], hasForm);
  if (!renewal) return refusalPage(status, words, link, { before, after: onward });
  const { pending, button, offer } = RENEWAL_WORDS[language];
  if (renewal.since) {
    const next = fillHtml(pending, { when: timeElement(renewal.since, link) });
    return refusalPage(status, { ...words, next }, link, { before, after: onward });
  }
  const form = html`
<form method="post" action="${renewal.action}">
<input type="hidden" name="token" value="${renewal.token}">
<button type="submit">${button}</button>
</form>`;
  return refusalPage(status, { ...words, next: offer }, link, { before, after: html`${form}${onward}` });
}

/** Returns the sentence that says which invitation it was. */
function aboutOf({ language, about }: InvalidLinkPage): Html | undefined {
  if (!about) return undefined;
  const { invited, invitedBy } = ABOUT_WORDS[language];
  const strong = (name: string) => html`<strong><bdi>${oneLine(name, NAME)}</bdi></strong>`;
  const { organizationName, inviterName } = about;
  return html`
<p>${fillHtml(inviterName === undefined ? invited : invitedBy, {
    inviter: inviterName === undefined ? undefined : strong(inviterName),
    organization: strong(organizationName),
  })}</p>`;
}

/** An error that doesn't concern a link. */
export interface ErrorPage extends PageSetting {
  readonly code: RefusalCode;
  /** The id to find the request in the log. */
  readonly requestId: string;
}

/** Returns the page of an error, with a reference for support. */
export function errorPage(error: ErrorPage): Page {
  const words = ERROR_WORDS[error.language];
  const reference = html`
<p class="muted">${fill(words.reference, { requestId: error.requestId })}</p>`;
  return refusalPage(REFUSALS[error.code], words[kindOf(error.code)], error, { after: reference });
}

function kindOf(code: RefusalCode): PageError {
  if (isLimit(code)) return code;
  const status = REFUSALS[code];
  if (status === 404) return 'not_found';
  if (status === 429 || status === 503) return 'busy';
  return status < 500 ? 'bad_request' : 'internal';
}

function isLimit(code: RefusalCode): code is PageLimit {
  return (PAGE_LIMITS as readonly RefusalCode[]).includes(code);
}

function refusalPage(
  status: number,
  words: Readonly<Record<'heading' | 'happened', string>> & { readonly next: string | Html },
  setting: PageSetting,
  { before, after }: { readonly before?: Html | undefined; readonly after?: Html | undefined },
): Page {
  const content = html`${ATTENTION}
<h1>${words.heading}</h1>${before}
<p>${words.happened}</p>
<p>${words.next}</p>${after}`;
  return page(status, words.heading, content, setting);
}
