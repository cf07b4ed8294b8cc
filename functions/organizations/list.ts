import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, MyOrganization } from '../../lib/dialects/v1/schemas.ts';
import { showMembership } from '../../lib/dialects/v1/show.ts';
import { forCaller, visibleTo } from '../../lib/http/for-caller.ts';
import { cutFrom, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listMemberships, withOrganizations } from '../../lib/organizations/organizations.ts';

export const returns = { 200: /* @__PURE__ */ list(MyOrganization) };

/**
 * Lists the caller's organizations, with their membership in each; an access token gets its own organization.
 *
 * The number of a person's organizations is limited, so each request reads all of them.
 */
export const endpoint = forCaller({
  format: v1,
  route: 'GET /v1/organizations',
  table: { BatchGetItem: ['ORG'], Query: ['USER'] },
  depth: 3,
  query: PageQuery,
  async handle({ query, caller }) {
    const page = readPage(`organizations ${caller.userId}`, 'organization', query);
    const memberships = await listMemberships(caller.userId);
    const mine = await withOrganizations(visibleTo(caller, memberships));
    const { rows, next } = cutFrom(page, mine, ({ organizationId }) => organizationId);
    return {
      status: 200,
      body: envelope(page, rows, next, showMembership, mine.length),
    };
  },
});
export const { handler } = endpoint;
