import { configuration, redirectOrigins } from '../../configuration.ts';
import { isRenewable, type Link } from '../../domain/invitation.ts';
import { type Language, languageOf } from '../../domain/language.ts';
import { RENEWAL_PATH } from '../../domain/page-paths.ts';
import { type Outcome, redirectOf } from '../../domain/redirect.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import type { Format } from '../format.ts';
import type { Page, PageSetting } from './layout.ts';
import { errorPage, invalidLinkPage } from './refusal-page.ts';
import type { InvalidLink } from './refusal-words.ts';

/** The refusals that the page of a link explains. */
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
 * Returns a page's language and product. The language is the inviter's choice, else the reader's, else the
 * organization's.
 *
 * @param link the link of the page; undefined: a page without a link
 */
export function pageSetting(acceptLanguage: string | undefined, link?: Link): PageSetting {
  const language = link?.invitation.language ?? languageOf(acceptLanguage, link?.organization.language ?? 'en');
  return { language, product: configuration().product };
}

/** What the application is told about a link that doesn't work. */
const OUTCOMES: Partial<Record<InvalidLink, Outcome>> = {
  sign_in: 'pending',
  expired: 'expired',
  revoked: 'revoked',
  declined: 'declined',
  used: 'used',
  superseded: 'superseded',
  inviter_removed: 'inviter_removed',
};

/** Returns where the holder of a link goes in the end; undefined: the invitation names no allowed place. */
export function redirectFor({ invitation }: Pick<Link, 'invitation'>, outcome: Outcome): string | undefined {
  return redirectOf(invitation, outcome, redirectOrigins());
}

/**
 * Answers the holder of a link. If the link no longer works, the page says why, which invitation it was, and leads to its
 * redirect URL; an expired one offers to request a new invitation.
 *
 * @param token the link's `?token=`
 * @param inviterName reads the inviter's name, if they are still in the organization
 */
export async function answerLinkHolder(
  setting: PageSetting,
  link: Link,
  token: string,
  { inviterName, answer }: { inviterName(link: Link): Promise<string | undefined>; answer(): Promise<Page> },
): Promise<Page> {
  const { invitation, organization } = link;
  try {
    return await answer();
  } catch (error) {
    const reason = error instanceof Refusal ? INVALID_LINKS[error.code] : undefined;
    if (!reason) throw error;
    const renewal = { token, action: RENEWAL_PATH, since: invitation.renewalRequestedAt };
    const outcome = OUTCOMES[reason];
    return invalidLinkPage({
      ...setting,
      ...{ reason, onwardUrl: outcome && redirectFor(link, outcome) },
      about: { organizationName: organization.name, inviterName: await inviterName(link) },
      ...(reason === 'expired' && isRenewable(invitation) && { renewal }),
    });
  }
}

/** Returns the language and product of a page about a site: the reader's language, else the mailing organization's. */
export function sitePageSetting(
  acceptLanguage: string | undefined,
  organization: { readonly language: Language } | undefined,
): PageSetting {
  return { language: languageOf(acceptLanguage, organization?.language ?? 'en'), product: configuration().product };
}

/** Answers the holder of a link about a site. If the link no longer works, the page says why. */
export async function answerSiteHolder(setting: PageSetting, answer: () => Promise<Page>): Promise<Page> {
  try {
    return await answer();
  } catch (error) {
    const reason = error instanceof Refusal ? INVALID_LINKS[error.code] : undefined;
    if (!reason) throw error;
    return invalidLinkPage({ ...setting, reason });
  }
}

/** The format of HTML pages. Each page has its own headers. */
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
