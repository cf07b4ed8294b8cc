import { v1 } from '../../lib/dialects/v1/format.ts';
import { Invitation, list } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { total } from '../../lib/domain/limits.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { cut, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { listInvitations } from '../../lib/table/invitations.ts';

export const returns = { 200: list(Invitation) };

/**
 * Lists the invitations of the organization, newest first, whatever their state.
 *
 * A page number costs its distance from the start; a cursor costs its page.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/invitations',
  permission: 'invitation:read',
  table: { Query: ['ORG'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId }) {
    const page = readPage(`invitations ${organizationId}`, 'invitation', query);
    const [invitations, counters] = await Promise.all([
      listInvitations(organizationId, { after: page.after, skip: page.skip, limit: page.perPage + 1 }),
      readCounters(organizationId),
    ]);
    return { page, invitations, counters };
  },
  async handle({ request, organization, read: { page, invitations, counters } }) {
    const show = (invitation: (typeof invitations)[number]) => showInvitation(invitation, organization, request.now);
    const { rows, next } = cut(page, invitations, ({ id }) => id);
    return {
      status: 200,
      body: envelope(page, rows, next, show, total(counters, 'invitations')),
    };
  },
});
export const { handler } = endpoint;
