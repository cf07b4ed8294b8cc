import type { AuditContext, AuditEntry } from '../domain/audit.ts';
import { eventOf, isHistory, type MusterEvent } from '../domain/event.ts';
import { loggable } from '../domain/log.ts';
import {
  DELIVERY_SECONDS,
  DISABLED_AFTER,
  deliveryId,
  isTest,
  RETRIED,
  receives,
  signatureHeaders,
  type Webhook,
  type WebhookDelivery,
} from '../domain/webhook.ts';
import { retryAt } from '../outbox/outbox.ts';
import { type TableAccess, union } from '../table/access.ts';
import { AUDIT_ENTRY } from '../table/audit.ts';
import { type DueKey, dueAttributes, getDue, leaseEnd, listDueIn, WEBHOOKS_DUE } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { get, type Item, query } from '../table/read.ts';
import { recordIf, Stale, transact } from '../table/write.ts';
import { type Attempt, send } from './sending.ts';
import { disableWebhook, getWebhook, listWebhooks, secretsOf } from './webhooks.ts';

const DELIVERY = itemReader<WebhookDelivery>('WebhookDelivery', {
  ...{ id: 'string', organizationId: 'string', webhookId: 'string', event: 'object', delivery: 'object' },
  ...{ since: 'string', createdAt: 'string', ttl: 'number' },
});

/** Lists the deliveries of a webhook, newest first. TTL deletes them after some days. */
export async function listDeliveries(
  { id }: Pick<Webhook, 'id'>,
  range: { readonly after: string | undefined; readonly limit: number },
): Promise<WebhookDelivery[]> {
  return DELIVERY.all(await query({ pk: keys.webhookDelivery(id, '').pk, newestFirst: true, ...range }));
}

export async function getDelivery(webhookId: string, id: string): Promise<WebhookDelivery | undefined> {
  return DELIVERY.one(await get(keys.webhookDelivery(webhookId, id)));
}

/** An item of the index of due deliveries. */
type Due = WebhookDelivery & { readonly dueAt: string };

/** Returns the attributes of a delivery that is due at a moment. */
export function dueOf(id: string, at: string) {
  return { ...dueAttributes(id, at), due: WEBHOOKS_DUE };
}

/** The table access of what sends deliveries. */
const SENDING: TableAccess = {
  BatchGetItem: ['WEBHOOKSECRET'],
  UpdateItem: ['ORG', 'WEBHOOK'],
  PutItem: ['AUDIT'],
};

/** Table access of `deliverEntries`. */
export const DELIVER_ENTRIES: TableAccess = union(SENDING, { Query: ['ORG'], PutItem: ['WEBHOOK'] });

/** Table access of `retryDeliveries`. */
export const RETRY_DELIVERIES: TableAccess = union(SENDING, {
  BatchGetItem: ['ORG', 'WEBHOOK'],
  DeleteItem: ['WEBHOOK'],
});

/** How long an attempt may take, in milliseconds: at once, and when it is retried. */
const AT_ONCE = 5000;
const LATER = 10_000;

/** No attempt is started within this time before the time-out, in milliseconds. */
const RESERVE = 15_000;

/** How many webhooks are served in parallel. */
const LANES = 20;

