import type { Delivery } from '../domain/invitation.ts';
import { loggable } from '../domain/log.ts';
import type { Mail } from '../email/mime.ts';
import { MailError, sendMail } from '../email/ses.ts';
import { type DueAttributes, dueAttributes, leaseEnd } from '../table/due.ts';
import type { Key } from '../table/keys.ts';
import { record, recordIf, transact } from '../table/write.ts';

// The outbox. The transaction of a change writes its mail as a due item. A claim takes a lease on the item, the mail is
// sent, and the outcome is recorded. Delivery is at least once: each crash may cause one duplicate. The request that
// writes an item holds its first lease. After the lease the sweep takes over.

/** The log message about a mail that wasn't sent. An alarm counts those of paused mails. */
export const NOT_SENT = 'Mail not sent';

/** The common fields of items with a mail: invitations, invites to sites, and mails that are items of their own. */
export interface OutboxItem {
  readonly id: string;
  readonly delivery: Pick<Delivery, 'state' | 'attempts' | 'at' | 'reason'>;
  readonly dueAt: string;
}

/** A kind of outbox item. */
export interface OutboxKind<T extends OutboxItem> {
  /** The name of the id in the log. */
  readonly name: 'invitation' | 'siteInvite' | 'mail';
  key(item: T): Key;
  /** Returns the end of the retries, as an ISO time. */
  end(item: T): string;
  /** Returns when the item is due again after its mail was sent or given up; undefined: it is deleted then. */
  next(item: T): string | undefined;
  /** Returns the tags of the mail in the provider's events. An event may arrive before the outcome is recorded. */
  tags?(item: T): Readonly<Record<string, string>>;
  /** Whether the item has a `sentAt`, when its mail was last sent. */
  readonly hasSentAt?: true;
}

/**
 * Returns the attributes of an item whose first mail is due.
 *
 * @param sender who sends the mail: the request that writes the item, and thereby holds its lease, or the sweep
 */
export function queued(
  id: string,
  now: Date,
  sender: 'request' | 'sweep',
): DueAttributes & { readonly delivery: { state: 'QUEUED'; attempts: 0; at: string } } {
  const at = now.toISOString();
  return {
    delivery: { state: 'QUEUED', attempts: 0, at },
    ...dueAttributes(id, sender === 'request' ? leaseEnd(now) : at),
  };
}

/**
 * Claims a due item for a lease.
 *
 * @param set further changes
 * @returns the claimed item
 * @throws Stale if it was claimed by another process
 */
export async function claim<T extends OutboxItem>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  set: Partial<T> = {},
): Promise<T> {
  const claimed = { ...set, dueAt: dueAttributes(item.id, leaseEnd(now)).dueAt };
  await record({ type: 'update', key: kind.key(item), set: claimed, when: [isClaimed(item)] });
  return { ...item, ...claimed };
}

/**
 * Sends the mail of a claimed item, once, and records the outcome. A mail that can't be sent stays due for the sweep;
 * the request that caused it doesn't fail.
 *
 * @param send hands a mail to the provider
 * @returns the item with its delivery as recorded
 */
export async function deliver<T extends OutboxItem>(
  kind: OutboxKind<T>,
  item: T,
  mail: Mail,
  send: typeof sendMail = sendMail,
): Promise<T> {
  const logFields = { [kind.name]: item.id };
  try {
    const failure = await attempt(mail, logFields, kind.tags?.(item) ?? {}, send);
    return failure === undefined
      ? await recordSent(kind, item, new Date())
      : await recordUnsent(kind, item, new Date(), failure);
  } catch (error) {
    // The item is committed and its mail is still due, so the request has succeeded.
    console.error({ message: 'Delivery not recorded', ...logFields, ...loggable(error) });
    return item;
  }
}

/** Hands a mail to the provider, once. @returns the error code; undefined if the provider accepted the mail */
async function attempt(
  mail: Mail,
  logFields: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
  send: typeof sendMail,
): Promise<string | undefined> {
  try {
    await send(mail, tags);
    return undefined;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // SES's message isn't logged: it may contain the recipient's address.
    console.warn({ message: NOT_SENT, ...logFields, code: error.code });
    return error.code;
  }
}

