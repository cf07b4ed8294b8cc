import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListRoomsOfUserQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { RoomList } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: RoomList };

/** Lists no rooms of oneself, or of anybody for ADMINs: rooms belong to another product. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'GET /api/v1/teams.listRoomsOfUser',
  permission: 'team:read',
  rule: 'team:oneself',
  table: { BatchGetItem: ['ORG', 'TEAM'] },
  depth: 1,
  query: ListRoomsOfUserQuery,
  refuses: ['team_not_found', 'forbidden'],
  read: ({ query, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(query)),
  async handle({ query, actor, read: { team, own } }) {
    if (!team) throw new Refusal('team_not_found');
    const isAdmin = actor.role === 'ADMIN';
    if (query.userId !== actor.userId && !isAdmin) throw new Refusal('forbidden', { team: ['unauthorized'] });
    const maySee = !team.isPrivate || isAdmin || isIn(actor, own);
    if (!maySee) throw new Refusal('team_not_found', { team: ['user-not-on-private-team'] });
    return { status: 200, body: { rooms: [], total: 0, count: 0, offset: 0, success: true } };
  },
});
export const { handler } = endpoint;
