import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { DELETE_WEBHOOK, deleteWebhook, getWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 204: null };

/**
 * Deletes a webhook. What waits for it is not sent any more.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/webhooks/{id}',
  permission: 'webhook:manage',
  table: DELETE_WEBHOOK,
  depth: 2,
  refuses: ['webhook_not_found'],
  read: ({ request, organizationId }) => getWebhook(organizationId, pathId(request, 'webhook')),
  async handle({ actor, auditContext, read: webhook }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    await deleteWebhook(auditContext, actor, webhook);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
