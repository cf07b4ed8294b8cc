import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { LeaveBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { LEAVE_TEAM, removeTeamMember } from '../../lib/teams/team-members.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Done };

/** Takes the caller out of a team. The last owner stays. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.leave',
  permission: 'team:read',
  table: union(LEAVE_TEAM, { BatchGetItem: ['ORG', 'TEAM'] }),
  depth: 2,
  body: LeaveBody,
  refuses: ['team_not_found', 'team_member_not_found', 'last_team_owner'],
  read: ({ body, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(body)),
  async handle({ actor, occasion, read: { team, own } }) {
    if (!team) throw new Refusal('team_not_found');
    if (!own || !isIn(actor, own)) throw new Refusal('team_member_not_found');
    await removeTeamMember(occasion, actor, own, team, own);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
