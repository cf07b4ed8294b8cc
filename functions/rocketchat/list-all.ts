import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { ListQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { readPaging } from '../../lib/dialects/rocketchat/paging.ts';
import { TeamList } from '../../lib/dialects/rocketchat/schemas.ts';
import { showListedTeam } from '../../lib/dialects/rocketchat/show.ts';
import { total } from '../../lib/domain/limits.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getUser } from '../../lib/people/people.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: TeamList };

/** Lists all teams of the organization, oldest first. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'GET /api/v1/teams.listAll',
  permission: 'team:list-all',
  table: { BatchGetItem: ['USER'], Query: ['ORG'] },
  depth: 2,
  query: ListQuery,
  async read({ query, organizationId }) {
    const { offset, count } = readPaging(query);
    const [some, counters] = await Promise.all([
      listTeams(organizationId, { skip: offset, limit: count }),
      readCounters(organizationId),
    ]);
    return { offset, some, all: total(counters, 'teams') };
  },
  async handle({ read: { offset, some, all } }) {
    const creators = await Promise.all(some.map(({ createdBy }) => getUser(createdBy)));
    const shown = some.map((team, index) => showListedTeam(team, creators[index]));
    return { status: 200, body: { teams: shown, total: all, count: shown.length, offset, success: true } };
  },
});
export const { handler } = endpoint;
