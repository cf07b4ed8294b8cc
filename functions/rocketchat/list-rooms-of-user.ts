import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListRoomsOfUserQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { RoomList } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';

export const returns = { 200: RoomList };

/** Returns an empty list of a user's rooms, for that user and ADMINs. This product has no rooms. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'GET /api/v1/teams.listRoomsOfUser',
  permission: 'team:list-all',
  depth: 1,
  query: ListRoomsOfUserQuery,
  team: ({ query }) => teamReferenceOf(query),
  oneself: ({ query, actor }) => query.userId === actor.userId,
  async handle({ actor, team, own }) {
    const maySee = !team.isPrivate || actor.role === 'ADMIN' || isIn(actor, own);
    if (!maySee) throw new Refusal('team_not_found', { team: ['user-not-on-private-team'] });
    return { status: 200, body: { rooms: [], total: 0, count: 0, offset: 0, success: true } };
  },
});
export const { handler } = endpoint;
