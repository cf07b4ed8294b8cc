import { configuration } from '../../lib/configuration.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AddMembersBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { rolesOf, teamReferenceOf, teamRoleOf, uniqueRoles } from '../../lib/dialects/rocketchat/show.ts';
import { type Member, usernameOf } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { mayModerate, type TeamMembership, type TeamRole } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { findMembers } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { PUT_TEAM_MEMBER, putTeamMembers } from '../../lib/teams/put-team-member.ts';

export const returns = { 200: Done };

/**
 * Adds members of the organization to a team. For its owners and moderators, and ADMINs. Only owners and ADMINs may add
 * owners.
 *
 * Roles are added to a member's present roles, never removed. People outside the organization are skipped. Each member
 * is a separate change: changes before a refused one are kept.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.addMembers',
  permission: 'team:moderate',
  table: union(PUT_TEAM_MEMBER, { BatchGetItem: ['USER'], Query: ['ORG'] }),
  depth: 4,
  body: AddMembersBody,
  refuses: ['team_member_limit_reached', 'member_not_claimed', 'last_team_owner'],
  team: ({ body }) => teamReferenceOf(body),
  read: ({ body, organizationId }) =>
    findMembers(
      organizationId,
      body.members.map(({ userId }) => userId),
    ),
  async handle({ body, actor, auditContext, team, own, read: members }) {
    const named = new Map(body.members.map(({ userId, roles }) => [userId, uniqueRoles(roles)]));
    const refuseUnlessMay = (membership: TeamMembership | undefined, ...roles: (TeamRole | undefined)[]) => {
      if (!mayModerate(actor, membership, ...roles)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    };
    refuseUnlessMay(own, ...[...named.values()].map(teamRoleOf));
    const placeOf = ({ userId, profile }: Member, present?: TeamMembership, ownNow?: TeamMembership) => {
      const more = named.has(userId) ? named.get(userId) : named.get(usernameOf(profile));
      const before = present && rolesOf(present);
      const roles = more ? [...new Set([...(before ?? []), ...more])] : before;
      const role = teamRoleOf(roles);
      refuseUnlessMay(ownNow, role, present?.role);
      return { role, ...(roles && { roles }) };
    };
    await putTeamMembers(auditContext, { actor, team, members, limits: configuration().limits }, placeOf);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