/** Records that an item's mail was sent. */
async function recordSent<T extends OutboxItem>(kind: OutboxKind<T>, item: T, now: Date): Promise<T> {
  const at = now.toISOString();
  const { reason: _, ...tried } = item.delivery;
  const delivery = { ...tried, state: 'SENT' as const, attempts: tried.attempts + 1, at };
  const sentAt = kind.hasSentAt ? { sentAt: at } : {};
  const dueAt = nextDueAt(kind, item);
  if (dueAt === undefined) await remove(kind, item);
  else {
    (await update(kind, item, { ...sentAt, delivery, dueAt }, [isClaimed(item), isDeliveryUnchanged(item)])) ||
      // A delivery event was recorded first: keep its state.
      (await update(kind, item, { ...sentAt, dueAt }, [isClaimed(item)])) ||
      // The invitation was accepted first: nothing is due any more, and nothing must become due again.
      (await update(kind, item, { ...sentAt, delivery }, [
        { exists: 'pk' },
        { absent: 'dueAt' },
        isDeliveryUnchanged(item),
      ]));
  }
  return { ...item, ...sentAt, delivery };
}

/** Records that an item's mail couldn't be sent. It is retried with exponential backoff until its end. */
export async function recordUnsent<T extends OutboxItem>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  reason: string,
): Promise<T> {
  const delivery = { ...item.delivery, attempts: item.delivery.attempts + 1, at: now.toISOString(), reason };
  const retry = dueAttributes(item.id, retryAt(delivery.attempts, now, kind.end(item))).dueAt;
  const next = nextDueAt(kind, item);
  (await update(kind, item, { delivery, dueAt: retry }, [isClaimed(item), isDeliveryUnchanged(item)])) ||
    // A delivery event was recorded: the mail was sent, and the answer to the call was lost.
    (next !== undefined && (await update(kind, item, { dueAt: next }, [isClaimed(item)])));
  return { ...item, delivery };
}

/** Gives up the mail of an item, unless it was claimed meanwhile. */
export async function giveUp<T extends OutboxItem>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  reason?: string,
): Promise<void> {
  const dueAt = nextDueAt(kind, item);
  if (dueAt === undefined) return remove(kind, item);
  const delivery = { ...item.delivery, state: 'FAILED', at: now.toISOString(), ...(reason && { reason }) };
  await update(kind, item, { delivery, dueAt }, [isClaimed(item)]);
}

/** Deletes an item whose mail was sent or is no longer needed. */
async function remove<T extends OutboxItem>(kind: OutboxKind<T>, item: T): Promise<void> {
  await transact([{ type: 'delete', key: kind.key(item) }]);
}

/** The backoff of a mail: it doubles from a minute to six hours, so that a long outage costs few attempts. */
const SHORTEST_BACKOFF = 60_000;
const LONGEST_BACKOFF = 6 * 60 * 60_000;

/** Returns when a mail is retried after so many failed attempts, at its end at the latest. */
export function retryAt(attempts: number, now: Date, end: string): string {
  const backoff = Math.min(LONGEST_BACKOFF, SHORTEST_BACKOFF * 2 ** (attempts - 1));
  const next = new Date(now.getTime() + backoff).toISOString();
  return next < end ? next : end;
}

function nextDueAt<T extends OutboxItem>(kind: OutboxKind<T>, item: T): string | undefined {
  const at = kind.next(item);
  return at === undefined ? undefined : dueAttributes(item.id, at).dueAt;
}

type Conditions = NonNullable<Parameters<typeof recordIf>[0]['when']>;

function update<T extends OutboxItem>(
  kind: OutboxKind<T>,
  item: T,
  set: Readonly<Record<string, unknown>>,
  when: Conditions,
): Promise<boolean> {
  return recordIf({ type: 'update', key: kind.key(item), set, when });
}

/** Returns the condition that we still hold the lease. */
function isClaimed({ dueAt }: OutboxItem): Conditions[number] {
  return { attribute: 'dueAt', is: dueAt };
}

/** Returns the condition that no delivery event was recorded since. */
function isDeliveryUnchanged({ delivery }: OutboxItem): Conditions[number] {
  return { attribute: 'delivery', is: delivery };
}
