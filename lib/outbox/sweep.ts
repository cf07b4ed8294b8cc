import type { AuditContext } from '../domain/audit.ts';
import { loggable } from '../domain/log.ts';
import { paced } from '../email/pace.ts';
import type { sendMail } from '../email/ses.ts';
import type { KeyPrefix } from '../table/access.ts';
import { DUE_SHARDS, type DueItem, type DueKey, dueSince, getDue, listDue, postpone } from '../table/due.ts';
import type { Key } from '../table/keys.ts';
import { Stale } from '../table/write.ts';
import { braked } from './brake.ts';

/** Rows of one shard that are read in one batch. Their work is done sequentially. */
const BATCH = 25;

/**
 * How many keys of a shard are listed, for fair turns: more than a shard's part of an organization's daily mails. And
 * how many of them are worked on before the shard is listed again, for newly due items.
 */
const LOOK = 1000;
const ROUND = 100;

/** No row is started within this time before the time-out, in milliseconds: longer than one mail with its record. */
const RESERVE = 10_000;

/** The outcome of a row. */
export type Outcome =
  | 'sent'
  | 'unsent'
  /** Nothing to do: a mail or reminder is no longer needed. */
  | 'settled'
  | 'expired'
  | 'cleared'
  /** An unclaimed placeholder was deleted. */
  | 'ended';

/** The part of a run that workers use. */
export interface Run {
  /** Hands a mail to SES, at the rate that SES accepts, unless the brake holds it. */
  readonly send: typeof sendMail;
  /** Whether there is time to start another part of the work. */
  hasTime(): boolean;
}

/** Does the work of one row. It must claim the row first. @throws Stale if the row has changed since it was read */
export type Work = (auditContext: AuditContext, run: Run) => Promise<Outcome>;

/**
 * Reads the data for the work of a due item. Workers of many items run in parallel, so that their reads are one call.
 *
 * @throws CorruptItem if the item lacks fields of its type
 */
export type Worker = (item: DueItem, now: Date) => Promise<Work>;

/** The worker of each item type in the index. */
export type Workers = Readonly<Record<string, Worker>>;

/** The report of a run: counts by outcome, and how long the longest-due row was due, in seconds. */
export type SweepReport = Readonly<Record<Outcome | 'failed' | 'lagSeconds', number>>;

/** The state of a run. */
interface Sweep extends Run {
  readonly requestId: string;
  readonly workers: Workers;
  readonly readable: ReadonlySet<string>;
  readonly counts: Record<Outcome | 'failed', number>;
}

/**
 * Does the due work of all shards in parallel, as far as time allows.
 *
 * A failed row is postponed. So is a row of a type without a worker, which a newer version wrote: only its due time
 * changes. A run works on each row once, so that no row delays the others.
 *
 * @param readable the key prefixes that the function may read; items of a newer version may have other prefixes
 * @returns the report, and the error of a shard that failed
 */
export async function sweepDue(
  workers: Workers,
  readable: readonly KeyPrefix[],
  { requestId, remaining }: { readonly requestId: string; remaining(): number },
): Promise<{ readonly did: SweepReport; readonly error?: unknown }> {
  const counts = { sent: 0, unsent: 0, settled: 0, expired: 0, cleared: 0, ended: 0, failed: 0 };
  const hasTime = () => remaining() > RESERVE;
  const sweep = {
    requestId,
    workers,
    readable: new Set(readable),
    counts,
    hasTime,
    send: braked(paced(() => !hasTime())),
  };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  // A failed shard must not interrupt the others between a mail and its record.
  const done = await Promise.allSettled(shards.map((shard) => sweepShard(shard, sweep)));
  const lags = done.map((result) => (result.status === 'fulfilled' ? result.value : 0));
  const failed = done.find((result) => result.status === 'rejected');
  return {
    did: { ...counts, lagSeconds: Math.round(Math.max(...lags) / 1000) },
    ...(failed && { error: failed.reason }),
  };
}

/** @returns how long the longest-due row was due, in milliseconds */
async function sweepShard(shard: number, sweep: Sweep): Promise<number> {
  const started = new Set<string>();
  let lag = 0;
  while (sweep.hasTime()) {
    const now = new Date();
    const listed = await listDue(shard, now, LOOK);
    if (listed[0]) lag = Math.max(lag, now.getTime() - (dueSince(listed[0]) || now.getTime()));
    const round = roundRobin(listed.filter((row) => !started.has(nameOf(row)))).slice(0, ROUND);
    let worked = 0;
    for (let start = 0; start < round.length; start += BATCH) {
      // One call reads all rows, and another one the data of their work: calls dominate the time of a row.
      const rows = await Promise.all(round.slice(start, start + BATCH).map((key) => readRow(key, now, sweep)));
      for (const row of rows) {
        if (!sweep.hasTime()) return lag;
        if (!row) continue;
        started.add(nameOf(row.key));
        await sweepRow(row, sweep);
        worked += 1;
      }
    }
    // The index is eventually consistent: it may still list rows that are done. Then nothing else is due.
    if (listed.length <= ROUND || worked === 0) return lag;
  }
  return lag;
}

function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/**
 * Returns the keys in round-robin order over their partitions. A partition has an organization's invitations, or a
 * site's invites. So one sender's mails don't delay those of others.
 */
export function roundRobin<K extends Key>(keys: readonly K[]): K[] {
  const partitions = [...Map.groupBy(keys, ({ pk }) => pk).values()];
  const turns = Math.max(0, ...partitions.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => partitions.flatMap((rows) => rows[turn] ?? [])).flat();
}

/** A row with its work. The work rejects if the read failed. */
interface Row {
  readonly key: DueKey;
  readonly work: Work;
}

/** @returns undefined if the row is no longer due */
async function readRow(key: DueKey, now: Date, { workers, readable }: Sweep): Promise<Row | undefined> {
  const isReadable = readable.has(key.pk.split('#')[0] as string);
  const item = isReadable ? await getDue(key, now) : key;
  if (!item) return undefined;
  try {
    const type = 'type' in item ? String(item.type) : '';
    const worker = Object.hasOwn(workers, type) ? workers[type] : undefined;
    if (!worker)
      throw new TypeError(`There is no worker for items of type ${/^\w{1,40}$/.exec(type)?.[0] ?? 'unknown'}.`);
    return { key: item, work: await worker(item as DueItem, now) };
  } catch (error) {
    return { key: item, work: () => Promise.reject(error) };
  }
}

async function sweepRow({ key, work }: Row, sweep: Sweep): Promise<void> {
  const now = new Date();
  const { counts, requestId } = sweep;
  const by = { type: 'system', id: 'sweep' } as const;
  try {
    try {
      counts[await work({ now, origin: { requestId, sourceAddress: null }, by }, sweep)] += 1;
    } catch (error) {
      // After `Stale` the row has mostly changed: then `postpone` does nothing.
      if (!(error instanceof Stale)) {
        console.error({ message: 'Row put off', key: loggableKey(key), ...loggable(error) });
        counts.failed += 1;
      }
      await postpone(key, now);
    }
  } catch (error) {
    console.error({ message: 'Row failed', key: loggableKey(key), ...loggable(error) });
    counts.failed += 1;
  }
}

/** Returns the loggable form of a key: without the address. */
function loggableKey({ pk, sk }: Key): Key {
  return { pk: pk.replace(/^EMAIL#.*/s, 'EMAIL'), sk };
}
