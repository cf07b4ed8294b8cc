import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { DeleteBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { mayManage } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { DELETE_TEAM, deleteTeam, findTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Done };

/**
 * Deletes a team with its main room, and frees its name. Its owners may, and ADMINs. The default team can't be deleted,
 * nor one that others are below of.
 */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.delete',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(DELETE_TEAM, { BatchGetItem: ['ORG', 'TEAM'] }),
  depth: 3,
  body: DeleteBody,
  refuses: ['team_not_found', 'forbidden', 'default_team', 'team_has_children', 'team_has_sites'],
  read: ({ body, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(body)),
  async handle({ actor, organization, occasion, read: { team, own } }) {
    if (!team) throw new Refusal('team_not_found');
    if (!mayManage(actor, own)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    await deleteTeam(occasion, actor, own, organization, team);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
