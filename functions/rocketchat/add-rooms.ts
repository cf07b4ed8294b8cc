import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AddRoomsBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { refusing } from '../../lib/http/for-team.ts';

export const returns = {};

/** Refuses to add rooms to a team, as Rocket.Chat does without the permission. This product has no rooms. */
export const endpoint = refusing({
  format: rocketchat,
  route: 'POST /api/v1/teams.addRooms',
  depth: 1,
  body: AddRoomsBody,
  team: ({ body }) => teamReferenceOf(body),
  forbidden: { team: ['error-no-permission-team-channel'] },
});
export const { handler } = endpoint;
