import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Invitation as InvitationSchema, list } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { showAddress } from '../../lib/domain/address.ts';
import { Address, SearchText } from '../../lib/domain/input.ts';
import { DELIVERY_STATES, INVITATION_STATUSES, type ListedInvitation, statusAt } from '../../lib/domain/invitation.ts';
import { total } from '../../lib/domain/limits.ts';
import { addressIn, hasWords, wordsOf } from '../../lib/domain/search.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cut, envelope, filtered, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listInvitationsTo, listInvitationsToShow } from '../../lib/invitations/invitations.ts';
import { readCounters } from '../../lib/table/counters.ts';

export const returns = { 200: /* @__PURE__ */ list(InvitationSchema) };

const idOf = ({ id }: ListedInvitation) => id;

/**
 * Lists the organization's invitations, newest first, optionally filtered by status, by delivery state, by address, or by
 * a part of it.
 *
 * A page number costs reads of all rows before the page; a cursor only of the page. With a filter, there is no total,
 * and a page may be short although more pages follow: it reads up to 1,000 invitations.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/invitations',
  permission: 'invitation:read',
  table: { Query: ['ORG'], BatchGetItem: ['EMAIL'] },
  depth: 1,
  query: z.extend(PageQuery, {
    status: z.optional(z.enum(INVITATION_STATUSES)),
    delivery: z.optional(z.enum(DELIVERY_STATES)),
    search: z.optional(SearchText),
    email: z.optional(Address),
  }),
  async read({ query, request, organizationId }) {
    const { status, delivery, search = '', email } = query;
    const list = ['invitations', organizationId, status, delivery, search, email].join(' ');
    const page = readPage(list, 'invitation', query);
    if (status || delivery || search || email) {
      const words = wordsOf(search);
      const address = email ?? addressIn(search);
      const passes = (invitation: ListedInvitation) =>
        (status === undefined || statusAt(invitation, request.now) === status) &&
        (delivery === undefined || invitation.delivery?.state === delivery) &&
        (email === undefined || invitation.email === email) &&
        hasWords(words, [invitation.email, showAddress(invitation.email)]);
      const read = (after: string | undefined, limit: number) =>
        address === undefined
          ? listInvitationsToShow(organizationId, { after, limit })
          : listInvitationsTo(address, organizationId, { after, limit });
      return { page, ...(await filtered(page, read, idOf, passes)) };
    }
    const [invitations, counters] = await Promise.all([
      listInvitationsToShow(organizationId, { after: page.after, skip: page.skip, limit: page.perPage + 1 }),
      readCounters(organizationId),
    ]);
    return { page, ...cut(page, invitations, idOf), invitations: total(counters, 'invitations') };
  },
  async handle({ request, organization, read: { page, rows, next, ...counted } }) {
    const show = (invitation: ListedInvitation) => showInvitation(invitation, organization, request.now);
    const count = 'invitations' in counted ? counted.invitations : undefined;
    return { status: 200, body: envelope(page, rows, next, show, count) };
  },
});
export const { handler } = endpoint;
