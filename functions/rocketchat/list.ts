import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { readPaging, sorted } from '../../lib/dialects/rocketchat/paging.ts';
import { TeamList } from '../../lib/dialects/rocketchat/schemas.ts';
import { showListedTeam, showUser } from '../../lib/dialects/rocketchat/show.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getUser } from '../../lib/people/people.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: TeamList };

/** Lists the caller's teams, by default oldest first. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'GET /api/v1/teams.list',
  permission: 'team:read',
  table: { BatchGetItem: ['USER'], Query: ['ORG', 'USER'] },
  depth: 2,
  query: ListQuery,
  async read({ organizationId, caller }) {
    const [teams, own] = await Promise.all([listTeams(organizationId), listTeamsOf(caller.userId)]);
    return { teams, own };
  },
  async handle({ query, actor, read: { teams, own } }) {
    const { offset, count } = readPaging(query);
    const mine = new Set(own.filter((row) => isIn(actor, row)).map(({ teamId }) => teamId));
    const all = teams.filter(({ id }) => mine.has(id)).map((team) => showListedTeam(team, undefined));
    const some = sorted(all, query.sort).slice(offset, offset + count);
    const creators = await Promise.all(some.map(({ createdBy }) => getUser(createdBy._id)));
    const shown = some.map((team, index) => ({ ...team, createdBy: showUser(team.createdBy._id, creators[index]) }));
    return { status: 200, body: { teams: shown, total: all.length, count: shown.length, offset, success: true } };
  },
});
export const { handler } = endpoint;
