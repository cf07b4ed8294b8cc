import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { RemoveMemberBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn, mayModerate } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { getMembersOf } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership, REMOVE_TEAM_MEMBER, removeTeamMember } from '../../lib/teams/team-members.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Done };

/**
 * Takes somebody out of a team: its owners and moderators may, and ADMINs; owners, only owners and ADMINs. The last
 * owner stays.
 */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.removeMember',
  permission: 'team:read',
  rule: 'team:moderate',
  table: union(REMOVE_TEAM_MEMBER, { BatchGetItem: ['ORG', 'TEAM', 'USER'] }),
  depth: 4,
  body: RemoveMemberBody,
  refuses: [
    ...(['team_not_found', 'forbidden', 'member_not_found', 'team_member_not_found', 'last_team_owner'] as const),
  ],
  async read({ body, organizationId, caller }) {
    const [found, [member]] = await Promise.all([
      findTeam(organizationId, caller.userId, teamMeant(body)),
      getMembersOf(organizationId, [body.userId]),
    ]);
    return { ...found, member };
  },
  async handle({ body, actor, occasion, read: { team, own, member } }) {
    if (!team) throw new Refusal('team_not_found');
    const row = await getTeamMembership(team.id, body.userId);
    if (!mayModerate(actor, own, row?.role)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    if (!member) throw new Refusal('member_not_found');
    if (!row || !isIn(member, row)) throw new Refusal('team_member_not_found');
    await removeTeamMember(occasion, actor, own, team, row);
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
