import { randomBytes } from 'node:crypto';
import { configuration } from '../configuration.ts';
import { marshall, unmarshall } from './attributes.ts';
import { dynamodb } from './client.ts';
import type { Key } from './keys.ts';
import { get, type Item } from './read.ts';
import { recordIf } from './write.ts';

/** The index of what is due, sparse and keys only: an item is in it while it has `due` and `dueAt`. */
export const DUE_INDEX = 'due';
/** Its partitions: `DUE#0` to `DUE#15`. */
export const DUE_SHARDS = 16;

/** The attributes by which the index has an item. */
export interface DueAttributes {
  readonly due: string;
  /** The moment from which there is something to do, the item's id, and six digits by chance. */
  readonly dueAt: string;
}

/**
 * The attributes that put an item into the index.
 *
 * No two values of `dueAt` are the same. So whoever moves an item from one to the next has claimed it: nobody else can,
 * and nobody else knows the new one.
 *
 * @param at the earliest moment at which there is something to do
 */
export function dueAttributes(id: string, at: string): DueAttributes {
  return {
    due: `DUE#${Number.parseInt(id.slice(-1), 32) % DUE_SHARDS}`,
    dueAt: `${at}#${id}#${randomBytes(3).toString('hex')}`,
  };
}

/**
 * How long whoever claimed an item has for its work, in milliseconds. Then the sweep takes it for lost and does it
 * again. Longer than any of our functions may run.
 */
const LEASE = 60_000;

/** When what is claimed now may be claimed by others. */
export function leaseEnd(now: Date): string {
  return new Date(now.getTime() + LEASE).toISOString();
}

/** An item's key, with its place in the index. */
export interface DueKey extends Key {
  readonly dueAt: string;
}

/** An item that has something due. */
export type DueItem = Item & DueKey;

/** Since when an item is due, in milliseconds; NaN where its place in the index has no such form. */
export function dueSince({ dueAt }: DueKey): number {
  return Date.parse(dueAt.split('#')[0] as string);
}

/**
 * Lists what is due in one shard, the longest due first. The index is only a hint: decide on the item.
 *
 * @returns at most `limit` keys
 */
export async function listDue(shard: number, now: Date, limit: number): Promise<DueKey[]> {
  const { Items = [] } = await dynamodb('Query', {
    TableName: configuration().tableName,
    IndexName: DUE_INDEX,
    KeyConditionExpression: 'due = :due AND dueAt < :now',
    ExpressionAttributeValues: marshall({ ':due': `DUE#${shard}`, ':now': now.toISOString() }),
    Limit: limit,
  });
  return Items.map(unmarshall) as unknown as DueKey[];
}

/** Reads an item that the index lists; undefined when nothing of it is due any more. */
export async function getDue({ pk, sk }: Key, now: Date): Promise<DueItem | undefined> {
  const item = await get({ pk, sk });
  return typeof item?.dueAt === 'string' && item.dueAt < now.toISOString() ? (item as DueItem) : undefined;
}

/** How long an item is left alone whose work failed for a reason of ours, in milliseconds. */
const PUT_OFF = 15 * 60_000;

/** Puts an item off, so that it doesn't hold up the others, unless somebody has claimed it since. */
export async function putOff({ pk, sk, dueAt }: DueKey, now: Date): Promise<void> {
  const [, id = ''] = dueAt.split('#');
  const later = dueAttributes(id, new Date(now.getTime() + PUT_OFF).toISOString());
  await recordIf({
    type: 'update',
    key: { pk, sk },
    set: { dueAt: later.dueAt },
    when: [{ attribute: 'dueAt', is: dueAt }],
  });
}