interface Written {
  readonly item: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/**
 * Makes the deliveries of new audit entries, and tries each once.
 *
 * A webhook whose last delivery failed is left to the retries, unless it is tested now, and so is the rest of a webhook's
 * after a failure: a slow receiver holds back nobody else.
 *
 * @returns the entries whose deliveries couldn't be made
 */
export async function deliverEntries<W extends Written>(
  all: readonly W[],
  { requestId, remaining }: { readonly requestId: string; remaining(): number },
): Promise<W[]> {
  const webhooks = new Map<string, Promise<Webhook[]>>();
  const failed: W[] = [];
  const lanes = new Map<string, { readonly webhook: Webhook; readonly due: Due[] }>();
  for (const written of all) {
    const event = deliverable(written);
    if (!event) continue;
    try {
      const { organizationId } = event;
      if (!webhooks.has(organizationId)) webhooks.set(organizationId, listWebhooks(organizationId));
      for (const webhook of (await webhooks.get(organizationId)) ?? []) {
        const due = receives(webhook, event) ? await make(webhook, event, new Date()) : undefined;
        if (!due) continue;
        const lane = lanes.get(webhook.id) ?? { webhook, due: [] };
        lane.due.push(due);
        lanes.set(webhook.id, lane);
      }
    } catch (error) {
      console.error({ message: 'Delivery not made', event: event.id, ...loggable(error) });
      failed.push(written);
    }
  }
  const open = [...lanes.values()].filter(
    ({ webhook, due }) => webhook.failingSince === undefined || due.some(({ event }) => isTest(event)),
  );
  const hasTime = () => remaining() > RESERVE;
  await inLanes(open, async ({ webhook, due }) => {
    for (const delivery of due) {
      if (!hasTime() || !(await attempt(webhook, delivery, { requestId, milliseconds: AT_ONCE }))) return;
    }
  });
  return failed;
}

function deliverable({ item, at }: Written): MusterEvent | undefined {
  // The function that publishes events tells about an entry that it can't read.
  if (item.type !== 'AuditEntry' || typeof item.createdAt !== 'string' || typeof item.actor !== 'object')
    return undefined;
  const entry = AUDIT_ENTRY.one(item as Item) as AuditEntry;
  return isHistory(entry, at) ? undefined : eventOf(entry);
}

/** Returns the delivery of an event, which is due at once. */
export function newDelivery({ id: webhookId, organizationId }: Webhook, event: MusterEvent, now: Date): Due {
  const id = deliveryId(event);
  const at = now.toISOString();
  return {
    ...{ id, organizationId, webhookId, event },
    ...{ delivery: { state: 'QUEUED', attempts: 0, at }, since: at, createdAt: at },
    ...dueOf(id, at),
    ttl: Math.floor(now.getTime() / 1000) + DELIVERY_SECONDS,
  };
}

/** Stores the delivery of an event, with a lease for its first attempt. @returns undefined if it exists already */
async function make(webhook: Webhook, event: MusterEvent, now: Date): Promise<Due | undefined> {
  const delivery = { ...newDelivery(webhook, event, now), ...dueOf(deliveryId(event), leaseEnd(now)) };
  const key = keys.webhookDelivery(webhook.id, delivery.id);
  try {
    await transact([{ type: 'put', key, item: { type: 'WebhookDelivery', ...delivery }, when: [{ absent: 'pk' }] }]);
    return delivery;
  } catch (error) {
    if (error instanceof Stale) return undefined;
    throw error;
  }
}

/** Tries the due deliveries, each once. @returns how many were received, how many not, and how many were given up */
export async function retryDeliveries({
  requestId,
  remaining,
}: {
  readonly requestId: string;
  remaining(): number;
}): Promise<{ delivered: number; undelivered: number; givenUp: number }> {
  const counts = { delivered: 0, undelivered: 0, givenUp: 0 };
  const hasTime = () => remaining() > RESERVE;
  const started = new Date();
  const rows = await listDueIn(WEBHOOKS_DUE, started, 1000);
  await inLanes([...Map.groupBy(rows, ({ pk }) => pk).values()], async (lane) => {
    let isFailing = false;
    for (const row of lane) {
      if (!hasTime()) return;
      try {
        const outcome = await retry(row, { requestId, isFailing });
        if (outcome) counts[outcome] += 1;
        // The others of this webhook wait for the next run, but those whose time is over end.
        if (outcome === 'undelivered') isFailing = true;
      } catch (error) {
        if (!(error instanceof Stale)) console.error({ message: 'Delivery failed', ...loggable(error) });
      }
    }
  });
  return counts;
}

async function retry(
  row: DueKey,
  { requestId, isFailing }: { readonly requestId: string; readonly isFailing: boolean },
): Promise<'delivered' | 'undelivered' | 'givenUp' | undefined> {
  const now = new Date();
  const item = await getDue(row, now);
  if (!item) return undefined;
  const delivery = DELIVERY.one(item) as Due;
  const webhook = await getWebhook(delivery.organizationId, delivery.webhookId);
  if (!webhook) {
    await transact([
      { type: 'delete', key: keys.webhookDelivery(delivery.webhookId, delivery.id), when: [isClaimed(delivery)] },
    ]);
    return undefined;
  }
  const isOver = now.getTime() - Date.parse(delivery.since) >= RETRIED;
  if (isOver || webhook.status !== 'ENABLED') {
    await end(delivery, now, webhook.status === 'ENABLED' ? delivery.delivery.reason : 'webhook_not_enabled');
    const { failingSince } = webhook;
    if (failingSince && webhook.status === 'ENABLED' && now.getTime() - Date.parse(failingSince) >= DISABLED_AFTER) {
      await disableWebhook(byService(now, requestId), webhook);
    }
    return 'givenUp';
  }
  if (isFailing) return undefined;
  const claimed = { ...delivery, ...dueOf(delivery.id, leaseEnd(now)) };
  // Another run may have it.
  if (!(await update(delivery, { dueAt: claimed.dueAt }))) return undefined;
  return (await attempt(webhook, claimed, { requestId, milliseconds: LATER })) ? 'delivered' : 'undelivered';
}

/** Sends a claimed delivery, once, and records the outcome. @returns whether it was received */
async function attempt(
  webhook: Webhook,
  claimed: Due,
  { requestId, milliseconds }: { readonly requestId: string; readonly milliseconds: number },
): Promise<boolean> {
  const secrets = await secretsOf(webhook, new Date());
  const body = JSON.stringify(claimed.event);
  const headers = signatureHeaders(claimed.event.id, body, new Date(), secrets);
  const outcome: Attempt =
    secrets.length === 0
      ? { received: false, reason: 'secret_missing' }
      : await send(webhook.url, headers, body, milliseconds);
  const now = new Date();
  const { received, status, reason } = outcome;
  const { attempts } = claimed.delivery;
  const at = now.toISOString();
  const responseStatus = status === undefined ? {} : { responseStatus: status };
  const removed = status === undefined ? ['responseStatus'] : [];
  if (received) {
    const delivery = { state: 'SENT', attempts: attempts + 1, at };
    await update(claimed, { delivery, ...responseStatus }, ['due', 'dueAt']);
    if (webhook.failingSince) await mark(webhook, { remove: ['failingSince'] });
    return true;
  }
  console.warn({ message: 'Webhook not received', webhook: webhook.id, delivery: claimed.id, code: reason });
  const delivery = { state: 'QUEUED', attempts: attempts + 1, at, reason };
  const end = new Date(Date.parse(claimed.since) + RETRIED).toISOString();
  const { dueAt } = dueOf(claimed.id, retryAt(attempts + 1, now, end));
  await update(claimed, { delivery, dueAt, ...responseStatus }, removed);
  if (!webhook.failingSince) await mark(webhook, { set: { failingSince: at } });
  // The receiver says that it is gone for good.
  if (status === 410) await disableWebhook(byService(now, requestId), webhook).catch(ignoreStale);
  return false;
}

function ignoreStale(error: unknown): void {
  if (!(error instanceof Stale)) throw error;
}

function byService(now: Date, requestId: string): AuditContext {
  return { now, by: { type: 'system', id: 'sweep' }, origin: { requestId, sourceAddress: null } };
}

/** Records whether a webhook fails, unless it was deleted. */
async function mark(
  { organizationId, id }: Webhook,
  change: { readonly set?: Readonly<Record<string, unknown>>; readonly remove?: readonly string[] },
): Promise<void> {
  await recordIf({ type: 'update', key: keys.webhook(organizationId, id), ...change, when: [{ exists: 'pk' }] });
}

/** Ends a delivery that wasn't received. */
async function end(delivery: Due, now: Date, reason: string | undefined): Promise<void> {
  const { reason: _reason, ...tried } = delivery.delivery;
  const ended = { ...tried, state: 'FAILED', at: now.toISOString(), ...(reason && { reason }) };
  await update(delivery, { delivery: ended }, ['due', 'dueAt']);
}

/** Changes a delivery, if we still hold its lease. @returns whether we do */
function update(
  claimed: Due,
  set: Readonly<Record<string, unknown>>,
  remove: readonly string[] = [],
): Promise<boolean> {
  const key = keys.webhookDelivery(claimed.webhookId, claimed.id);
  return recordIf({ type: 'update', key, set, remove, when: [isClaimed(claimed)] });
}

function isClaimed({ dueAt }: Due) {
  return { attribute: 'dueAt', is: dueAt } as const;
}

/** Works on all lanes, some in parallel. */
async function inLanes<T>(lanes: readonly T[], work: (lane: T) => Promise<void>): Promise<void> {
  const waiting = [...lanes];
  const run = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) await work(lane);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, lanes.length) }, run));
}
