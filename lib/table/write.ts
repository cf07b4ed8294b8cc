import { randomUUID } from 'node:crypto';
import type { TransactWriteItem, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { configuration } from '../configuration.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { marshall, unmarshall } from './attributes.ts';
import { DynamoDBError, dynamodb } from './client.ts';
import { CorruptItem } from './items.ts';
import type { Key } from './keys.ts';
import { changedText, FIELDS, isPacked, pack, packedText } from './packed.ts';
import { busy, isTransientFailure, pause } from './read.ts';

/** A condition on the item of a write. */
export type Condition =
  | { readonly exists: string }
  | { readonly absent: string }
  | { readonly attribute: string; readonly is: unknown }
  | { readonly attribute: string; readonly in: readonly unknown[] }
  | { readonly attribute: string; readonly contains: unknown }
  | { readonly attribute: string; readonly above: string | number }
  | { readonly attribute: string; readonly atMost: string | number }
  /** Less than this, or absent: for counters. */
  | { readonly attribute: string; readonly below: number };

interface Conditional {
  readonly key: Key;
  readonly when?: readonly Condition[];
  /**
   * The refusal of a failed condition, or a function that returns it from the stored item. Without a refusal, a failed
   * condition means that the read was stale: `Stale` is thrown, and the request starts again.
   */
  readonly refuse?: RefusalCode | Refusal | ((item: Readonly<Record<string, unknown>>) => RefusalCode | undefined);
}

/** A change of some fields of an item. */
export interface Update extends Conditional {
  readonly type: 'update';
  /** The item as it was read, to change packed fields of it. They must be unchanged. */
  readonly of?: Readonly<Record<string, unknown>>;
  readonly set?: Readonly<Record<string, unknown>>;
  /** Numbers to add, or members to add to a set. */
  readonly add?: Readonly<Record<string, number | ReadonlySet<string>>>;
  readonly remove?: readonly string[];
}

/** One part of a transaction. */
export type Write =
  | ({ readonly type: 'put'; readonly item: Readonly<Record<string, unknown>> } & Conditional)
  | Update
  | ({ readonly type: 'delete' } & Conditional)
  | ({ readonly type: 'check' } & Conditional);

/** An item changed between the read and the write of a request. */
export class Stale extends Error {
  override readonly name: string = 'Stale';
}

/** An item is missing although another item refers to it. It was deleted since, unless it stays missing. */
export class Missing extends Stale {
  override readonly name = 'Missing';
  readonly key: Key;

  constructor(key: Key) {
    super();
    this.key = key;
  }
}

/** Returns an item whose key another item gave. @throws Missing if it wasn't found */
export function existing<T>(key: Key, found: T | undefined): T {
  if (found === undefined) throw new Missing(key);
  return found;
}

/** After this many attempts in a row that miss the same item, it counts as lost. */
const MISSING = 4;

/**
 * How long a request retries after conflicts, in milliseconds: well within its time-out. With backoff and full jitter
 * of up to a second, 200 people can accept at once.
 */
export const RETRY_PERIOD = 12_000;
export const SHORTEST_PAUSE = 25;
export const LONGEST_PAUSE = 1000;

/** When the present request gives up. A function handles one request at a time. */
let givingUpAt: number | undefined;

/** Waits before the next attempt: exponential backoff with full jitter. @throws Refusal `busy` after the deadline */
async function backOff(attempt: number, giveUpAt: number): Promise<void> {
  const wait = Math.random() * Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** attempt);
  if (performance.now() + wait > giveUpAt) throw busy();
  await pause(wait);
}

/** Reasons of a cancelled transaction that may be retried unchanged. All others are defects of the transaction. */
const RETRYABLE = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes all parts or none.
 *
 * Conflicts with other transactions are normal, and the SDK doesn't retry them. They are retried here with the same
 * client request token, so that a change never happens twice after a lost answer.
 *
 * @throws Stale if a condition failed; Refusal if the failed condition has one; Refusal `busy` if conflicts don't end
 */
