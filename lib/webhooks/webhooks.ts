import type { AuditAction, AuditContext } from '../domain/audit.ts';
import type { EventType } from '../domain/event.ts';
import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import { newWebhookSecret, OVERLAP, type Webhook } from '../domain/webhook.ts';
import { actorMay } from '../organizations/members.ts';
import type { TableAccess } from '../table/access.ts';
import { type AuditWrite, audit } from '../table/audit.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact, type Update, type Write } from '../table/write.ts';

const WEBHOOK = itemReader<Webhook>('Webhook', {
  ...{ id: 'string', organizationId: 'string', url: 'string', status: 'string', secretVersion: 'number' },
  ...{ createdAt: 'string', updatedAt: 'string' },
});

export async function getWebhook(organizationId: string, webhookId: string): Promise<Webhook | undefined> {
  return WEBHOOK.one(await get(keys.webhook(organizationId, webhookId)));
}

/** Lists the webhooks of an organization, oldest first. Their number is bounded. */
export async function listWebhooks(organizationId: string, limit?: number): Promise<Webhook[]> {
  return WEBHOOK.all(await query({ pk: keys.organization(organizationId).pk, prefix: prefixes.webhook, limit }));
}

/** Table access of `createWebhook`. */
export const CREATE_WEBHOOK: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG'],
  PutItem: ['ORG', 'WEBHOOKSECRET', 'AUDIT'],
};

/**
 * Creates a webhook with its first secret.
 *
 * @param also returns further parts of the transaction
 * @throws Refusal `webhook_limit_reached`
 */
export async function createWebhook(
  auditContext: AuditContext,
  actor: Actor,
  { url, events, limits }: { readonly url: string; readonly events?: readonly EventType[]; readonly limits: Limits },
  also: (webhook: Webhook) => readonly Write[],
): Promise<{ webhook: Webhook; secret: string }> {
  const { organizationId } = actor;
  const at = auditContext.now.toISOString();
  const secret = newWebhookSecret();
  const webhook: Webhook = {
    ...{ id: newId('webhook', auditContext.now), organizationId, url, ...(events && { events }) },
    ...{ status: 'ENABLED', secretVersion: 1, createdAt: at, updatedAt: at },
  };
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    {
      type: 'update',
      key: keys.organization(organizationId),
      add: { webhooks: 1 },
      when: [{ exists: 'pk' }, { absent: 'deletedAt' }, { attribute: 'webhooks', below: limits.webhooks }],
      refuse: ({ webhooks }) => (Number(webhooks) >= limits.webhooks ? 'webhook_limit_reached' : undefined),
    },
    {
      type: 'put',
      key: keys.webhook(organizationId, webhook.id),
      item: { type: 'Webhook', ...webhook },
      when: [{ absent: 'pk' }],
    },
    secretWrite(webhook, 1, secret),
    entry(auditContext, webhook, 'webhook.create'),
    ...also(webhook),
  ]);
  return { webhook, secret };
}

/** Returns the write of a version of the secret: an item of its own, which only the functions that send may read. */
function secretWrite({ id: webhookId, organizationId }: Webhook, version: number, secret: string): Write {
  return {
    type: 'put',
    key: keys.webhookSecret(webhookId, version),
    item: { type: 'WebhookSecret', webhookId, organizationId, version, secret },
    when: [{ absent: 'pk' }],
  };
}

/** Table access of `updateWebhook`. */
export const UPDATE_WEBHOOK: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG'],
  PutItem: ['AUDIT'],
};

/** Changes a webhook. Enabling it forgets its failures. `events: null` means all. */
export async function updateWebhook(
  auditContext: AuditContext,
  actor: Actor,
  webhook: Webhook,
  changes: {
    readonly url?: string | undefined;
    readonly events?: readonly EventType[] | null | undefined;
    readonly status?: 'ENABLED' | 'PAUSED' | undefined;
  },
): Promise<Webhook> {
  const { url = webhook.url, status = webhook.status } = changes;
  const events = changes.events === undefined ? webhook.events : (changes.events ?? undefined);
  const isEnabled = status === 'ENABLED' && (webhook.status !== 'ENABLED' || url !== webhook.url);
  const updatedAt = auditContext.now.toISOString();
  const remove = [...(events ? [] : ['events']), ...(isEnabled ? ['failingSince'] : [])];
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    change(webhook, { set: { url, status, updatedAt, ...(events && { events }) }, remove }),
    entry(auditContext, webhook, 'webhook.update', {
      ...(status !== webhook.status && { before: { status: webhook.status }, after: { status } }),
    }),
  ]);
  const { events: _events, failingSince, ...rest } = webhook;
  return {
    ...rest,
    ...{ url, status, updatedAt, ...(events && { events }) },
    ...(failingSince && !isEnabled && { failingSince }),
  };
}

