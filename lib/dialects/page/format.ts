import { configuration } from '../../configuration.ts';
import { isRenewable, type Link } from '../../domain/invitation.ts';
import { type Language, languageOf } from '../../domain/language.ts';
import { RENEWAL_PATH } from '../../domain/page-paths.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import type { Format } from '../format.ts';
import type { Page, PageSetting } from './layout.ts';
import { errorPage, invalidLinkPage } from './refusal-page.ts';
import type { InvalidLink } from './refusal-words.ts';

/** The refusals that a link's page explains. */
const INVALID_LINKS: Partial<Record<RefusalCode, InvalidLink>> = {
  sign_in_required: 'sign_in',
  invitation_not_found: 'not_found',
  site_invite_not_found: 'not_found',
  sensitive_request_not_found: 'request_not_found',
  invitation_expired: 'expired',
  invitation_revoked: 'revoked',
  invitation_declined: 'declined',
  invitation_used: 'used',
  invitation_superseded: 'superseded',
  inviter_removed: 'inviter_removed',
  site_invite_expired: 'site_expired',
  site_invite_used: 'site_used',
  site_invite_void: 'site_void',
  sensitive_request_over: 'request_over',
  decider_removed: 'decider_removed',
};

/**
 * What a page speaks: what the inviter chose, else the reader's language, else the organization's; and the product's
 * look.
 *
 * @param link whose page it is; undefined: nobody's
 */
export function pageSetting(acceptLanguage: string | undefined, link?: Link): PageSetting {
  const language = link?.invitation.language ?? languageOf(acceptLanguage, link?.organization.language ?? 'en');
  return { language, product: configuration().product };
}

/**
 * Answers the holder of a link; where it is of no use any more, by the page that says why and, once it has expired, lets
 * them ask for another.
 *
 * @param token the link's `?token=`
 */
export async function answerLinkHolder(
  setting: PageSetting,
  { invitation }: Link,
  token: string,
  answer: () => Promise<Page>,
): Promise<Page> {
  try {
    return await answer();
  } catch (error) {
    const reason = error instanceof Refusal ? INVALID_LINKS[error.code] : undefined;
    if (!reason) throw error;
    const renewal = { token, action: RENEWAL_PATH, since: invitation.renewalRequestedAt };
    return invalidLinkPage({ ...setting, reason, ...(reason === 'expired' && isRenewable(invitation) && { renewal }) });
  }
}

/** What a page about a site speaks: the reader's language, else that of the organization that the mail was from. */
export function sitePageSetting(
  acceptLanguage: string | undefined,
  organization: { readonly language: Language } | undefined,
): PageSetting {
  return { language: languageOf(acceptLanguage, organization?.language ?? 'en'), product: configuration().product };
}

/** Answers the holder of a link about a site; where it is of no use any more, by the page that says why. */
export async function answerSiteHolder(setting: PageSetting, answer: () => Promise<Page>): Promise<Page> {
  try {
    return await answer();
  } catch (error) {
    const reason = error instanceof Refusal ? INVALID_LINKS[error.code] : undefined;
    if (!reason) throw error;
    return invalidLinkPage({ ...setting, reason });
  }
}

/** What a person opens in a browser: HTML, whose own headers each page brings. */
export const pages: Format = {
  dialect: 'page',
  headers: {},
  serialize: (body) => body as string,
  problem({ code, requestId, acceptLanguage }) {
    const setting = pageSetting(acceptLanguage);
    const reason = INVALID_LINKS[code];
    return reason ? invalidLinkPage({ ...setting, reason }) : errorPage({ ...setting, code, requestId });
  },
};
