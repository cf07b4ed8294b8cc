import { v1 } from '../../lib/dialects/v1/format.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import { DELETE_TEAM, deleteTeam, getTeam, managed, SEE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 204: null };

/**
 * Deletes a team, whose name is free from then on. Owners of the team may, and ADMINs.
 *
 * The default team can't be deleted, nor one that others are below of or that owns sites.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/teams/{id}',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(SEE_TEAM, DELETE_TEAM),
  depth: 3,
  refuses: ['team_not_found', 'forbidden', 'default_team', 'team_has_children', 'team_has_sites'],
  async read({ request, organizationId, caller }) {
    const id = pathId(request, 'team');
    const [team, own] = await Promise.all([getTeam(organizationId, id), getTeamMembership(id, caller.userId)]);
    return { team, own };
  },
  async handle({ actor, organization, occasion, read: { team, own } }) {
    await deleteTeam(occasion, actor, own, organization, await managed(actor, team, own));
    return { status: 204 };
  },
});
export const { handler } = endpoint;
