import { fill, type Html, html } from '../../domain/html.ts';
import { momentInWords } from '../../domain/language.ts';
import { REFUSALS, type RefusalCode } from '../../domain/refusal.ts';
import { type Page, type PageSetting, page } from './layout.ts';
import { ATTENTION } from './marks.ts';
import {
  ERROR_WORDS,
  INVALID_LINK_WORDS,
  type InvalidLink,
  PAGE_LIMITS,
  type PageError,
  type PageLimit,
  type RefusalWords,
} from './refusal-words.ts';
import { RENEWAL_WORDS } from './renewal-words.ts';

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
}

/** The statuses other than 410, for holders who must not learn whether the link was valid. */
const STATUSES: Partial<Record<InvalidLink, number>> = { not_found: 404, request_not_found: 404, sign_in: 401 };

/** Returns the page that says why a link doesn't work and what to do: 404 for unknown links, 410 for known ones. */
export function invalidLinkPage(link: InvalidLinkPage): Page {
  const { language, reason, renewal } = link;
  const status = STATUSES[reason] ?? 410;
  const words = INVALID_LINK_WORDS[language][reason];
  if (!renewal) return refusalPage(status, words, link);
  const { pending, button, offer } = RENEWAL_WORDS[language];
  if (renewal.since) {
    const next = fill(pending, { when: momentInWords(new Date(renewal.since), language) });
    return refusalPage(status, { ...words, next }, link);
  }
  const form = html`
<form method="post" action="${renewal.action}">
<input type="hidden" name="token" value="${renewal.token}">
<button type="submit">${button}</button>
</form>`;
  return refusalPage(status, { ...words, next: offer }, link, form);
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
  return refusalPage(REFUSALS[error.code], words[kindOf(error.code)], error, reference);
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

function refusalPage(status: number, words: RefusalWords, setting: PageSetting, after?: Html): Page {
  const content = html`${ATTENTION}
<h1>${words.heading}</h1>
<p>${words.happened}</p>
<p>${words.next}</p>${after}`;
  return page(status, words.heading, content, setting);
}
