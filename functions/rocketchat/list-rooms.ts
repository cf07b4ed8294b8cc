import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListRoomsQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { readPaging } from '../../lib/dialects/rocketchat/paging.ts';
import { RoomList } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';

export const returns = { 200: RoomList };

/** Returns an empty list of rooms. Private teams are for their members and ADMINs. This product has no rooms. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'GET /api/v1/teams.listRooms',
  depth: 1,
  query: ListRoomsQuery,
  team: ({ query }) => teamReferenceOf(query),
  async handle({ query, actor, team, own }) {
    const maySee = !team.isPrivate || actor.role === 'ADMIN' || isIn(actor, own);
    if (!maySee) throw new Refusal('team_not_found', { team: ['user-not-on-private-team'] });
    return { status: 200, body: { rooms: [], total: 0, count: 0, offset: readPaging(query).offset, success: true } };
  },
});
export const { handler } = endpoint;
