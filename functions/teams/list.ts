import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { total } from '../../lib/domain/limits.ts';
import { type Team as StoredTeam, teamsWith } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cut, cutFrom, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: /* @__PURE__ */ list(Team) };

const idOf = ({ id }: StoredTeam) => id;

/**
 * Lists the teams that the caller sees, oldest first. ADMINs see all teams, others public teams, their own, and the
 * teams below their own.
 *
 * For ADMINs, a page number costs reads of all teams before the page; a cursor only of the page. For others, each page
 * reads all teams if the first page doesn't have them: its total counts those that the caller sees.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/teams',
  permission: 'team:read',
  table: { Query: ['ORG', 'USER'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId, caller }) {
    const page = readPage(`teams ${organizationId}`, 'team', query);
    const { after, skip, perPage } = page;
    const [teams, own, counters] = await Promise.all([
      listTeams(organizationId, { after, skip, limit: perPage + 1 }),
      listTeamsOf(caller.userId),
      readCounters(organizationId),
    ]);
    return { page, teams, own, all: total(counters, 'teams') };
  },
  async handle({ actor, organization, read: { page, teams, own, all } }) {
    if (actor.role === 'ADMIN') {
      const { rows, next } = cut(page, teams, idOf);
      return { status: 200, body: envelope(page, rows, next, showTeam, all) };
    }
    const isFirst = page.after === undefined && page.skip === 0;
    const whole = isFirst && teams.length <= page.perPage ? teams : await listTeams(organization.id);
    const shown = teamsWith('team:read', whole, { actor, own });
    const { rows, next } = cutFrom(page, shown, idOf);
    return { status: 200, body: envelope(page, rows, next, showTeam, shown.length) };
  },
});
export const { handler } = endpoint;
