import { v1 } from '../../lib/dialects/v1/format.ts';
import { NewWebhook } from '../../lib/dialects/v1/schemas.ts';
import { showWebhook } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getWebhook, ROTATE_SECRET, rotateSecret } from '../../lib/webhooks/webhooks.ts';

export const returns = { 200: NewWebhook };

/**
 * Replaces the secret of a webhook.
 *
 * Only this answer contains the new `secret`. For a day each event has two signatures, by the new and by the previous one.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/webhooks/{id}/rotate-secret',
  permission: 'webhook:manage',
  table: ROTATE_SECRET,
  depth: 2,
  refuses: ['webhook_not_found'],
  read: ({ request, organizationId }) => getWebhook(organizationId, pathId(request, 'webhook')),
  async handle({ actor, auditContext, read: webhook }) {
    if (!webhook) throw new Refusal('webhook_not_found');
    const rotated = await rotateSecret(auditContext, actor, webhook);
    return { status: 200, body: { ...showWebhook(rotated.webhook), secret: rotated.secret } };
  },
});
export const { handler } = endpoint;
