import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { TeamMember } from '../../lib/dialects/v1/schemas.ts';
import { showTeamMember } from '../../lib/dialects/v1/show.ts';
import { TeamRoleName } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathId } from '../../lib/http/path.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { PUT_TEAM_MEMBER, putTeamMember } from '../../lib/teams/put-team-member.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';

export const returns = { 200: TeamMember };
export const example = { role: 'MODERATOR' };

/**
 * Adds a member of the organization to a team, or changes their role in it. For owners of the team and ADMINs.
 *
 * The default role is MEMBER. The last OWNER stays an OWNER.
 */
export const endpoint = forTeam({
  format: v1,
  route: 'PUT /v1/teams/{id}/members/{memberId}',
  permission: 'team:manage',
  table: PUT_TEAM_MEMBER,
  depth: 3,
  body: z.strictObject({ role: z.optional(TeamRoleName) }),
  refuses: ['member_not_found', 'last_team_owner', 'team_member_limit_reached', 'member_not_claimed'],
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member', 'memberId')),
  async handle({ body: { role = 'MEMBER' }, actor, auditContext, team, own, read: member }) {
    if (!member) throw new Refusal('member_not_found');
    const row = await getTeamMembership(team.id, member.userId);
    const { limits } = configuration();
    const put = await putTeamMember(auditContext, { actor, own, team, member, role, row, limits });
    return { status: 200, body: showTeamMember(put, member) };
  },
});
export const { handler } = endpoint;
