import { papershift } from '../../lib/dialects/papershift/format.ts';
import { readTeamQuery, TeamParameters } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { showTeam } from '../../lib/dialects/papershift/show.ts';
import { forMember, pathTeam } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import { AROUND_TEAM, aroundTeam, getTeam, SEE_TEAM, seen } from '../../lib/teams/teams.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Shows a team that the caller sees.
 *
 * With `include=team_memberships` come those who are in it, at most 1,000.
 */
export const endpoint = forMember({
  format: papershift,
  route: 'GET /api/v1/teams/{id}',
  permission: 'team:read',
  table: union(SEE_TEAM, AROUND_TEAM),
  depth: 1,
  query: TeamParameters,
  refuses: ['team_not_found'],
  async read({ request, organizationId, caller }) {
    const query = readTeamQuery(request.query);
    const id = pathTeam(request);
    const [team, own] = await Promise.all([getTeam(organizationId, id), getTeamMembership(id, caller.userId)]);
    return { query, team, own };
  },
  async handle({ actor, organization, read: { query, team, own } }) {
    const present = await seen(actor, team, own);
    const around = await aroundTeam(actor, present, own, query.include);
    return { status: 200, body: showTeam(present, query, { organization, ...around }) };
  },
});
export const { handler } = endpoint;
