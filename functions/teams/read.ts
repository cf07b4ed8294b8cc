import { v1 } from '../../lib/dialects/v1/format.ts';
import { Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import { getTeam, SEE_TEAM, seen } from '../../lib/teams/teams.ts';

export const returns = { 200: Team };

/** Shows a team that the caller sees. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/teams/{id}',
  permission: 'team:read',
  table: SEE_TEAM,
  depth: 1,
  refuses: ['team_not_found'],
  async read({ request, organizationId, caller }) {
    const id = pathId(request, 'team');
    const [team, own] = await Promise.all([getTeam(organizationId, id), getTeamMembership(id, caller.userId)]);
    return { team, own };
  },
  async handle({ actor, read: { team, own } }) {
    return { status: 200, body: showTeam(await seen(actor, team, own)) };
  },
});
export const { handler } = endpoint;
