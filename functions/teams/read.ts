import { v1 } from '../../lib/dialects/v1/format.ts';
import { Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathId } from '../../lib/http/path.ts';

export const returns = { 200: Team };

/** Shows a team that the caller sees. */
export const endpoint = forTeam({
  format: v1,
  route: 'GET /v1/teams/{id}',
  permission: 'team:read',
  depth: 1,
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  async handle({ team }) {
    return { status: 200, body: showTeam(team) };
  },
});
export const { handler } = endpoint;
