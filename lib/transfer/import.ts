import { shownKey } from '../consistency/rule.ts';
import { type Key, keys } from '../table/keys.ts';
import { get, type Item } from '../table/read.ts';
import { scan } from '../table/scan.ts';
import { recordIf, Stale, transact, type Write } from '../table/write.ts';
import { expectOwn } from './belonging.ts';
import { type Contents, isTransient, itemsOf, Unusable } from './form.ts';

/** How many items one transaction stores: their sum must be below DynamoDB's 4 MB. */
const BATCH = 25;

/** How many transactions run at once. */
const PARALLEL = 8;

/** How many items are read at once. */
const PAGE = 200;

/**
 * Stores the items of an export. The present content must not have them: an export of everything needs an empty table,
 * that of an organization one without any of its rows. An import that was interrupted is continued by the same file
 * after the items that were stored: what was deleted since stays deleted.
 *
 * @param read reads the lines of the export from the beginning
 * @returns whether an earlier import was continued
 * @throws Unusable, and nothing was stored, if the table has some of the items already, or if a file of one organization
 *   has rows of another
 */
export async function importItems(
  { header, hash }: Contents,
  read: () => AsyncIterable<string>,
  now: Date,
): Promise<{ continued: boolean }> {
  const key = keys.import(hash);
  const items = () => itemsOf(read());
  const begun = await get(key);
  if (!begun) {
    if (header.organizationId === null) await expectEmpty();
    else {
      await expectOwn(header.organizationId, items);
      await expectNone(items());
    }
    const item = { type: 'Import', file: hash, startedAt: now.toISOString() };
    await transact([{ type: 'put', key, item, when: [{ absent: 'pk' }] }]);
  }
  await storeAll(key, items(), Number(begun?.stored ?? 0));
  await transact([{ type: 'delete', key }]);
  return { continued: begun !== undefined };
}

/** Stores items in parallel, and keeps in the import how many from the first on are stored. @param skip that number */
async function storeAll(key: Key, items: AsyncIterable<Item>, skip: number): Promise<void> {
  const running = new Map<number, Promise<void>>();
  let position = 0;
  for await (const batch of inBatches(items)) {
    const start = position;
    position += batch.length;
    if (position <= skip) continue;
    const storing = store(batch).then(async () => {
      running.delete(start);
      const stored = Math.min(...running.keys(), position);
      await recordIf({
        type: 'update',
        key,
        set: { stored },
        when: [{ exists: 'pk' }, { attribute: 'stored', below: stored }],
      });
    });
    running.set(start, storing);
    if (running.size === PARALLEL) await Promise.race(running.values());
  }
  await Promise.all(running.values());
}

/**
 * The types that a deployment may have that nobody uses any more: of the audit log, which outlives an organization, and
 * those that end by themselves.
 */
function isLeftOver({ type }: Item): boolean {
  return type === 'AuditEntry' || (isTransient(type) && type !== 'Import');
}

async function expectEmpty(): Promise<void> {
  let after: Key | undefined;
  do {
    const { items, next } = await scan(after, PAGE);
    if (!items.every(isLeftOver)) {
      throw new Unusable('The table is not empty. An export of everything needs a deployment that nobody uses.');
    }
    after = next;
  } while (after);
}

async function expectNone(items: AsyncIterable<Item>): Promise<void> {
  for await (const batch of inBatches(items)) {
    const present = (await Promise.all(batch.flatMap(placesOf).map(get))).find((item) => item !== undefined);
    if (present) throw new Unusable(`The table already has the item ${shownKey(present)}. Nothing was stored.`);
  }
}

/** Returns the keys that must be free: that of the item, and of a deleted team also that of the present one. */
function placesOf({ pk, sk, type, id }: Item): Key[] {
  return [{ pk, sk }, ...(type === 'DiscardedTeam' ? [keys.teamHome(String(id))] : [])];
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

/** What never changes in an item: another value means that somebody else wrote it. */
const IMMUTABLE = ['type', 'id', 'organizationId', 'userId', 'memberId', 'tokenId', 'teamId', 'siteId', 'chargerId'];

/**
 * Stores a batch in one transaction. If some of its items are there as the export has them, then an earlier run has
 * stored all, and the service may have changed and deleted some since.
 *
 * @throws Unusable if somebody else has written one of them
 */
async function store(batch: readonly Item[]): Promise<void> {
  try {
    await transact(batch.map(putOf));
    return;
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
  }
  for (const item of batch) {
    const present = await get(item);
    if (present && IMMUTABLE.some((name) => present[name] !== item[name])) {
      throw new Unusable(
        `The item ${shownKey(item)} was written by somebody else during the import. Empty the table first.`,
      );
    }
  }
}

function putOf(item: Item): Write {
  const put = { type: 'put', key: { pk: item.pk, sk: item.sk }, item } as const;
  // An audit entry never changes, and may have been left over from the same deployment.
  return item.type === 'AuditEntry' ? put : { ...put, when: [{ absent: 'pk' }] };
}
