import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, Webhook } from '../../lib/dialects/v1/schemas.ts';
import { showWebhook } from '../../lib/dialects/v1/show.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cutFrom, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listWebhooks } from '../../lib/webhooks/webhooks.ts';

export const returns = { 200: /* @__PURE__ */ list(Webhook) };

/** Lists the webhooks of the organization, oldest first. Their number is limited, so each request reads all of them. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/webhooks',
  permission: 'webhook:manage',
  table: { Query: ['ORG'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId }) {
    return { page: readPage(`webhooks ${organizationId}`, 'webhook', query), all: await listWebhooks(organizationId) };
  },
  async handle({ read: { page, all } }) {
    const { rows, next } = cutFrom(page, all, ({ id }) => id);
    return { status: 200, body: envelope(page, rows, next, showWebhook, all.length) };
  },
});
export const { handler } = endpoint;
