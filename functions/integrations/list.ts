import { v1 } from '../../lib/dialects/v1/format.ts';
import { Integration as IntegrationSchema, list } from '../../lib/dialects/v1/schemas.ts';
import { showIntegration } from '../../lib/dialects/v1/show.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cutFrom, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listIntegrations } from '../../lib/organizations/integrations.ts';

export const returns = { 200: /* @__PURE__ */ list(IntegrationSchema) };

/**
 * Lists the organization's integrations, oldest first, also those that have expired.
 *
 * Their number is limited, so each request reads all of them.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/integrations',
  permission: 'integration:read',
  table: { Query: ['ORG'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId }) {
    const page = readPage(`integrations ${organizationId}`, 'integration', query);
    return { page, all: await listIntegrations(organizationId) };
  },
  async handle({ request: { now }, read: { page, all } }) {
    const { rows, next } = cutFrom(page, all, ({ id }) => id);
    return { status: 200, body: envelope(page, rows, next, (row) => showIntegration(row, now), all.length) };
  },
});
export const { handler } = endpoint;