export async function transact(writes: readonly Write[]): Promise<void> {
  const merged = merge(writes);
  const input = { ClientRequestToken: randomUUID(), TransactItems: merged.map((write) => expression(write)) };
  await retryConflicts(async () => {
    try {
      await dynamodb('TransactWriteItems', input);
      return true;
    } catch (error) {
      // In progress: an attempt that timed out here is still running there. The same token gets its outcome.
      if (isTransientFailure(error) || isNamed(error, 'TransactionInProgressException')) return false;
      if (!isNamed(error, 'TransactionCanceledException')) throw error;
      const { reasons } = error;
      const refusals = reasons.flatMap(({ Code, Item }, index) => {
        if (Code !== 'ConditionalCheckFailed') return [];
        const refuse = merged[index]?.refuse;
        return [typeof refuse === 'function' ? refuse(unmarshall(Item ?? {})) : refuse];
      });
      if (refusals.includes(undefined)) throw new Stale();
      const [refusal] = refusals;
      if (refusal) throw typeof refusal === 'string' ? new Refusal(refusal) : refusal;
      if (!reasons.every(({ Code = 'None' }) => RETRYABLE.has(Code))) throw error;
      return false;
    }
  });
}

/**
 * Updates one item outside a transaction, to record the outcome of an earlier change.
 *
 * @throws Stale if a condition failed
 */
export async function record(update: Update): Promise<void> {
  const input = expression(update).Update as UpdateItemCommandInput;
  await retryConflicts(async () => {
    try {
      await dynamodb('UpdateItem', input);
      return true;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) throw new Stale();
      if (isNamed(error, 'TransactionConflictException') || isTransientFailure(error)) return false;
      throw error;
    }
  });
}

/** Updates one item outside a transaction, if its conditions hold. @returns whether they did */
export async function recordIf(update: Update): Promise<boolean> {
  try {
    await record(update);
    return true;
  } catch (error) {
    if (error instanceof Stale) return false;
    throw error;
  }
}

/** Retries a write until it has no conflict, and its outcome is known. */
async function retryConflicts(tryOnce: () => Promise<boolean>): Promise<void> {
  const giveUpAt = givingUpAt ?? performance.now() + RETRY_PERIOD;
  for (let attempt = 1; !(await tryOnce()); attempt += 1) await backOff(attempt, giveUpAt);
}

/**
 * Runs `attempt`, which reads and then writes. Repeats it after stale reads and connection errors.
 *
 * @param attempt gets its number, from 1. Only the first may use data cached from earlier requests.
 * @throws CorruptItem if an item stays missing that another item refers to; Refusal `busy` after the deadline
 */
export async function retryWhileStale<T>(attempt: (number: number) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + RETRY_PERIOD;
  givingUpAt = giveUpAt;
  let missing: { readonly key: Key; readonly times: number } | undefined;
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(tries);
      } catch (error) {
        if (!(error instanceof Stale || isTransientFailure(error))) throw error;
        if (error instanceof Missing) {
          const { key } = error;
          const times = key.pk === missing?.key.pk && key.sk === missing.key.sk ? missing.times + 1 : 1;
          if (times === MISSING) throw new CorruptItem(key, 'is missing');
          missing = { key, times };
        }
        await backOff(tries, giveUpAt);
      }
    }
  } finally {
    givingUpAt = undefined;
  }
}

/** Merges the parts about one item: DynamoDB allows one part for each item. */
function merge(writes: readonly Write[]): Write[] {
  const byItem = Map.groupBy(writes, ({ key }) => `${key.pk}\n${key.sk}`);
  return [...byItem.values()].map((parts) => parts.reduce(combined));
}

function combined(one: Write, other: Write): Write {
  if (one.type === 'check' && other.type !== 'check') return combined(other, one);
  const when = [...(one.when ?? []), ...(other.when ?? [])];
  if (other.type === 'check') return { ...one, when };
  if (one.type !== 'update' || other.type !== 'update') {
    throw new TypeError(`Two parts of a transaction change one ${kindOf(one.key)}.`);
  }
  const refuse = one.refuse ?? other.refuse;
  const of = one.of ?? other.of;
  return {
    ...one,
    when,
    set: { ...one.set, ...other.set },
    add: sum(one.add, other.add),
    remove: [...(one.remove ?? []), ...(other.remove ?? [])],
    ...(refuse && { refuse }),
    ...(of && { of }),
  };
}

