import { papershift } from '../../lib/dialects/papershift/format.ts';
import { asksForDiscarded, linksOf, select } from '../../lib/dialects/papershift/page.ts';
import { ListParameters, readListQuery } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamList } from '../../lib/dialects/papershift/schemas.ts';
import { showTeams } from '../../lib/dialects/papershift/show.ts';
import { mayManage, teamsWith } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { listTeamsOf, membersOfTeams } from '../../lib/teams/team-members.ts';
import { listDiscardedTeams, listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: PapershiftTeamList };

/** How many teams that were deleted a list looks at: those made last. */
const DISCARDED = 1000;

/** How many of those who are in a team are shown with each of a list. */
const SHOWN_WITH_EACH = 100;

/**
 * Lists the teams that the caller sees, the oldest first: an ADMIN all, others the public ones, their own, and what is
 * below their own.
 *
 * Those that were deleted are in it only where a filter is about `discarded_at`, and of them the 1,000 made last. A page
 * has at most 1,000 teams; with something included 25, and with each the first 100 of those who are in it.
 */
export const endpoint = forMember({
  format: papershift,
  route: 'GET /api/v1/teams',
  permission: 'team:read',
  table: { BatchGetItem: ['ORG'], Query: ['ORG', 'TEAM', 'USER'] },
  depth: 1,
  query: ListParameters,
  async read({ request, organizationId, caller }) {
    const query = readListQuery(request.query);
    const [discarded, teams, own] = await Promise.all([
      asksForDiscarded(query) ? listDiscardedTeams(organizationId, { limit: DISCARDED, newestFirst: true }) : [],
      listTeams(organizationId),
      listTeamsOf(caller.userId),
    ]);
    return { query, teams: [...discarded.reverse(), ...teams], own };
  },
  async handle({ request, actor, organization, read: { query, teams, own } }) {
    const seen = teamsWith('team:read', teams, { actor, own });
    const { teams: shown, total } = select(seen, organization, query);
    const memberships = await membersOfTeams(query.include?.members ? shown : [], SHOWN_WITH_EACH);
    const byId = new Map(seen.map((team) => [team.id, team]));
    const ownByTeam = new Map(own.map((row) => [row.teamId, row]));
    const { data, ...rest } = showTeams(shown, query, {
      organization,
      manages: ({ id }) => mayManage(actor, ownByTeam.get(id)),
      parentOf: ({ parentTeamId }) => byId.get(parentTeamId ?? ''),
      membershipsOf: ({ id }) => memberships.get(id) ?? [],
    });
    return {
      status: 200,
      body: { data, ...rest, links: linksOf(request.query, query.page, total), meta: { total } },
    };
  },
});
export const { handler } = endpoint;
