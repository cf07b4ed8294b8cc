import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { LeaveBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { LEAVE_TEAM, removeTeamMember } from '../../lib/teams/remove-team-member.ts';

export const returns = { 200: Done };

/** Removes the caller from a team. The last owner can't leave. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.leave',
  callers: OF_MEMBERS,
  table: LEAVE_TEAM,
  depth: 2,
  body: LeaveBody,
  refuses: ['team_member_not_found', 'last_team_owner'],
  team: ({ body }) => teamReferenceOf(body),
  async handle({ actor, auditContext, team, own }) {
    if (!own || !isIn(actor, own)) throw new Refusal('team_member_not_found');
    await removeTeamMember(auditContext, { actor, own, team, row: own });
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
