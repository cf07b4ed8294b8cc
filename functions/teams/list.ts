import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { teamsWith } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cutFrom, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: list(Team) };

/**
 * Lists the teams that the caller sees, oldest first. ADMINs see all teams, others public teams, their own, and the
 * teams below their own.
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
    const [teams, own] = await Promise.all([listTeams(organizationId), listTeamsOf(caller.userId)]);
    return { page, teams, own };
  },
  async handle({ actor, read: { page, teams, own } }) {
    const shown = teamsWith('team:read', teams, { actor, own });
    const { rows, next } = cutFrom(page, shown, ({ id }) => id);
    return { status: 200, body: envelope(page, rows, next, showTeam, shown.length) };
  },
});
export const { handler } = endpoint;
