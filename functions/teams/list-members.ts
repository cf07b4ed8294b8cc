import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, TeamMember } from '../../lib/dialects/v1/schemas.ts';
import { showTeamMember } from '../../lib/dialects/v1/show.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { cut, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { pathId } from '../../lib/http/path.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { listTeamMembers } from '../../lib/teams/team-members.ts';

export const returns = { 200: /* @__PURE__ */ list(TeamMember) };

/**
 * Lists the members of a team that the caller sees.
 *
 * A page number costs reads of all rows before the page; a cursor only of the page.
 */
export const endpoint = forTeam({
  format: v1,
  route: 'GET /v1/teams/{id}/members',
  permission: 'team:read',
  table: { Query: ['TEAM'] },
  depth: 2,
  query: PageQuery,
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  async read({ request, query }) {
    const id = pathId(request, 'team');
    const page = readPage(`members of ${id}`, 'user', query);
    return { page, rows: await listTeamMembers(id, { after: page.after, skip: page.skip, limit: page.perPage + 1 }) };
  },
  async handle({ organization, team, read: { page, rows } }) {
    const { rows: some, next } = cut(page, rows, ({ userId }) => userId);
    const members = await Promise.all(some.map(({ memberId }) => getMember(organization.id, memberId)));
    // Stale rows are omitted until the cascade deletes them.
    const shown = some.flatMap((row, index) => {
      const member = members[index];
      return member && isIn(member, row) ? [showTeamMember(row, member)] : [];
    });
    return { status: 200, body: envelope(page, shown, next, (row) => row, team.members) };
  },
});
export const { handler } = endpoint;
