import { papershift } from '../../lib/dialects/papershift/format.ts';
import { FieldsParameters, readTeamQuery } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { showTeam } from '../../lib/dialects/papershift/show.ts';
import { forMember, pathTeam } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import { DELETE_TEAM, deleteTeam, getTeam, managed, SEE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Deletes a team, whose name is free from then on, and shows it with its `discarded_at`. Owners of the team may, and
 * ADMINs.
 *
 * The default team can't be deleted, nor one that others are below of. A body is ignored.
 */
export const endpoint = forMember({
  format: papershift,
  route: 'DELETE /api/v1/teams/{id}',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(SEE_TEAM, DELETE_TEAM),
  depth: 3,
  query: FieldsParameters,
  refuses: ['team_not_found', 'forbidden', 'default_team', 'team_has_children', 'team_has_sites'],
  async read({ request, organizationId, caller }) {
    const query = readTeamQuery(request.query, false);
    const id = pathTeam(request);
    const [team, own] = await Promise.all([getTeam(organizationId, id), getTeamMembership(id, caller.userId)]);
    return { query, team, own };
  },
  async handle({ actor, organization, occasion, read: { query, team, own } }) {
    const discarded = await deleteTeam(occasion, actor, own, organization, await managed(actor, team, own));
    return { status: 200, body: showTeam(discarded, query, { organization, manages: () => false }) };
  },
});
export const { handler } = endpoint;
