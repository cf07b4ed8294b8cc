import type { AuditContext } from '../domain/audit.ts';
import { eventOf, type MusterEvent } from '../domain/event.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Webhook, WebhookDelivery } from '../domain/webhook.ts';
import { actorMay } from '../organizations/members.ts';
import type { TableAccess } from '../table/access.ts';
import { keys } from '../table/keys.ts';
import { transact } from '../table/write.ts';
import { dueOf, newDelivery } from './deliveries.ts';
import { entry } from './webhooks.ts';

// What people do with deliveries: the service does the rest by itself.

/** Table access of `resend`. */
export const RESEND: TableAccess = {
  BatchGetItem: ['WEBHOOK'],
  ConditionCheckItem: ['USER'],
  UpdateItem: ['WEBHOOK'],
};

/** Makes an ended delivery due again, with all its retries. @throws Refusal `webhook_delivery_waiting` */
export async function resend(actor: Actor, delivery: WebhookDelivery, now: Date): Promise<WebhookDelivery> {
  if (delivery.dueAt !== undefined) throw new Refusal('webhook_delivery_waiting');
  const at = now.toISOString();
  const again = { state: 'QUEUED', attempts: delivery.delivery.attempts, at } as const;
  const set = { delivery: again, since: at, ...dueOf(delivery.id, at) };
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    {
      type: 'update',
      key: keys.webhookDelivery(delivery.webhookId, delivery.id),
      set,
      when: [{ exists: 'pk' }, { absent: 'dueAt' }],
    },
  ]);
  return { ...delivery, ...set };
}

/** Table access of `testWebhook`. */
export const TEST_WEBHOOK: TableAccess = { ConditionCheckItem: ['USER', 'ORG'], PutItem: ['AUDIT'] };

/**
 * Makes the event that tests a webhook. It is an audit entry, and delivered as the others are.
 *
 * @returns its delivery, which is made in a moment
 * @throws Refusal `webhook_not_found`, `webhook_not_enabled`
 */
export async function testWebhook(
  auditContext: AuditContext,
  actor: Actor,
  webhook: Webhook,
): Promise<WebhookDelivery> {
  const tested = entry(auditContext, webhook, 'webhook.test');
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    {
      type: 'check',
      key: keys.webhook(webhook.organizationId, webhook.id),
      when: [{ attribute: 'status', is: 'ENABLED' }],
      refuse: ({ status }) => (status === undefined ? 'webhook_not_found' : 'webhook_not_enabled'),
    },
    tested,
  ]);
  return newDelivery(webhook, eventOf(tested.item) as MusterEvent, auditContext.now);
}
