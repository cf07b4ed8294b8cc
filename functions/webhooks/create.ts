import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { NewWebhook } from '../../lib/dialects/v1/schemas.ts';
import { showWebhook } from '../../lib/dialects/v1/show.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { NewWebhookBody } from '../../lib/webhooks/input.ts';
import { CREATE_WEBHOOK, createWebhook } from '../../lib/webhooks/webhooks.ts';

export const returns = { 201: NewWebhook };
export const example = { url: 'https://app.example.com/webhooks', events: ['invitation.accepted', 'member.left'] };

/**
 * Creates a webhook: each event of the organization is sent to its URL, signed as Standard Webhooks says.
 *
 * Only this answer contains `secret`, with which the receiver verifies signatures. The URL begins with `https://` and
 * leads to a public address.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/webhooks',
  permission: 'webhook:manage',
  table: CREATE_WEBHOOK,
  depth: 2,
  creates: true,
  body: NewWebhookBody,
  refuses: ['webhook_limit_reached'],
  async handle({ body: { url, events }, actor, auditContext, remember }) {
    const input = { url, ...(events && { events }), limits: configuration().limits };
    const { webhook, secret } = await createWebhook(auditContext, actor, input, (made) =>
      remember({ status: 201, body: showWebhook(made) }),
    );
    return { status: 201, body: { ...showWebhook(webhook), secret } };
  },
});
export const { handler } = endpoint;
