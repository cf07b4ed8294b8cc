import { v1 } from '../../lib/dialects/v1/format.ts';
import { WebhookDelivery } from '../../lib/dialects/v1/schemas.ts';
import { showWebhookDelivery } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { TEST_WEBHOOK, testWebhook } from '../../lib/webhooks/managing.ts';
import { getWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 202: WebhookDelivery };

/**
 * Sends a test to a webhook: an event of the type `webhook.tested`, which only this webhook gets.
 *
 * It is signed, delivered and retried as other events are, and is sent at once, also if the last delivery failed. The list
 * of deliveries shows what became of it.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/webhooks/{id}/test',
  permission: 'webhook:manage',
  table: TEST_WEBHOOK,
  depth: 2,
  refuses: ['webhook_not_found', 'webhook_not_enabled'],
  read: ({ request, organizationId }) => getWebhook(organizationId, pathId(request, 'webhook')),
  async handle({ actor, auditContext, read: webhook }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    const delivery = await testWebhook(auditContext, actor, webhook);
    return { status: 202, body: showWebhookDelivery(delivery) };
  },
});
export const { handler } = endpoint;
