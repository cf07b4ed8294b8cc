import { v1 } from '../../lib/dialects/v1/format.ts';
import { Webhook } from '../../lib/dialects/v1/schemas.ts';
import { showWebhook } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 200: Webhook };

/**
 * Returns a webhook, without its secret.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/webhooks/{id}',
  permission: 'webhook:manage',
  depth: 1,
  refuses: ['webhook_not_found'],
  read: ({ request, organizationId }) => getWebhook(organizationId, pathId(request, 'webhook')),
  async handle({ read: webhook }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    return { status: 200, body: showWebhook(webhook) };
  },
});
export const { handler } = endpoint;
