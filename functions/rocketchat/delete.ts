import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { DeleteBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { DELETE_TEAM, deleteTeam } from '../../lib/teams/delete-team.ts';

export const returns = { 200: Done };

/**
 * Deletes a team with its main room, and releases its name. For its owners and ADMINs. The default team and teams with
 * child teams can't be deleted.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.delete',
  permission: 'team:manage',
  table: DELETE_TEAM,
  depth: 3,
  body: DeleteBody,
  refuses: ['default_team', 'team_has_children', 'team_has_sites'],
  team: ({ body }) => teamReferenceOf(body),
  async handle({ actor, organization, auditContext, team, own }) {
    await deleteTeam(auditContext, { actor, own, organization, team });
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