/** Returns the additions of two parts: numbers add up, members of sets come together. */
function sum(one: Update['add'] = {}, other: Update['add'] = {}): NonNullable<Update['add']> {
  const added = Object.entries(other).map(([attribute, by]) => {
    const before = one[attribute];
    if (before === undefined) return [attribute, by] as const;
    if (typeof before === 'number' && typeof by === 'number') return [attribute, before + by] as const;
    return [attribute, new Set([...(before as ReadonlySet<string>), ...(by as ReadonlySet<string>)])] as const;
  });
  return { ...one, ...Object.fromEntries(added) };
}

/** Returns the kind of item of a key, for logs. The whole key may contain an address. */
function kindOf({ pk, sk }: Key): string {
  return [pk, sk].map((part) => part.split('#')[0]).join(' ');
}

function isNamed(error: unknown, name: string): error is DynamoDBError {
  return error instanceof DynamoDBError && error.name === name;
}

function expression(write: Write): TransactWriteItem {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const value = (of: unknown) => {
    const placeholder = `:${Object.keys(values).length}`;
    values[placeholder] = of;
    return placeholder;
  };
  const { set: changes, when } = write.type === 'update' ? withPacked(write) : { set: {}, when: write.when ?? [] };
  const condition = when.map((one) => conditionText(one, name, value)).join(' AND ');
  let update = '';
  if (write.type === 'update') {
    const set = Object.entries(changes).filter(([, to]) => to !== undefined);
    const add = Object.entries(write.add ?? {});
    const clauses = [
      set.length > 0 && `SET ${set.map(([attribute, to]) => `${name(attribute)} = ${value(to)}`).join(', ')}`,
      add.length > 0 && `ADD ${add.map(([attribute, by]) => `${name(attribute)} ${value(by)}`).join(', ')}`,
      write.remove && write.remove.length > 0 && `REMOVE ${write.remove.map(name).join(', ')}`,
    ];
    update = clauses.filter(Boolean).join(' ');
  }
  const common = {
    TableName: configuration().tableName,
    ...(condition && { ConditionExpression: condition }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
  };
  const Key = marshall({ pk: write.key.pk, sk: write.key.sk });
  const failing = typeof write.refuse === 'function' && ({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const);
  switch (write.type) {
    case 'put':
      return { Put: { ...common, ...failing, Item: { ...marshall(pack(write.item)), ...Key } } };
    case 'update':
      return { Update: { ...common, ...failing, Key, UpdateExpression: update } };
    case 'delete':
      return { Delete: { ...common, ...failing, Key } };
    case 'check':
      return { ConditionCheck: { ...common, ...failing, Key, ConditionExpression: condition } };
  }
}

/** Returns what an update sets, and its conditions, with packed fields as their attribute. */
function withPacked({ of = {}, set = {}, when = [] }: Update): Required<Pick<Update, 'set' | 'when'>> {
  const packed = Object.entries(set).filter(([name]) => isPacked(of.type, name));
  if (packed.length === 0) return { set, when };
  const others = Object.entries(set).filter(([name]) => !isPacked(of.type, name));
  return {
    set: { ...Object.fromEntries(others), [FIELDS]: changedText(of, Object.fromEntries(packed)) },
    when: [...when, { attribute: FIELDS, is: packedText(of) }],
  };
}

function conditionText(one: Condition, name: (of: string) => string, value: (of: unknown) => string): string {
  if ('exists' in one) return `attribute_exists(${name(one.exists)})`;
  if ('absent' in one) return `attribute_not_exists(${name(one.absent)})`;
  const attribute = name(one.attribute);
  if ('is' in one) return `${attribute} = ${value(one.is)}`;
  if ('in' in one) return `${attribute} IN (${one.in.map(value).join(', ')})`;
  if ('contains' in one) return `contains(${attribute}, ${value(one.contains)})`;
  if ('above' in one) return `${attribute} > ${value(one.above)}`;
  if ('atMost' in one) return `${attribute} <= ${value(one.atMost)}`;
  return `(attribute_not_exists(${attribute}) OR ${attribute} < ${value(one.below)})`;
}
