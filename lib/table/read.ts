import { configuration } from '../configuration.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Attributes, marshall, unmarshall } from './attributes.ts';
import { DynamoDBError, dynamodb } from './client.ts';
import type { Key } from './keys.ts';

/** A stored item. */
export type Item = Readonly<Record<string, unknown>> & Key;

/** DynamoDB's limit of keys in one BatchGetItem. */
const BATCH_LIMIT = 100;

interface Waiting {
  readonly key: Key;
  readonly resolve: (item: Item | undefined) => void;
  readonly reject: (error: unknown) => void;
}

let waiting: Waiting[] = [];

/**
 * Reads one item, strongly consistent.
 *
 * Reads of the same turn of the event loop are sent as one BatchGetItem. So authorization and an endpoint's own reads
 * share a call without any coupling. Calls dominate the time of a request.
 */
export function get(key: Key): Promise<Item | undefined> {
  if (waiting.length === 0) queueMicrotask(() => queueMicrotask(flush));
  return new Promise((resolve, reject) => waiting.push({ key, resolve, reject }));
}

function flush(): void {
  const batch = waiting;
  waiting = [];
  const byKey = Map.groupBy(batch, ({ key }) => nameOf(key));
  const groups = [...byKey.values()];
  for (let start = 0; start < groups.length; start += BATCH_LIMIT) {
    const chunk = groups.slice(start, start + BATCH_LIMIT);
    readBatch(chunk.map(([first]) => (first as Waiting).key)).then(
      (found) => {
        for (const { key, resolve } of chunk.flat()) resolve(found.get(nameOf(key)));
      },
      (error) => {
        for (const { reject } of chunk.flat()) reject(error);
      },
    );
  }
}

/** Returns a unique name of a key: no key contains `\n`. */
function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** The maximum number of attempts to read keys that DynamoDB leaves unprocessed because of throttling. */
const BATCH_TRIES = 6;

async function readBatch(batch: Key[]): Promise<Map<string, Item>> {
  const { tableName } = configuration();
  const found = new Map<string, Item>();
  let keys: Attributes[] = batch.map(({ pk, sk }) => marshall({ pk, sk }));
  for (let attempt = 0; keys.length > 0; attempt += 1) {
    if (attempt === BATCH_TRIES) throw busy();
    if (attempt > 0) await pause(Math.random() * 20 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await dynamodb('BatchGetItem', {
      RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } },
    });
    for (const attributes of Responses?.[tableName] ?? []) {
      const item = unmarshall(attributes) as Item;
      found.set(nameOf(item), item);
    }
    keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return found;
}

/** Returns the refusal of a request that had too many conflicts with others, or was throttled. */
export function busy(): Refusal {
  return new Refusal('busy', undefined, { 'retry-after': '1' });
}

/** Whether DynamoDB throttled a call. */
export function isThrottling(error: unknown): boolean {
  return error instanceof Error && THROTTLING.has(error.name);
}

const THROTTLING = new Set(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded']);

/**
 * Whether a call to DynamoDB failed with a connection error, a time-out or a 5xx status, so that it may be retried. The
 * SDK retries too, but only within its retry budget.
 */
export function isTransientFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DynamoDBError) return error.$metadata.httpStatusCode >= 500;
  const { name, code } = error as Error & { code?: unknown };
  return name === 'TimeoutError' || TRANSIENT_CODES.has(code);
}

const TRANSIENT_CODES = new Set<unknown>(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

/** Waits for `milliseconds`. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The part of a list to read. */
export interface Slice {
  /** Begin after this id: the sort key without the prefix. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** How many items to skip. They cost read capacity. */
  readonly skip?: number | undefined;
  readonly newestFirst?: boolean | undefined;
}

/** The items of one partition to read. */
interface Range extends Omit<Slice, 'limit'> {
  readonly pk: string;
  readonly limit?: number | undefined;
  /** The prefix of the sort keys; undefined: the whole partition. */
  readonly prefix?: string;
  /** The fields to read; undefined: all. The read capacity is that of whole items. */
  readonly projection?: Projection;
}

/** The part of a query that names the fields to read. */
export interface Projection {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
}

/** Returns the projection on fields. Some are reserved words of DynamoDB, so all have placeholders. */
export function projectionOn(fields: readonly string[]): Projection {
  return {
    ProjectionExpression: fields.map((field) => `#${field}`).join(),
    ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field])),
  };
}

/** Reads items of one partition in the order of their sort keys, strongly consistent, with one call for each page. */
export async function query(range: Range): Promise<Item[]> {
  const { pk, prefix, after, limit = Infinity, newestFirst, skip = 0, projection } = range;
  const base = {
    TableName: configuration().tableName,
    ConsistentRead: true,
    KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': prefix }),
    ScanIndexForward: !newestFirst,
  };
  // A query by a prefix starts at it: otherwise the local engine passes over the rows of the partition before it.
  const from = after ?? (prefix === undefined ? undefined : newestFirst ? '\uffff' : '');
  let start: Attributes | undefined = from === undefined ? undefined : marshall({ pk, sk: `${prefix ?? ''}${from}` });
  let skipped = 0;
  while (skipped < skip) {
    const page = await dynamodb('Query', { ...base, Select: 'COUNT', Limit: skip - skipped, ExclusiveStartKey: start });
    skipped += page.Count ?? 0;
    start = page.LastEvaluatedKey;
    if (!start) return [];
  }
  const items: Item[] = [];
  do {
    const page = await dynamodb('Query', {
      ...base,
      ...(limit !== Infinity && { Limit: limit - items.length }),
      ...projection,
      ExclusiveStartKey: start,
    });
    for (const attributes of page.Items ?? []) items.push(itemOf(attributes, pk));
    start = page.LastEvaluatedKey;
  } while (start && items.length < limit);
  return items;
}

/** How many items of a stream are in memory. */
const STREAMED = 200;

/** Reads the items of a partition one after another, strongly consistent, in the order of their sort keys. */
export async function* stream(pk: string, prefix?: string): AsyncGenerator<Item, void> {
  for (let after: string | undefined; ; ) {
    const page = await query({ pk, limit: STREAMED, after, ...(prefix !== undefined && { prefix }) });
    yield* page;
    if (page.length < STREAMED) return;
    after = page.at(-1)?.sk.slice(prefix?.length ?? 0);
  }
}

/** Returns the item of a query. With a projection it comes without the partition key. */
function itemOf(attributes: Attributes, pk: string): Item {
  const item = unmarshall(attributes);
  item.pk = pk;
  return item as Item;
}
