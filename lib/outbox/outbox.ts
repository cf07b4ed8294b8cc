import type { Delivery } from '../domain/invitation.ts';
import { loggable } from '../domain/log.ts';
import type { Mail } from '../email/mime.ts';
import { MailError, sendMail } from '../email/ses.ts';
import { type DueAttributes, dueAttributes, leaseEnd } from '../table/due.ts';
import type { Key } from '../table/keys.ts';
import { record, recordIf, transact } from '../table/write.ts';

// What is to be sent is written down as due with the change that causes it, then claimed, sent, and what became of it is
// recorded: at least once, and at most once more for each death on the way. Whoever writes it has claimed it; whatever
// they don't get done is the sweep's.

/** What all items have that are sent: invitations, invites to sites, and mails that are items of their own. */
export interface Outgoing {
  readonly id: string;
  readonly delivery: Pick<Delivery, 'state' | 'attempts' | 'at' | 'reason'>;
  readonly dueAt: string;
}

/** A kind of items that are sent. */
export interface OutboxKind<T extends Outgoing> {
  /** What a line of the log calls the id of one. */
  readonly name: 'invitation' | 'siteInvite' | 'mail';
  key(item: T): Key;
  /** When it is tried no more: a moment in ISO form. */
  end(item: T): string;
  /** When it has something else due, once its mail has left or is given up; undefined: then it is deleted. */
  next(item: T): string | undefined;
  /** By what the provider's events name the mail. They may come before anything is recorded of it. */
  tags?(item: T): Readonly<Record<string, string>>;
  /** Whether the item tells when a mail last left, as `sentAt`. */
  readonly hasSentAt?: true;
}

/**
 * The attributes of an item whose first mail is due.
 *
 * @param sender who sends it: the request that writes it, which has claimed it by that, or the sweep
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
 * @param set what changes with it
 * @returns the item as claimed
 * @throws Stale when somebody else was faster
 */
export async function claim<T extends Outgoing>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  set: Partial<T> = {},
): Promise<T> {
  const claimed = { ...set, dueAt: dueAttributes(item.id, leaseEnd(now)).dueAt };
  await record({ type: 'update', key: kind.key(item), set: claimed, when: [isMine(item)] });
  return { ...item, ...claimed };
}

/**
 * Sends the mail of an item that is claimed, once, and records what became of it. A mail that can't be sent now stays
 * due: it is the sweep's, and no failure of the request that caused it.
 *
 * @param send hands a mail to the provider
 * @returns the item with its delivery, as far as is recorded
 */
export async function deliver<T extends Outgoing>(
  kind: OutboxKind<T>,
  item: T,
  mail: Mail,
  send: typeof sendMail = sendMail,
): Promise<T> {
  const named = { [kind.name]: item.id };
  try {
    const problem = await attempt(mail, named, kind.tags?.(item) ?? {}, send);
    return problem === undefined
      ? await recordSent(kind, item, new Date())
      : await recordUnsent(kind, item, new Date(), problem);
  } catch (error) {
    // The item is committed and its mail still due, so that the request that made it has succeeded all the same.
    console.error({ message: 'Delivery not recorded', ...named, ...loggable(error) });
    return item;
  }
}

/** Hands a mail to the provider, once. @returns the code of why it wasn't taken; undefined where it was */
async function attempt(
  mail: Mail,
  named: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
  send: typeof sendMail,
): Promise<string | undefined> {
  try {
    await send(mail, tags);
    return undefined;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // Without what SES says of it: that may name the recipient.
    console.warn({ message: 'Mail not sent', ...named, code: error.code });
    return error.code;
  }
}

/** Records that an item's mail has left. */
async function recordSent<T extends Outgoing>(kind: OutboxKind<T>, item: T, now: Date): Promise<T> {
  const at = now.toISOString();
  const { reason: _, ...tried } = item.delivery;
  const delivery = { ...tried, state: 'SENT' as const, attempts: tried.attempts + 1, at };
  const sentAt = kind.hasSentAt ? { sentAt: at } : {};
  const dueAt = nextPlace(kind, item);
  if (dueAt === undefined) await forget(kind, item);
  else {
    (await update(kind, item, { ...sentAt, delivery, dueAt }, [isMine(item), isUntold(item)])) ||
      // The provider has told what became of it already.
      (await update(kind, item, { ...sentAt, dueAt }, [isMine(item)])) ||
      // Accepted before this was recorded: then nothing is due any more, and nothing must become due again.
      (await update(kind, item, { ...sentAt, delivery }, [{ exists: 'pk' }, { absent: 'dueAt' }, isUntold(item)]));
  }
  return { ...item, ...sentAt, delivery };
}

/** Records that an item's mail couldn't be sent: it is tried again, with growing pauses, until its end. */
export async function recordUnsent<T extends Outgoing>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  reason: string,
): Promise<T> {
  const delivery = { ...item.delivery, attempts: item.delivery.attempts + 1, at: now.toISOString(), reason };
  const retry = dueAttributes(item.id, retryAt(delivery.attempts, now, kind.end(item))).dueAt;
  const next = nextPlace(kind, item);
  (await update(kind, item, { delivery, dueAt: retry }, [isMine(item), isUntold(item)])) ||
    // It did leave, as the provider has told: the answer to the call was lost.
    (next !== undefined && (await update(kind, item, { dueAt: next }, [isMine(item)])));
  return { ...item, delivery };
}

/** Gives up the mail of an item that is needed no more, unless somebody has claimed it since. */
export async function giveUp<T extends Outgoing>(
  kind: OutboxKind<T>,
  item: T,
  now: Date,
  reason?: string,
): Promise<void> {
  const dueAt = nextPlace(kind, item);
  if (dueAt === undefined) return forget(kind, item);
  const delivery = { ...item.delivery, state: 'FAILED', at: now.toISOString(), ...(reason && { reason }) };
  await update(kind, item, { delivery, dueAt }, [isMine(item)]);
}

/** Forgets an item that has left, or that is needed no more. */
async function forget<T extends Outgoing>(kind: OutboxKind<T>, item: T): Promise<void> {
  await transact([{ type: 'delete', key: kind.key(item) }]);
}

/** Pauses between tries of a mail: doubling from a minute to six hours, so that a long outage costs few tries. */
const SHORTEST_PAUSE = 60_000;
const LONGEST_PAUSE = 6 * 60 * 60_000;

/** When a mail that couldn't be sent is tried again, after so many tries: at its end at the latest. */
export function retryAt(attempts: number, now: Date, end: string): string {
  const pause = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (attempts - 1));
  const next = new Date(now.getTime() + pause).toISOString();
  return next < end ? next : end;
}

function nextPlace<T extends Outgoing>(kind: OutboxKind<T>, item: T): string | undefined {
  const at = kind.next(item);
  return at === undefined ? undefined : dueAttributes(item.id, at).dueAt;
}

type Conditions = NonNullable<Parameters<typeof recordIf>[0]['when']>;

function update<T extends Outgoing>(
  kind: OutboxKind<T>,
  item: T,
  set: Readonly<Record<string, unknown>>,
  when: Conditions,
): Promise<boolean> {
  return recordIf({ type: 'update', key: kind.key(item), set, when });
}

/** Nobody has claimed the item since. */
function isMine({ dueAt }: Outgoing): Conditions[number] {
  return { attribute: 'dueAt', is: dueAt };
}

/** The provider has told nothing of the mail since. */
function isUntold({ delivery }: Outgoing): Conditions[number] {
  return { attribute: 'delivery', is: delivery };
}
