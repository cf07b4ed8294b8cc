import { configuration } from '../../configuration.ts';
import { languageOf } from '../../domain/language.ts';
import type { RefusalCode } from '../../domain/refusal.ts';
import type { Format } from '../format.ts';
import type { PageSetting } from './layout.ts';
import { deadLinkPage, errorPage } from './refusal-page.ts';
import type { DeadLink } from './refusal-words.ts';

/** The refusals that a link's page explains. */
const DEAD_LINKS: Partial<Record<RefusalCode, DeadLink>> = {
  invitation_not_found: 'not_found',
  invitation_expired: 'expired',
  invitation_revoked: 'revoked',
  invitation_used: 'used',
  invitation_declined: 'declined',
  invitation_superseded: 'superseded',
  inviter_removed: 'inviter_removed',
};

/** What a page speaks: the reader's language and the product's look. */
export function pageSetting(acceptLanguage: string | undefined): PageSetting {
  return { language: languageOf(acceptLanguage, 'en'), product: configuration().product };
}

/** What a person opens in a browser: HTML, whose own headers each page brings. */
export const pages: Format = {
  dialect: 'page',
  headers: {},
  serialize: (body) => body as string,
  problem({ code, status, requestId, acceptLanguage }) {
    const setting = pageSetting(acceptLanguage);
    const reason = DEAD_LINKS[code];
    return reason ? deadLinkPage({ ...setting, reason }) : errorPage({ ...setting, status, requestId });
  },
};
