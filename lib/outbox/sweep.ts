import type { Occasion } from '../domain/audit.ts';
import { loggable } from '../domain/log.ts';
import { paced } from '../email/pace.ts';
import type { sendMail } from '../email/ses.ts';
import type { KeyPrefix } from '../table/access.ts';
import { DUE_SHARDS, type DueItem, type DueKey, dueSince, getDue, listDue, putOff } from '../table/due.ts';
import type { Key } from '../table/keys.ts';
import { Stale } from '../table/write.ts';

/** Rows of one shard that are read at once, and then worked on one after the other. */
const BATCH = 25;

/**
 * Keys of one shard that are looked at, to be worked on in turns: more than a day's mails of an organization leave in one
 * shard. And how many are worked on before it looks again, for what has become due since.
 */
const LOOK = 1000;
const ROUND = 100;

/** Milliseconds before the end at which no further row is begun: longer than one mail and its record take. */
const RESERVE = 10_000;

/** What was done about a row. */
export type Outcome =
  | 'sent'
  | 'unsent'
  /** There was nothing to be done: a mail or a reminder that is needed no more. */
  | 'settled'
  | 'expired'
  | 'cleared'
  /** A placeholder that nobody claimed. */
  | 'ended';

/** One run, as workers know it. */
export interface Run {
  /** Hands a mail to SES as fast as that takes them. */
  readonly send: typeof sendMail;
  /** Whether another part of the work may be begun. */
  hasTime(): boolean;
}

/** Does the work about one row, which it has to claim first. @throws Stale when it was overtaken */
export type Work = (occasion: Occasion, run: Run) => Promise<Outcome>;

/**
 * Reads what the work about a due item needs: of many items at once, so that all these reads are one call.
 *
 * @throws TornItem where the item lacks what its type has
 */
export type Worker = (item: DueItem, now: Date) => Promise<Work>;

/** A type of items that the index has, and what does their work: a closed set. */
export type Workers = Readonly<Record<string, Worker>>;

/** What a run did: how often, by kind; and for how many seconds had been due what had been due longest. */
export type SweepReport = Readonly<Record<Outcome | 'failed' | 'lagSeconds', number>>;

/** A run at work. */
interface Sweep extends Run {
  readonly requestId: string;
  readonly workers: Workers;
  readonly readable: ReadonlySet<string>;
  readonly counts: Record<Outcome | 'failed', number>;
}

/**
 * Does what is due, in all shards at once, as far as its time allows.
 *
 * A row that fails is put off. So is one of a type without a worker, which a newer version has left: it is that
 * version's, and nothing else of it changes. In one run each row is worked on once, so that none holds up the others.
 *
 * @param readable the beginnings of the keys that the function may read: the key of a newer version's item may have another
 * @returns what it did, and the error with which a shard ended, if one did
 */
export async function sweepDue(
  workers: Workers,
  readable: readonly KeyPrefix[],
  { requestId, remaining }: { readonly requestId: string; remaining(): number },
): Promise<{ readonly did: SweepReport; readonly error?: unknown }> {
  const counts = { sent: 0, unsent: 0, settled: 0, expired: 0, cleared: 0, ended: 0, failed: 0 };
  const hasTime = () => remaining() > RESERVE;
  const sweep = { requestId, workers, readable: new Set(readable), counts, hasTime, send: paced(() => !hasTime()) };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  // A shard that fails doesn't end the others between a mail and its record.
  const done = await Promise.allSettled(shards.map((shard) => sweepShard(shard, sweep)));
  const lags = done.map((result) => (result.status === 'fulfilled' ? result.value : 0));
  const failed = done.find((result) => result.status === 'rejected');
  return {
    did: { ...counts, lagSeconds: Math.round(Math.max(...lags) / 1000) },
    ...(failed && { error: failed.reason }),
  };
}

/** @returns for how long the row has been due that has waited longest, in milliseconds */
async function sweepShard(shard: number, sweep: Sweep): Promise<number> {
  const begun = new Set<string>();
  let lag = 0;
  while (sweep.hasTime()) {
    const now = new Date();
    const listed = await listDue(shard, now, LOOK);
    if (listed[0]) lag = Math.max(lag, now.getTime() - (dueSince(listed[0]) || now.getTime()));
    const round = roundRobin(listed.filter((row) => !begun.has(nameOf(row)))).slice(0, ROUND);
    let worked = 0;
    for (let start = 0; start < round.length; start += BATCH) {
      // All are read in one call, and what they need in another: calls are what a row's time is made of.
      const rows = await Promise.all(round.slice(start, start + BATCH).map((key) => readRow(key, now, sweep)));
      for (const row of rows) {
        if (!sweep.hasTime()) return lag;
        if (!row) continue;
        begun.add(nameOf(row.key));
        await sweepRow(row, sweep);
        worked += 1;
      }
    }
    // The index trails the table: rows that are done may still be listed, and then there is nothing more to come.
    if (listed.length <= ROUND || worked === 0) return lag;
  }
  return lag;
}

function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/**
 * Rows in turns: of each partition one, which has an organization's invitations or a site's invites, then of each another.
 * So nobody's mail waits behind all that somebody else has asked for.
 */
export function roundRobin<K extends Key>(keys: readonly K[]): K[] {
  const partitions = [...Map.groupBy(keys, ({ pk }) => pk).values()];
  const turns = Math.max(0, ...partitions.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => partitions.flatMap((rows) => rows[turn] ?? [])).flat();
}

/** A row with its work; what failed before that fails when it is its turn. */
interface Row {
  readonly key: DueKey;
  readonly work: Work;
}

/** @returns undefined where nothing of it is due any more */
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
      // Overtaken, mostly: then the row has changed and isn't put off.
      if (!(error instanceof Stale)) {
        console.error({ message: 'Row put off', key: loggableKey(key), ...loggable(error) });
        counts.failed += 1;
      }
      await putOff(key, now);
    }
  } catch (error) {
    console.error({ message: 'Row failed', key: loggableKey(key), ...loggable(error) });
    counts.failed += 1;
  }
}

/** Keys have ids in them; only that of an address has more, which is in no log. */
function loggableKey({ pk, sk }: Key): Key {
  return { pk: pk.replace(/^EMAIL#.*/s, 'EMAIL'), sk };
}