/** Returns the part of a transaction that changes a webhook, if nobody else has since it was read. */
function change({ organizationId, id, updatedAt }: Webhook, by: Pick<Update, 'set' | 'remove'>): Update {
  return {
    type: 'update',
    key: keys.webhook(organizationId, id),
    ...by,
    when: [{ attribute: 'updatedAt', is: updatedAt }],
  };
}

/** Table access of `rotateSecret`. */
export const ROTATE_SECRET: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG'],
  PutItem: ['WEBHOOKSECRET', 'AUDIT'],
  DeleteItem: ['WEBHOOKSECRET'],
};

/** Replaces the secret of a webhook. The previous one signs too for a day. */
export async function rotateSecret(
  auditContext: AuditContext,
  actor: Actor,
  webhook: Webhook,
): Promise<{ webhook: Webhook; secret: string }> {
  const secretVersion = webhook.secretVersion + 1;
  const secret = newWebhookSecret();
  const at = auditContext.now.toISOString();
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    change(webhook, { set: { secretVersion, rotatedAt: at, updatedAt: at } }),
    secretWrite(webhook, secretVersion, secret),
    ...(webhook.secretVersion > 1 ? [secretRemoval(webhook, webhook.secretVersion - 1)] : []),
    entry(auditContext, webhook, 'webhook.rotate-secret'),
  ]);
  return { webhook: { ...webhook, secretVersion, rotatedAt: at, updatedAt: at }, secret };
}

function secretRemoval({ id }: Webhook, version: number): Write {
  return { type: 'delete', key: keys.webhookSecret(id, version) };
}

/** Table access of `deleteWebhook`. */
export const DELETE_WEBHOOK: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG'],
  PutItem: ['AUDIT'],
  DeleteItem: ['ORG', 'WEBHOOKSECRET'],
};

/** Deletes a webhook with its secrets. What waits for it isn't delivered any more. */
export async function deleteWebhook(auditContext: AuditContext, actor: Actor, webhook: Webhook): Promise<void> {
  await transact([
    ...actorMay(actor, 'webhook:manage'),
    ...webhookRemoval(webhook),
    { type: 'update', key: keys.organization(webhook.organizationId), add: { webhooks: -1 }, when: [{ exists: 'pk' }] },
    entry(auditContext, webhook, 'webhook.delete'),
  ]);
}

/** Returns the writes that delete a webhook with its secrets, if the secret wasn't rotated since it was read. */
export function webhookRemoval(webhook: Webhook): Write[] {
  const { organizationId, id, secretVersion } = webhook;
  return [
    {
      type: 'delete',
      key: keys.webhook(organizationId, id),
      when: [{ attribute: 'secretVersion', is: secretVersion }],
    },
    secretRemoval(webhook, secretVersion),
    ...(secretVersion > 1 ? [secretRemoval(webhook, secretVersion - 1)] : []),
  ];
}

/** Disables a webhook, unless it was changed since it was read. */
export async function disableWebhook(auditContext: AuditContext, webhook: Webhook): Promise<void> {
  const updatedAt = auditContext.now.toISOString();
  await transact([
    change(webhook, { set: { status: 'DISABLED', updatedAt } }),
    entry(auditContext, webhook, 'webhook.disable', {
      before: { status: webhook.status },
      after: { status: 'DISABLED' },
    }),
  ]);
}

/** Returns the audit entry of a change of a webhook. */
export function entry(
  auditContext: AuditContext,
  { organizationId, id }: Webhook,
  action: Extract<AuditAction, `webhook.${string}`>,
  more: { readonly before?: object; readonly after?: object } = {},
): AuditWrite {
  return audit(auditContext, { action, organizationId, resource: { type: 'webhook', id }, ...(more as object) });
}

/** Reads the secrets that sign now: the present one, and for some time the previous one; none if they are missing. */
export async function secretsOf({ id, secretVersion, rotatedAt }: Webhook, now: Date): Promise<string[]> {
  const isOverlapping = rotatedAt !== undefined && now.getTime() - Date.parse(rotatedAt) < OVERLAP;
  const versions = isOverlapping ? [secretVersion, secretVersion - 1] : [secretVersion];
  const items = await Promise.all(versions.map((version) => get(keys.webhookSecret(id, version))));
  return items.flatMap((item) => (typeof item?.secret === 'string' ? [item.secret] : []));
}
