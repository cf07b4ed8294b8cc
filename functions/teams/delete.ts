import { v1 } from '../../lib/dialects/v1/format.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathId } from '../../lib/http/path.ts';
import { DELETE_TEAM, deleteTeam } from '../../lib/teams/delete-team.ts';

export const returns = { 204: null };

/**
 * Deletes a team, and releases its name. For owners of the team and ADMINs.
 *
 * The default team, teams with child teams, and teams that own sites can't be deleted.
 */
export const endpoint = forTeam({
  format: v1,
  route: 'DELETE /v1/teams/{id}',
  permission: 'team:manage',
  table: DELETE_TEAM,
  depth: 3,
  refuses: ['default_team', 'team_has_children', 'team_has_sites'],
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  async handle({ actor, organization, auditContext, team, own }) {
    await deleteTeam(auditContext, { actor, own, organization, team });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
