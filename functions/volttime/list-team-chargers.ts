import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Charger, list } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forLocatedTeam } from '../../lib/http/for-team.ts';
import { LIST_CHARGERS_OF, listChargersOf } from '../../lib/sites/chargers.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM, locateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: /* @__PURE__ */ list(Charger) };

/**
 * Lists the chargers on all sites that a team owns. For its members, members of the teams above it, and ADMINs.
 *
 * `team_id` is the team's integer id or its UUID.
 */
export const endpoint = forLocatedTeam({
  format: volttime,
  route: 'GET /api/v2/teams/{team_id}/chargers',
  permission: 'site:read',
  table: union(LOCATE_TEAM, LIST_CHARGERS_OF),
  depth: 5,
  query: PageQuery,
  locate: ({ request }) => locateTeam(readKey('team', request.params.team_id)),
  async handle({ request, query, team }) {
    const page = readPage(query);
    const range = { skip: page.skip, limit: page.size + 1 };
    const chargers = await listChargersOf([team], range, request.now, ({ isOwner }) => isOwner);
    return { status: 200, body: collection(request.path, page, chargers, showCharger) };
  },
});
export const { handler } = endpoint;
