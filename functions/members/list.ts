import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, Member as MemberSchema } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { showAddress } from '../../lib/domain/address.ts';
import { identityOf } from '../../lib/domain/identity.ts';
import { Address, RoleName, SearchText, Subject, UserId } from '../../lib/domain/input.ts';
import { total } from '../../lib/domain/limits.ts';
import { type ListedMember, usernameOf } from '../../lib/domain/member.ts';
import { addressIn, hasWords, wordsOf } from '../../lib/domain/search.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cut, cutFrom, envelope, filtered, PageQuery, readPage } from '../../lib/http/paging.ts';
import { getMembersOf, listMembersToShow } from '../../lib/organizations/members.ts';
import { getAddressHolder, getIdentity } from '../../lib/people/people.ts';
import { readCounters } from '../../lib/table/counters.ts';

export const returns = { 200: /* @__PURE__ */ list(MemberSchema) };

const idOf = ({ memberId }: ListedMember) => memberId;

/**
 * Lists the organization's members in the order of joining, optionally filtered by role, by words of names and addresses,
 * by address, by user id, or by the subject of a sign-in at the issuer.
 *
 * A page number costs reads of all rows before the page; a cursor only of the page. With a filter, there is no total,
 * and a page may be short although more pages follow: it reads up to 1,000 members.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/members',
  permission: 'member:read',
  table: { Query: ['ORG'], BatchGetItem: ['EMAIL', 'ORG', 'USER'] },
  depth: 1,
  query: z.extend(PageQuery, {
    role: z.optional(RoleName),
    search: z.optional(SearchText),
    email: z.optional(Address),
    userId: z.optional(UserId),
    subject: z.optional(Subject),
  }),
  async read({ query, organizationId }) {
    const { role, search = '', email, userId, subject } = query;
    const list = ['members', organizationId, role, search, email, userId, subject].join(' ');
    const page = readPage(list, 'member', query);
    const words = wordsOf(search);
    const address = email ?? addressIn(search);
    const passes = ({ role: itsRole, profile }: ListedMember) =>
      (role === undefined || itsRole === role) &&
      (email === undefined || profile.email === email) &&
      hasWords(words, textsOf(profile));
    if (userId !== undefined || subject !== undefined) {
      const found = await getMembersOf(organizationId, await usersNamed(userId, subject));
      return { page, ...cutFrom(page, found.filter(passes), idOf) };
    }
    if (role || search || email) {
      const read = (after: string | undefined, limit: number) =>
        address === undefined
          ? listMembersToShow(organizationId, { after, limit })
          : membersWithAddress(address, organizationId);
      return { page, ...(await filtered(page, read, idOf, passes)) };
    }
    const [members, counters] = await Promise.all([
      listMembersToShow(organizationId, { after: page.after, skip: page.skip, limit: page.perPage + 1 }),
      readCounters(organizationId),
    ]);
    return { page, ...cut(page, members, idOf), members: total(counters, 'members') };
  },
  async handle({ read: { page, rows, next, ...counted } }) {
    const members = 'members' in counted ? counted.members : undefined;
    return { status: 200, body: envelope(page, rows, next, showMember, members) };
  },
});
export const { handler } = endpoint;

/** Returns where a member is searched: in their names, and in both forms of their address. */
function textsOf(profile: ListedMember['profile']): string[] {
  const { firstName, lastName, email } = profile;
  return [firstName, lastName, usernameOf(profile), email, showAddress(email)];
}

/** Returns the ids of the users with this id and this subject. */
async function usersNamed(userId: string | undefined, subject: string | undefined): Promise<string[]> {
  if (subject === undefined) return userId === undefined ? [] : [userId];
  const identity = await getIdentity(identityOf(configuration().issuer, subject));
  return identity && (userId === undefined || identity.userId === userId) ? [identity.userId] : [];
}

/** Finds the member with an address, by the user of the address. */
async function membersWithAddress(email: string, organizationId: string): Promise<ListedMember[]> {
  const holder = await getAddressHolder(email);
  return holder ? getMembersOf(organizationId, [holder.userId]) : [];
}
