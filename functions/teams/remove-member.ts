import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership, REMOVE_TEAM_MEMBER, removeTeamMember } from '../../lib/teams/team-members.ts';
import { getTeam, managed, SEE_TEAM, seen } from '../../lib/teams/teams.ts';

export const returns = { 204: null };

/** Takes a member out of a team, which its owners and ADMINs may; removing oneself is leaving. The last OWNER stays. */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/teams/{id}/members/{memberId}',
  permission: 'team:read',
  rule: 'team:manage-or-leave',
  table: union(SEE_TEAM, REMOVE_TEAM_MEMBER),
  depth: 3,
  refuses: ['team_not_found', 'member_not_found', 'team_member_not_found', 'forbidden', 'last_team_owner'],
  async read({ request, organizationId, caller }) {
    const id = pathId(request, 'team');
    const [team, own, member] = await Promise.all([
      getTeam(organizationId, id),
      getTeamMembership(id, caller.userId),
      getMember(organizationId, pathId(request, 'member', 'memberId')),
    ]);
    return { team, own, member };
  },
  async handle({ actor, occasion, read: { team, own, member } }) {
    const isLeaving = member?.memberId === actor.memberId;
    const present = isLeaving ? await seen(actor, team, own) : await managed(actor, team, own);
    if (!member) throw new Refusal('member_not_found');
    const row = isLeaving ? own : await getTeamMembership(present.id, member.userId);
    if (!row || !isIn(member, row)) throw new Refusal('team_member_not_found');
    await removeTeamMember(occasion, actor, own, present, row);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
