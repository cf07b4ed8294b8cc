import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { list, Site } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import { forViewer } from '../../lib/http/for-caller.ts';
import { LIST_SITES, listSitesOf } from '../../lib/sites/site-lists.ts';
import { union } from '../../lib/table/access.ts';
import { LIST_TEAMS, listTeamsWithin } from '../../lib/teams/viewing.ts';

export const returns = { 200: /* @__PURE__ */ list(Site) };

/**
 * Lists the sites that the caller sees in all of their organizations: the sites of their teams and of the teams below,
 * and all sites where they are an ADMIN.
 *
 * Ordered by team, oldest first within a team. An access token gets only its own organization.
 */
export const endpoint = forViewer({
  format: volttime,
  route: 'GET /api/v3/sites',
  table: union(LIST_TEAMS, LIST_SITES),
  depth: 5,
  query: PageQuery,
  async handle({ request, query, caller: { userId, bound } }) {
    const page = readPage(query);
    const teams = await listTeamsWithin(userId, bound);
    const { sites, hasMore } = await listSitesOf(teams, { skip: page.skip, limit: page.size }, request.now);
    return { status: 200, body: collection(request.path, page, sites, showSite, hasMore) };
  },
});
export const { handler } = endpoint;
