import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathId } from '../../lib/http/path.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { REMOVE_TEAM_MEMBER, removeTeamMember } from '../../lib/teams/remove-team-member.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';

export const returns = { 204: null };

/** Removes a member from a team. For its owners and ADMINs, and for the member. The last OWNER can't be removed. */
export const endpoint = forTeam({
  format: v1,
  route: 'DELETE /v1/teams/{id}/members/{memberId}',
  permission: 'team:manage',
  table: REMOVE_TEAM_MEMBER,
  depth: 3,
  refuses: ['member_not_found', 'team_member_not_found', 'last_team_owner'],
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member', 'memberId')),
  oneself: ({ actor, read: member }) => member?.memberId === actor.memberId,
  async handle({ actor, auditContext, team, own, read: member }) {
    if (!member) throw new Refusal('member_not_found');
    const row = member.memberId === actor.memberId ? own : await getTeamMembership(team.id, member.userId);
    if (!row || !isIn(member, row)) throw new Refusal('team_member_not_found');
    await removeTeamMember(auditContext, { actor, own, team, row });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
