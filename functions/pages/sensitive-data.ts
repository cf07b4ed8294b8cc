import * as z from 'zod/mini';
import { nameOf } from '../../lib/delivery.ts';
import { answerSiteHolder, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { siteRequestDecidedPage, siteRequestPage } from '../../lib/dialects/page/site-request-page.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { REQUEST_REFUSALS } from '../../lib/domain/site-request.ts';
import { forAnybody } from '../../lib/http/endpoint.ts';
import { SITE_REQUEST_PATH } from '../../lib/site-delivery.ts';
import { getOrganization } from '../../lib/table/organizations.ts';
import { getUser } from '../../lib/table/people.ts';
import { findSiteRequest, openRequest, readAsking } from '../../lib/table/site-requests.ts';

export const returns = { 200: null };

/**
 * Shows the page behind the link of a request for sensitive data: which team asks, why, and until when. Once it was
 * decided by such a link, it says how.
 *
 * Opening it changes nothing, so that mail scanners may; deciding is the form's POST.
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
    const { asked, site } = found;
    const [organization, asking, open] = await Promise.all([
      site && getOrganization(site.organizationId),
      readAsking(asked),
      // Refused on the page, in its language.
      openRequest(found, now).catch((error: unknown) => error),
    ]);
    const setting = sitePageSetting(headers['accept-language'], organization);
    return answerSiteHolder(setting, async () => {
      if (!asking) throw new Refusal('sensitive_request_over');
      const teamName = asking.team.name;
      if (asked.decision) return siteRequestDecidedPage({ ...setting, decision: asked.decision, teamName });
      if (!isOpen(open)) throw open;
      const { request } = open;
      const requester = await getUser(request.requestedBy);
      if (!requester) throw new Refusal('sensitive_request_over');
      return siteRequestPage({
        ...setting,
        ...{ siteName: open.site.name, teamName, organizationName: asking.organization.name },
        ...{ requesterName: nameOf(requester), reason: request.reason, asked: request },
        ...{ token, action: SITE_REQUEST_PATH },
      });
    });
  },
});
export const { handler } = endpoint;

function isOpen(open: unknown): open is Awaited<ReturnType<typeof openRequest>> {
  return typeof open === 'object' && open !== null && 'request' in open;
}
