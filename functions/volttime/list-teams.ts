import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { list, Team } from '../../lib/dialects/volttime/schemas.ts';
import { showTeam } from '../../lib/dialects/volttime/show.ts';
import { forViewer } from '../../lib/http/for-caller.ts';
import { LIST_TEAMS, listVisibleTeams } from '../../lib/teams/viewing.ts';

export const returns = { 200: /* @__PURE__ */ list(Team) };

/**
 * Lists the teams that the caller sees in all of their organizations, oldest first. ADMINs see all teams, others public
 * teams, their own, and the teams below their own.
 *
 * An access token gets only its own organization. A list of more than 1,000 teams has `links` to further pages.
 */
export const endpoint = forViewer({
  format: volttime,
  route: 'GET /api/v3/teams',
  table: LIST_TEAMS,
  depth: 3,
  query: PageQuery,
  async handle({ request, query, caller: { userId, bound } }) {
    const page = readPage(query);
    const teams = await listVisibleTeams(userId, bound);
    return { status: 200, body: collection(request.path, page, teams.slice(page.skip), showTeam) };
  },
});
export const { handler } = endpoint;
