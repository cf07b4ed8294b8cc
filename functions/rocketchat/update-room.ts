import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { UpdateRoomBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamIdOfRoom } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { refusing } from '../../lib/http/for-team.ts';

export const returns = {};

/** Refuses to change a room of a team, as Rocket.Chat does without the permission. This product has no rooms. */
export const endpoint = refusing({
  format: rocketchat,
  route: 'POST /api/v1/teams.updateRoom',
  depth: 1,
  body: UpdateRoomBody,
  team: ({ body }) => ({ id: teamIdOfRoom(body.roomId) }),
  missing: () => new Refusal('team_not_found', { room: ['invalid-room'] }),
});
export const { handler } = endpoint;
