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

/** The deleted teams that a list reads, at most: the newest. */
const MAX_DISCARDED = 1000;

/** The maximum number of members that a list includes with each team. */
const SHOWN_WITH_EACH = 100;

/**
 * Lists the teams that the caller sees, oldest first. ADMINs see all teams, others public teams, their own, and the
 * teams below their own.
 *
 * Deleted teams are listed only with a filter on `discarded_at`, and only the newest 1,000. A page has at most 1,000
 * teams; with `include` at most 25, each with its first 100 members.
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
      asksForDiscarded(query) ? listDiscardedTeams(organizationId, { limit: MAX_DISCARDED, newestFirst: true }) : [],
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
