import { v1 } from '../../lib/dialects/v1/format.ts';
import { list, WebhookDelivery } from '../../lib/dialects/v1/schemas.ts';
import { showWebhookDelivery } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { CursorQuery, cut, envelope, readPage } from '../../lib/http/paging.ts';
import { pathId } from '../../lib/http/path.ts';
import { listDeliveries } from '../../lib/webhooks/deliveries.ts';
import { getWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 200: /* @__PURE__ */ list(WebhookDelivery) };

/**
 * Lists the deliveries of a webhook, newest first. They are kept for 14 days.
 *
 * A delivery is retried for a day, with growing pauses. Then it is `FAILED`, and can be sent again.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/webhooks/{id}/deliveries',
  permission: 'webhook:manage',
  table: { Query: ['WEBHOOK'] },
  depth: 1,
  query: CursorQuery,
  refuses: ['webhook_not_found'],
  async read({ query, request, organizationId }) {
    const id = pathId(request, 'webhook');
    const page = readPage(`webhook-deliveries ${id}`, 'webhookDelivery', query);
    const [webhook, found] = await Promise.all([
      getWebhook(organizationId, id),
      listDeliveries({ id }, { after: page.after, limit: page.perPage + 1 }),
    ]);
    return { page, webhook, found };
  },
  async handle({ read: { page, webhook, found } }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    const { rows, next } = cut(page, found, ({ id }) => id);
    return { status: 200, body: envelope(page, rows, next, showWebhookDelivery) };
  },
});
export const { handler } = endpoint;
