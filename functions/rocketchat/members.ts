import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { MembersQuery } from '../../lib/dialects/rocketchat/inputs.ts';
import { readPaging } from '../../lib/dialects/rocketchat/paging.ts';
import { TeamMemberList } from '../../lib/dialects/rocketchat/schemas.ts';
import { showTeamMember, statusesOf, teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { getUser } from '../../lib/people/people.ts';
import { listTeamMembers } from '../../lib/teams/team-members.ts';

export const returns = { 200: TeamMemberList };

/** The members of a team that a filter searches, at most. */
const MAX_FILTERED = 1000;

/**
 * Lists the members of a team. Callers who are neither members nor ADMINs get an empty list.
 *
 * `username` and `name` match substrings, regardless of case, among the first 1,000 members. Every member's `status` is
 * `offline`.
 */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'GET /api/v1/teams.members',
  table: { BatchGetItem: ['USER'], Query: ['TEAM'] },
  depth: 3,
  query: MembersQuery,
  team: ({ query }) => teamReferenceOf(query),
  async handle({ query, actor, organization, team, own }) {
    const { offset, count } = readPaging(query);
    const answer = (members: readonly unknown[], total: number) => ({
      status: 200,
      body: { members, total, count: members.length, offset, success: true },
    });
    const statuses = statusesOf(query.status);
    if (!(actor.role === 'ADMIN' || isIn(actor, own)) || !statuses.includes('offline')) return answer([], 0);
    const isFiltered = Boolean(query.username || query.name);
    const rows = await listTeamMembers(team.id, isFiltered ? { limit: MAX_FILTERED } : { skip: offset, limit: count });
    const [members, adders] = await Promise.all([
      Promise.all(rows.map(({ memberId }) => getMember(organization.id, memberId))),
      Promise.all(rows.map(({ createdBy }) => getUser(createdBy))),
    ]);
    const shown = rows.flatMap((row, index) => {
      const member = members[index];
      // Stale rows are omitted until the cascade deletes them.
      return member && isIn(member, row) ? [showTeamMember(row, member.profile, adders[index])] : [];
    });
    if (!isFiltered) return answer(shown, team.members);
    const has = (text: string, part: string | null | undefined) =>
      !part || text.toLowerCase().includes(part.toLowerCase());
    const found = shown.filter(({ user }) => has(user.username, query.username) && has(user.name, query.name));
    return answer(found.slice(offset, offset + count), found.length);
  },
});
export const { handler } = endpoint;
