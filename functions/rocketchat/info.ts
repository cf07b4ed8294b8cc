import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { InfoQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { TeamInfo } from '../../lib/dialects/rocketchat/schemas.ts';
import { showTeam, teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { getUser } from '../../lib/people/people.ts';

export const returns = { 200: TeamInfo };

/** Shows a team that the caller sees, by id or name. A name costs one more round trip. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'GET /api/v1/teams.info',
  permission: 'team:read',
  table: { BatchGetItem: ['USER'] },
  depth: 2,
  query: InfoQuery,
  missing: () => new Refusal('team_not_found', { team: ['Team not found'] }),
  team: ({ query }) => teamReferenceOf(query),
  async handle({ team }) {
    return { status: 200, body: { teamInfo: showTeam(team, await getUser(team.createdBy)), success: true } };
  },
});
export const { handler } = endpoint;
