import { fingerprint, shownKey } from '../consistency/rule.ts';
import { keys } from '../table/keys.ts';
import { get, type Item } from '../table/read.ts';
import { scan } from '../table/scan.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { type Contents, itemsOf, Unusable } from './form.ts';

/** How many items one transaction stores: their sum must be below DynamoDB's 4 MB. */
const BATCH = 25;

/** How many transactions run at once. */
const PARALLEL = 8;

/**
 * Stores the items of an export. The present content must not have them: an export of everything needs an empty table,
 * that of an organization one without any of its rows. An import that was interrupted is continued by the same file.
 *
 * @param read reads the lines of the export from the beginning
 * @returns whether an earlier import was continued
 * @throws Unusable, and nothing was stored, if the table has some of the items already
 */
export async function importItems(
  { header, hash }: Contents,
  read: () => AsyncIterable<string>,
  now: Date,
): Promise<{ continued: boolean }> {
  const key = keys.import(hash);
  const continued = (await get(key)) !== undefined;
  if (!continued) {
    if (header.organizationId === null) await expectEmpty();
    else await expectNone(itemsOf(read()));
    await transact([
      {
        type: 'put',
        key,
        item: { type: 'Import', file: hash, startedAt: now.toISOString() },
        when: [{ absent: 'pk' }],
      },
    ]);
  }
  const running = new Set<Promise<void>>();
  for await (const batch of inBatches(itemsOf(read()))) {
    const storing = store(batch, continued).finally(() => running.delete(storing));
    running.add(storing);
    if (running.size === PARALLEL) await Promise.race(running);
  }
  await Promise.all(running);
  await transact([{ type: 'delete', key }]);
  return { continued };
}

async function expectEmpty(): Promise<void> {
  const { items } = await scan(undefined, 1);
  if (items.length > 0) {
    throw new Unusable('The table is not empty. An export of everything needs a new deployment that nobody has used.');
  }
}

async function expectNone(items: AsyncIterable<Item>): Promise<void> {
  for await (const batch of inBatches(items)) {
    const present = (await Promise.all(batch.map(get))).find((item) => item !== undefined);
    if (present) throw new Unusable(`The table already has the item ${shownKey(present)}. Nothing was stored.`);
  }
}

async function* inBatches(items: AsyncIterable<Item>): AsyncGenerator<Item[], void> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @param continued whether the items may be there already, also changed by the service */
async function store(batch: readonly Item[], continued: boolean): Promise<void> {
  try {
    await transact(batch.map(putOf));
    return;
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
  }
  for (const item of batch) {
    const present = await get(item);
    if (!present) await transact([putOf(item)]);
    else if (!continued && fingerprint(present) !== fingerprint(item)) {
      throw new Unusable(
        `The item ${shownKey(item)} was written by somebody else during the import. Empty the table first.`,
      );
    }
  }
}

function putOf(item: Item): Write {
  return { type: 'put', key: { pk: item.pk, sk: item.sk }, item, when: [{ absent: 'pk' }] };
}
