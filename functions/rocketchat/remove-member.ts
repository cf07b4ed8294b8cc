import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { RemoveMemberBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn, mayModerate } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { getMembersOf } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { REMOVE_TEAM_MEMBER, removeTeamMember } from '../../lib/teams/remove-team-member.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';

export const returns = { 200: Done };

/**
 * Removes a member from a team. For its owners and moderators, and ADMINs. Only owners and ADMINs may remove owners.
 * The last owner can't be removed.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.removeMember',
  permission: 'team:moderate',
  table: union(REMOVE_TEAM_MEMBER, { BatchGetItem: ['USER'] }),
  depth: 4,
  body: RemoveMemberBody,
  refuses: ['member_not_found', 'team_member_not_found', 'last_team_owner'],
  team: ({ body }) => teamReferenceOf(body),
  async read({ body, organizationId }) {
    const [member] = await getMembersOf(organizationId, [body.userId]);
    return member;
  },
  async handle({ body, actor, auditContext, team, own, read: member }) {
    const row = await getTeamMembership(team.id, body.userId);
    if (!mayModerate(actor, own, row?.role)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    if (!member) throw new Refusal('member_not_found');
    if (!row || !isIn(member, row)) throw new Refusal('team_member_not_found');
    await removeTeamMember(auditContext, { actor, own, team, row });
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
