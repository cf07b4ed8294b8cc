import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AutocompleteQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { FoundTeams } from '../../lib/dialects/rocketchat/schemas.ts';
import { showFoundTeam } from '../../lib/dialects/rocketchat/show.ts';
import { teamsWith } from '../../lib/domain/team.ts';
import { foldName } from '../../lib/domain/user-text.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { listTeams } from '../../lib/teams/teams.ts';

export const returns = { 200: FoundTeams };

const MAX_FOUND = 10;

/** Finds teams that the caller sees by the beginning of their names, regardless of case; ten at most. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'GET /api/v1/teams.autocomplete',
  permission: 'team:read',
  table: { Query: ['ORG', 'USER'] },
  depth: 1,
  query: AutocompleteQuery,
  async read({ organizationId, caller }) {
    const [teams, own] = await Promise.all([listTeams(organizationId), listTeamsOf(caller.userId)]);
    return { teams, own };
  },
  async handle({ query: { name }, actor, read: { teams, own } }) {
    const start = foldName(name);
    const found = teamsWith('team:read', teams, { actor, own })
      .filter((team) => foldName(team.name).startsWith(start))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return { status: 200, body: { teams: found.slice(0, MAX_FOUND).map(showFoundTeam), success: true } };
  },
});
export const { handler } = endpoint;
