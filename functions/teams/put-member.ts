import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { TeamMember } from '../../lib/dialects/v1/schemas.ts';
import { showTeamMember } from '../../lib/dialects/v1/show.ts';
import { TeamRoleName } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership, PUT_TEAM_MEMBER, putTeamMember } from '../../lib/teams/team-members.ts';
import { getTeam, managed, SEE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: TeamMember };

/**
 * Puts a member of the organization into a team, or gives them another role in it. Owners of the team may, and ADMINs.
 *
 * The role is MEMBER unless the body says otherwise. The last OWNER stays one.
 */
export const endpoint = forMember({
  format: v1,
  route: 'PUT /v1/teams/{id}/members/{memberId}',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(SEE_TEAM, PUT_TEAM_MEMBER),
  depth: 3,
  body: z.strictObject({ role: z.optional(TeamRoleName) }),
  refuses: [
    'team_not_found',
    'member_not_found',
    'forbidden',
    'last_team_owner',
    'team_member_limit_reached',
    'member_not_claimed',
  ],
  async read({ request, organizationId, caller }) {
    const id = pathId(request, 'team');
    const [team, own, member] = await Promise.all([
      getTeam(organizationId, id),
      getTeamMembership(id, caller.userId),
      getMember(organizationId, pathId(request, 'member', 'memberId')),
    ]);
    return { team, own, member };
  },
  async handle({ body: { role = 'MEMBER' }, actor, occasion, read: { team, own, member } }) {
    const present = await managed(actor, team, own);
    if (!member) throw new Refusal('member_not_found');
    const row = await getTeamMembership(present.id, member.userId);
    const { limits } = configuration();
    const put = await putTeamMember(occasion, actor, own, present, member, role, row, limits);
    return { status: 200, body: showTeamMember(put, member) };
  },
});
export const { handler } = endpoint;
