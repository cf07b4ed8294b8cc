import { v1 } from '../../lib/dialects/v1/format.ts';
import { Webhook } from '../../lib/dialects/v1/schemas.ts';
import { showWebhook } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { ChangedWebhookBody } from '../../lib/webhooks/input.ts';
import { getWebhook, UPDATE_WEBHOOK, updateWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 200: Webhook };
export const example = { status: 'PAUSED' };

/**
 * Changes a webhook: its URL, its types of events, or whether it is paused.
 *
 * While it is paused, it gets no events, and those that wait for it fail. `ENABLED` also ends `DISABLED`.
 */
export const endpoint = forMember({
  format: v1,
  route: 'PATCH /v1/webhooks/{id}',
  permission: 'webhook:manage',
  table: UPDATE_WEBHOOK,
  depth: 2,
  body: ChangedWebhookBody,
  refuses: ['webhook_not_found'],
  read: ({ request, organizationId }) => getWebhook(organizationId, pathId(request, 'webhook')),
  async handle({ body, actor, auditContext, read: webhook }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    if (Object.keys(body).length === 0) return { status: 200, body: showWebhook(webhook) };
    return { status: 200, body: showWebhook(await updateWebhook(auditContext, actor, webhook, body)) };
  },
});
export const { handler } = endpoint;
