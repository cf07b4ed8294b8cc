import { configuration } from '../../lib/configuration.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AddMembersBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { roleMeant, rolesOf, rolesSet, teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { type Member, usernameOf } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { mayModerate, type TeamMembership, type TeamRole } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { findMembers } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { PUT_TEAM_MEMBER, putTeamMembers } from '../../lib/teams/put-team-member.ts';

export const returns = { 200: Done };

/**
 * Puts members of the organization into a team: its owners and moderators may, and ADMINs. Only owners and ADMINs make
 * owners.
 *
 * Roles are added to those that somebody has, never taken away. Whoever isn't in the organization is left out. Each is a
 * change of its own: those before one that is refused stay.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.addMembers',
  permission: 'team:moderate',
  table: union(PUT_TEAM_MEMBER, { BatchGetItem: ['USER'], Query: ['ORG'] }),
  depth: 4,
  body: AddMembersBody,
  refuses: ['team_member_limit_reached', 'member_not_claimed', 'last_team_owner'],
  team: ({ body }) => teamMeant(body),
  read: ({ body, organizationId }) =>
    findMembers(
      organizationId,
      body.members.map(({ userId }) => userId),
    ),
  async handle({ body, actor, occasion, team, own, read: members }) {
    const named = new Map(body.members.map(({ userId, roles }) => [userId, rolesSet(roles)]));
    const refuseUnlessMay = (place: TeamMembership | undefined, ...roles: (TeamRole | undefined)[]) => {
      if (!mayModerate(actor, place, ...roles)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    };
    refuseUnlessMay(own, ...[...named.values()].map(roleMeant));
    const placeOf = ({ userId, profile }: Member, present?: TeamMembership, place?: TeamMembership) => {
      const more = named.has(userId) ? named.get(userId) : named.get(usernameOf(profile));
      const before = present && rolesOf(present);
      const roles = more ? [...new Set([...(before ?? []), ...more])] : before;
      const role = roleMeant(roles);
      refuseUnlessMay(place, role, present?.role);
      return { role, ...(roles && { roles }) };
    };
    await putTeamMembers(occasion, { actor, team, members, limits: configuration().limits }, placeOf);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
