import * as z from 'zod/mini';
import { answerSiteHolder, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { siteRequestDecidedPage, siteRequestPage } from '../../lib/dialects/page/site-request-page.ts';
import { SITE_REQUEST_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { REQUEST_REFUSALS } from '../../lib/domain/site-request.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import {
  findSiteRequest,
  readRequestingTeam,
  readRequestState,
  requireDecision,
  requireOpen,
} from '../../lib/sites/site-requests.ts';

export const returns = { 200: null };

/**
 * Shows the page of a request for sensitive data: the requesting team, its reason and the requested expiry. After a
 * decision with such a link, shows the decision while it is in force.
 *
 * Opening the page changes nothing, so that mail scanners do no harm; the form's POST decides.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${SITE_REQUEST_PATH}`,
  table: { BatchGetItem: ['SITE', 'ORG', 'USER', 'TEAM'] },
  depth: 3,
  query: z.object({ token: z.optional(z.string()) }),
  refuses: REQUEST_REFUSALS,
  async handle({ request: { now, headers }, query: { token = '' } }) {
    const found = await findSiteRequest(parseSiteToken('siteRequest', token));
    const { links } = found;
    const [state, requesting] = await Promise.all([readRequestState(found), readRequestingTeam(links)]);
    const setting = sitePageSetting(headers['accept-language'], state?.organization);
    return answerSiteHolder(setting, async () => {
      if (!requesting) throw new Refusal('sensitive_request_over');
      const teamName = requesting.team.name;
      const decision = requireDecision(found, state, now);
      if (decision) return siteRequestDecidedPage({ ...setting, decision, teamName });
      const { request, requester, site } = await requireOpen(found, state, now);
      return siteRequestPage({
        ...setting,
        ...{ siteName: site.name, teamName, organizationName: requesting.organization.name },
        ...{ requesterName: requester.name, reason: request.reason, requested: request },
        ...{ token, action: SITE_REQUEST_PATH },
      });
    });
  },
});
export const { handler } = endpoint;
