import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, TeamMember } from '../../lib/dialects/v1/schemas.ts';
import { showTeamMember } from '../../lib/dialects/v1/show.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { cut, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership, listTeamMembers } from '../../lib/teams/team-members.ts';
import { getTeam, SEE_TEAM, seen } from '../../lib/teams/teams.ts';

export const returns = { 200: list(TeamMember) };

/**
 * Lists who is in a team that the caller sees.
 *
 * A page number costs its distance from the start; a cursor costs its page.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/teams/{id}/members',
  permission: 'team:read',
  table: union(SEE_TEAM, { Query: ['TEAM'] }),
  depth: 2,
  query: PageQuery,
  refuses: ['team_not_found'],
  async read({ request, query, organizationId, caller }) {
    const id = pathId(request, 'team');
    const page = readPage(`members of ${id}`, 'user', query);
    const [team, own, rows] = await Promise.all([
      getTeam(organizationId, id),
      getTeamMembership(id, caller.userId),
      listTeamMembers(id, { after: page.after, skip: page.skip, limit: page.perPage + 1 }),
    ]);
    return { page, team, own, rows };
  },
  async handle({ actor, organization, read: { page, team, own, rows } }) {
    const { members: total } = await seen(actor, team, own);
    const { rows: some, next } = cut(page, rows, ({ userId }) => userId);
    const members = await Promise.all(some.map(({ memberId }) => getMember(organization.id, memberId)));
    // Rows of memberships that have ended are about to be cleared.
    const shown = some.flatMap((row, index) => {
      const member = members[index];
      return member && isIn(member, row) ? [showTeamMember(row, member)] : [];
    });
    return { status: 200, body: envelope(page, shown, next, (row) => row, total) };
  },
});
export const { handler } = endpoint;
