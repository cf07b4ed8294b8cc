import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Invite, list } from '../../lib/dialects/volttime/schemas.ts';
import { showListedInvite } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { listSiteInvites } from '../../lib/sites/site-invites.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ list(Invite) };

/**
 * Lists the invites of a site by its current owner, newest first, until 30 days after their expiry. For owners of the
 * owning team, and ADMINs of its organization.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/sites/{site}/teams/invites',
  permission: 'site:manage',
  table: union(LOCATE_SITE, { Query: ['SITE'] }),
  depth: 3,
  query: PageQuery,
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, query, reach: { site } }) {
    const page = readPage(query);
    const rows = await listSiteInvites(site, { skip: page.skip, limit: page.size + 1 });
    return { status: 200, body: collection(request.path, page, rows, (row) => showListedInvite(row, request.now)) };
  },
});
export const { handler } = endpoint;
