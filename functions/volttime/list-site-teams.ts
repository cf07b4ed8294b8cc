import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { list, SiteTeam } from '../../lib/dialects/volttime/schemas.ts';
import { showSiteTeam } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { teamsOf } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ list(SiteTeam) };

/** Lists the teams with access to a site that the caller sees: the owner first, then in the order of getting access. */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/sites/{site}/teams',
  permission: 'site:read',
  table: union(LOCATE_SITE, { BatchGetItem: ['ORG'] }),
  depth: 3,
  query: PageQuery,
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, query, reach }) {
    const page = readPage(query);
    const teams = (await teamsOf(reach.accesses)).sort(
      ({ access: one }, { access: other }) =>
        Number(other.isOwner) - Number(one.isOwner) || (one.createdAt < other.createdAt ? -1 : 1),
    );
    const rows = teams.slice(page.skip, page.skip + page.size + 1);
    return { status: 200, body: collection(request.path, page, rows, (row) => showSiteTeam(row, request.now)) };
  },
});
export const { handler } = endpoint;
