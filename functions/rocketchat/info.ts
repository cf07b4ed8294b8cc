import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { InfoQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { TeamInfo } from '../../lib/dialects/rocketchat/schemas.ts';
import { showTeam, teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { getUser } from '../../lib/people/people.ts';
import { union } from '../../lib/table/access.ts';
import { findTeam, isSeen, SEE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: TeamInfo };

/** Shows a team that the caller sees, by id or name. A name costs a round trip more. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'GET /api/v1/teams.info',
  permission: 'team:read',
  table: union(SEE_TEAM, { BatchGetItem: ['USER'] }),
  depth: 2,
  query: InfoQuery,
  refuses: ['team_not_found', 'forbidden'],
  read: ({ query, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(query)),
  async handle({ actor, read: { team, own } }) {
    if (!team) throw new Refusal('team_not_found', { team: ['Team not found'] });
    const [mayLook, creator] = await Promise.all([isSeen(actor, team, own), getUser(team.createdBy)]);
    if (!mayLook) throw new Refusal('forbidden', { team: ['unauthorized'] });
    return { status: 200, body: { teamInfo: showTeam(team, creator), success: true } };
  },
});
export const { handler } = endpoint;
