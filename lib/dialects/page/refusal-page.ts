import { fill, type Html, html } from '../../domain/html.ts';
import { type Page, type PageSetting, page } from './layout.ts';
import { DEAD_LINK_WORDS, type DeadLink, ERROR_WORDS, type PageError, type RefusalWords } from './refusal-words.ts';

/** A link that is of no use any more, and why. */
export interface DeadLinkPage extends PageSetting {
  readonly reason: DeadLink;
}

/** Says why a link no longer works and what to do: 404 for strangers, 410 for whoever holds a secret that was sent. */
export function deadLinkPage(link: DeadLinkPage): Page {
  return refusalPage(link.reason === 'not_found' ? 404 : 410, DEAD_LINK_WORDS[link.language][link.reason], link);
}

/** An error that has nothing to do with the state of a link. */
export interface ErrorPage extends PageSetting {
  readonly status: number;
  /** By which the operator finds it in the log. */
  readonly requestId: string;
}

/** Says that something went wrong, and by which reference to ask about it. */
export function errorPage(error: ErrorPage): Page {
  const words = ERROR_WORDS[error.language];
  const reference = html`
<p class="muted">${fill(words.reference, { requestId: error.requestId })}</p>`;
  return refusalPage(error.status, words[kindOf(error.status)], error, reference);
}

function kindOf(status: number): PageError {
  if (status === 404) return 'not_found';
  if (status === 409) return 'limit_reached';
  if (status === 429 || status === 503) return 'busy';
  return status < 500 ? 'bad_request' : 'internal';
}

function refusalPage(status: number, words: RefusalWords, setting: PageSetting, after?: Html): Page {
  const content = html`<div class="mark quiet" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M12 5v8.5M12 18.5v.25"/></svg></div>
<h1>${words.heading}</h1>
<p>${words.happened}</p>
<p>${words.next}</p>${after}`;
  return page(status, words.heading, content, setting);
}
