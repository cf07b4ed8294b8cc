import * as z from 'zod/mini';
import { answerSiteHolder, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { siteRequestDecidedPage } from '../../lib/dialects/page/site-request-page.ts';
import { SITE_REQUEST_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { REQUEST_REFUSALS } from '../../lib/domain/site-request.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import {
  DECIDE_REQUEST,
  decideRequest,
  findSiteRequest,
  readRequestingTeam,
  readRequestState,
  requireDecision,
  requireOpen,
} from '../../lib/sites/site-requests.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: null };

/**
 * Grants or declines a request for sensitive data from its page, as the recipient of the link, who has to manage the
 * owning team. Repeating the decision succeeds while it is in force.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${SITE_REQUEST_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: union(DECIDE_REQUEST, { BatchGetItem: ['SITE', 'ORG', 'USER', 'TEAM'] }),
  depth: 4,
  body: z.object({ token: z.optional(z.string()), decision: z.enum(['granted', 'declined']) }),
  refuses: REQUEST_REFUSALS,
  async handle({ request: { now, origin, headers }, body: { token = '', decision } }) {
    const found = await findSiteRequest(parseSiteToken('siteRequest', token));
    const { links } = found;
    const [state, requesting] = await Promise.all([readRequestState(found), readRequestingTeam(links)]);
    const setting = sitePageSetting(headers['accept-language'], state?.organization);
    return answerSiteHolder(setting, async () => {
      if (!requesting) throw new Refusal('sensitive_request_over');
      const decided = { ...setting, decision, teamName: requesting.team.name };
      if (requireDecision(found, state, now) === decision) return siteRequestDecidedPage(decided);
      const auditContext = { now, origin, by: { type: 'link', id: links.id } } as const;
      await decideRequest(auditContext, await requireOpen(found, state, now), decision);
      return siteRequestDecidedPage(decided);
    });
  },
});
export const { handler } = endpoint;
