import { v1 } from '../../lib/dialects/v1/format.ts';
import { WebhookDelivery } from '../../lib/dialects/v1/schemas.ts';
import { showWebhookDelivery } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getDelivery } from '../../lib/webhooks/deliveries.ts';
import { RESEND, resend } from '../../lib/webhooks/managing.ts';
import { getWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 202: WebhookDelivery };

/**
 * Sends a delivery again, with the same `webhook-id`, within a minute, and retries it for a day.
 *
 * It has ended before: it was received, or has failed for good.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/webhooks/{id}/deliveries/{delivery}/resend',
  permission: 'webhook:manage',
  table: RESEND,
  depth: 2,
  refuses: ['webhook_not_found', 'webhook_delivery_not_found', 'webhook_delivery_waiting'],
  async read({ request, organizationId }) {
    const id = pathId(request, 'webhook');
    const [webhook, delivery] = await Promise.all([
      getWebhook(organizationId, id),
      getDelivery(id, pathId(request, 'webhookDelivery', 'delivery')),
    ]);
    return { webhook, delivery };
  },
  async handle({ request, actor, read: { webhook, delivery } }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    if (!delivery) throw new Refusal('webhook_delivery_not_found');
    const again = await resend(actor, delivery, request.now);
    return { status: 202, body: showWebhookDelivery(again) };
  },
});
export const { handler } = endpoint;
