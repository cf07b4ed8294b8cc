import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { total } from '../../lib/domain/limits.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { cut, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { listMembers } from '../../lib/table/members.ts';

export const returns = { 200: list(Member) };

/**
 * Lists the members of the organization, in the order in which they joined.
 *
 * A page number costs its distance from the start; a cursor costs its page.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/members',
  permission: 'member:read',
  table: { Query: ['ORG'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId }) {
    const page = readPage(`members ${organizationId}`, 'member', query);
    const [members, counters] = await Promise.all([
      listMembers(organizationId, { after: page.after, skip: page.skip, limit: page.perPage + 1 }),
      readCounters(organizationId),
    ]);
    return { page, members, counters };
  },
  async handle({ read: { page, members, counters } }) {
    const { rows, next } = cut(page, members, (member) => member.memberId);
    return {
      status: 200,
      body: envelope(page, rows, next, showMember, total(counters, 'members')),
    };
  },
});
export const { handler } = endpoint;
