import { papershift } from '../../lib/dialects/papershift/format.ts';
import { readTeamQuery, TeamParameters } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { showTeam } from '../../lib/dialects/papershift/show.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathTeam } from '../../lib/http/path.ts';
import { READ_TEAM_DETAILS, readTeamDetails } from '../../lib/teams/team-details.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Shows a team that the caller sees.
 *
 * `include=team_memberships` adds its members, at most 1,000.
 */
export const endpoint = forTeam({
  format: papershift,
  route: 'GET /api/v1/teams/{id}',
  permission: 'team:read',
  table: READ_TEAM_DETAILS,
  depth: 1,
  query: TeamParameters,
  team: ({ request }) => ({ id: pathTeam(request) }),
  read: async ({ request }) => readTeamQuery(request.query),
  async handle({ actor, organization, team, own, read: query }) {
    const details = await readTeamDetails({ actor, team, own }, query.include);
    return { status: 200, body: showTeam(team, query, { organization, ...details }) };
  },
});
export const { handler } = endpoint;
