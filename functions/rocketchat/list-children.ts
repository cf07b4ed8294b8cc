import { NOT_FOUND, rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListChildrenQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { readPaging } from '../../lib/dialects/rocketchat/paging.ts';
import { ChildList } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamIdOfRoom, teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';

export const returns = { 200: ChildList };

/** Returns an empty list of rooms and discussions, for members of the team. This product has no rooms. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'GET /api/v1/teams.listChildren',
  depth: 1,
  query: ListChildrenQuery,
  missing: () => new Refusal('team_not_found', { team: [NOT_FOUND] }),
  team: ({ query }) => (query.roomId === undefined ? teamReferenceOf(query) : { id: teamIdOfRoom(query.roomId) }),
  async handle({ query, actor, own }) {
    if (!isIn(actor, own)) throw new Refusal('team_not_found', { team: ['error-invalid-team-not-a-member'] });
    const { offset, count } = readPaging(query);
    return { status: 200, body: { data: [], total: 0, offset, count, success: true } };
  },
});
export const { handler } = endpoint;
