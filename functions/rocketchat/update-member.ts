import { configuration } from '../../lib/configuration.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { UpdateMemberBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf, teamRoleOf, uniqueRoles } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn, mayModerate } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { getMembersOf } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { CHANGE_TEAM_MEMBER, putTeamMember } from '../../lib/teams/put-team-member.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';

export const returns = { 200: Done };

/**
 * Replaces a team member's roles, by default with none. For its owners and moderators, and ADMINs. Only owners and
 * ADMINs may change owners or make new ones. The last owner stays an owner. For a user outside the team, nothing
 * changes and the call succeeds.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.updateMember',
  permission: 'team:moderate',
  table: union(CHANGE_TEAM_MEMBER, { BatchGetItem: ['USER'] }),
  depth: 4,
  body: UpdateMemberBody,
  refuses: ['last_team_owner'],
  team: ({ body }) => teamReferenceOf(body),
  async read({ body, organizationId }) {
    const [member] = await getMembersOf(organizationId, [body.member.userId]);
    return member;
  },
  async handle({ body, actor, auditContext, team, own, read: member }) {
    const row = await getTeamMembership(team.id, body.member.userId);
    const roles = uniqueRoles(body.member.roles) ?? [];
    const role = teamRoleOf(roles);
    if (!mayModerate(actor, own, role, row?.role)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    if (member && isIn(member, row)) {
      await putTeamMember(auditContext, { actor, own, team, member, role, row, roles, limits: configuration().limits });
    }
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
