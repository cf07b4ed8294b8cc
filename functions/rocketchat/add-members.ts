import { configuration } from '../../lib/configuration.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AddMembersBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { roleMeant, teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { type Member, usernameOf } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { mayModerate, TEAM_ROLES, type TeamMembership, type TeamRole } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { findMembers } from '../../lib/table/members.ts';
import { PUT_TEAM_MEMBER, putTeamMembers } from '../../lib/table/team-members.ts';
import { findTeam } from '../../lib/table/teams.ts';

export const returns = { 200: Done };

/**
 * Puts members of the organization into a team: its owners and moderators may, and ADMINs. Only owners and ADMINs make
 * owners.
 *
 * Roles are added to those that somebody has, never taken away. Whoever isn't in the organization is left out. Each is a
 * change of its own: those before one that is refused stay.
 */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.addMembers',
  permission: 'team:read',
  table: union(PUT_TEAM_MEMBER, { BatchGetItem: ['ORG', 'TEAM', 'USER'], Query: ['ORG'] }),
  depth: 4,
  body: AddMembersBody,
  refuses: [
    ...(['team_not_found', 'forbidden', 'team_member_limit_reached', 'member_not_claimed'] as const),
    ...(['last_team_owner', 'request_rate_exceeded'] as const),
  ],
  async read({ body, organizationId, caller }) {
    const [found, members] = await Promise.all([
      findTeam(organizationId, caller.userId, teamMeant(body)),
      findMembers(
        organizationId,
        body.members.map(({ userId }) => userId),
      ),
    ]);
    return { ...found, members };
  },
  async handle({ body, actor, occasion, read: { team, own, members } }) {
    if (!team) throw new Refusal('team_not_found');
    const named = new Map(body.members.map(({ userId, roles }) => [userId, roleMeant(roles)]));
    const refuseUnlessMay = (place: TeamMembership | undefined, ...roles: TeamRole[]) => {
      if (!mayModerate(actor, place, ...roles)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    };
    refuseUnlessMay(own, ...named.values());
    const roleOf = ({ userId, profile }: Member, present: TeamRole = 'MEMBER', place?: TeamMembership) => {
      const role = higher(named.get(userId) ?? named.get(usernameOf(profile)) ?? 'MEMBER', present);
      refuseUnlessMay(place, role, present);
      return role;
    };
    await putTeamMembers(occasion, actor, team, members, roleOf, configuration().limits);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;

function higher(one: TeamRole, other: TeamRole): TeamRole {
  return TEAM_ROLES[Math.min(TEAM_ROLES.indexOf(one), TEAM_ROLES.indexOf(other))] as TeamRole;
}
