import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ConvertBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { refusing } from '../../lib/http/for-team.ts';

export const returns = {};

/** Refuses to convert a team to a room, as Rocket.Chat does without the permission. This product has no rooms. */
export const endpoint = refusing({
  format: rocketchat,
  route: 'POST /api/v1/teams.convertToChannel',
  depth: 1,
  body: ConvertBody,
  team: ({ body }) => teamReferenceOf(body),
});
export const { handler } = endpoint;
