import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { RemoveRoomBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { refusing } from '../../lib/http/for-team.ts';

export const returns = {};

/** Refuses to remove a room from a team, as Rocket.Chat does without the permission. This product has no rooms. */
export const endpoint = refusing({
  format: rocketchat,
  route: 'POST /api/v1/teams.removeRoom',
  depth: 1,
  body: RemoveRoomBody,
  team: ({ body }) => teamReferenceOf(body),
});
export const { handler } = endpoint;
