import { randomBytes } from 'node:crypto';
import { configuration } from '../configuration.ts';
import { type Attributes, marshall, unmarshall } from './attributes.ts';
import { dynamodb } from './client.ts';
import type { Key } from './keys.ts';
import { get, type Item } from './read.ts';
import { recordIf } from './write.ts';

/** The index of due items, sparse and keys-only: it lists items that have `due` and `dueAt`. */
export const DUE_INDEX = 'due';
/** Its partitions: `DUE#0` to `DUE#15`. */
export const DUE_SHARDS = 16;

/** The partition of deliveries to webhooks: what waits for slow receivers delays nothing else. */
export const WEBHOOKS_DUE = 'DUE#webhooks';

/** The attributes that put an item into the index. */
export interface DueAttributes {
  readonly due: string;
  /** The moment from which the item is due, its id, and six random digits. */
  readonly dueAt: string;
}

/** Returns the partition of the index that has the item with an id. */
export function shardOf(id: string): string {
  return `DUE#${Number.parseInt(id.slice(-1), 32) % DUE_SHARDS}`;
}

/**
 * Returns the attributes that put an item into the index.
 *
 * Each `dueAt` is unique, so it serves as the token of a lease: a conditional write that replaces it claims the item,
 * and only the claimant knows the new value.
 *
 * @param at the moment from which the item is due
 */
export function dueAttributes(id: string, at: string): DueAttributes {
  return {
    due: shardOf(id),
    dueAt: `${at}#${id}#${randomBytes(3).toString('hex')}`,
  };
}

/**
 * The lease of a claimed item, in milliseconds: longer than any function runs. After it the sweep claims the item
 * again.
 */
const LEASE = 60_000;

/** Returns the end of a lease that begins now. */
export function leaseEnd(now: Date): string {
  return new Date(now.getTime() + LEASE).toISOString();
}

/** The key of an item in the table and in the index. */
export interface DueKey extends Key {
  readonly dueAt: string;
}

/** An item that is due. */
export type DueItem = Item & DueKey;

/** Returns when an item became due, in milliseconds; NaN if its `dueAt` is malformed. */
export function dueSince({ dueAt }: DueKey): number {
  return Date.parse(dueAt.split('#')[0] as string);
}

/**
 * Lists the due items of one shard, the longest due first. The index is eventually consistent: decide on the item.
 *
 * @returns at most `limit` keys
 */
export function listDue(shard: number, now: Date, limit: number): Promise<DueKey[]> {
  return listDueIn(`DUE#${shard}`, now, limit);
}

/** Lists the due items of a partition, as `listDue`. */
export async function listDueIn(partition: string, now: Date, limit: number): Promise<DueKey[]> {
  const { Items = [] } = await dynamodb('Query', {
    TableName: configuration().tableName,
    IndexName: DUE_INDEX,
    KeyConditionExpression: 'due = :due AND dueAt < :now',
    ExpressionAttributeValues: marshall({ ':due': partition, ':now': now.toISOString() }),
    Limit: limit,
  });
  return Items.map(unmarshall) as unknown as DueKey[];
}

/** Reads an item that the index lists; undefined if it is no longer due. */
export async function getDue({ pk, sk }: Key, now: Date): Promise<DueItem | undefined> {
  const item = await get({ pk, sk });
  return typeof item?.dueAt === 'string' && item.dueAt < now.toISOString() ? (item as DueItem) : undefined;
}

/** The backoff of an item whose work failed, in milliseconds. */
const BACKOFF = 15 * 60_000;

/** Postpones a failed item, so that it doesn't delay the others, unless it was claimed meanwhile. */
export async function postpone({ pk, sk, dueAt }: DueKey, now: Date): Promise<void> {
  const [, id = ''] = dueAt.split('#');
  const later = dueAttributes(id, new Date(now.getTime() + BACKOFF).toISOString());
  await recordIf({
    type: 'update',
    key: { pk, sk },
    set: { dueAt: later.dueAt },
    when: [{ attribute: 'dueAt', is: dueAt }],
  });
}

/** Reads the keys of all items of the index, also of those that aren't due yet. It is eventually consistent. */
export async function* dueKeys(): AsyncGenerator<Key, void> {
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    let start: Attributes | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await dynamodb('Query', {
        TableName: configuration().tableName,
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'due = :due',
        ExpressionAttributeValues: marshall({ ':due': `DUE#${shard}` }),
        ...(start && { ExclusiveStartKey: start }),
      });
      for (const { pk, sk } of Items.map(unmarshall) as unknown as Key[]) yield { pk, sk };
      start = LastEvaluatedKey;
    } while (start);
  }
}
