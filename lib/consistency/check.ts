import type { AuditContext } from '../domain/audit.ts';
import { Refusal } from '../domain/refusal.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import type { Key } from '../table/keys.ts';
import { get, pause, stream } from '../table/read.ts';
import { scan } from '../table/scan.ts';
import { Stale, transact } from '../table/write.ts';
import { type Check, fingerprint, isNamed, type Reader, type Row, shownKey } from './rule.ts';
import { errorsOf, sentenceOf } from './rules.ts';

/** The reads of a check. */
export const CHECKING: TableAccess = {
  BatchGetItem: [
    ...([
      'ORG',
      'USER',
      'EMAIL',
      'IDENTITY',
      'JOB',
      'MAIL',
      'SES',
      'AUDIT',
      'LIMIT',
      'IDEMPOTENCY',
      'IMPORT',
      'OPERATOR',
      'SIGNING',
      'JWKS',
    ] as const),
    ...(['TEAM', 'TEAMNO', 'SITE', 'SITENO', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO'] as const),
  ],
  Query: ['ORG', 'TEAM', 'SITE', 'USER'],
};

/** The writes of mends. */
export const MENDING: TableAccess = {
  PutItem: ['AUDIT', 'EMAIL', 'ORG', 'TEAM', 'TEAMNO', 'USER', 'SITENO', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO'],
  UpdateItem: ['EMAIL', 'ORG', 'SITE', 'USER'],
  DeleteItem: [
    ...(['EMAIL', 'IDENTITY', 'ORG', 'TEAM', 'TEAMNO', 'USER'] as const),
    ...(['SITENO', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO'] as const),
  ],
  ConditionCheckItem: ['CHARGER', 'JOB', 'ORG', 'SITE', 'TEAM', 'USER'],
};

/** How many items are checked at once, and read by one call. Memory depends on it, not on the size of the table. */
const PAGE = 200;

/** How often an item with an error is read again, and the first pause before that in milliseconds; it doubles. */
const READS = 6;
const PAUSE = 40;

/** Returns a reader of the table, strongly consistent. Each row is read once, so it serves for a page of items. */
function tableReader(): Reader {
  const items = new Map<string, Promise<Row | undefined>>();
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(all: Map<string, Promise<unknown>>, name: string, make: () => Promise<T>): Promise<T> => {
    const present = (all.get(name) as Promise<T> | undefined) ?? make();
    all.set(name, present);
    return present;
  };
  return {
    get: (key) => once(items, `${key.pk}\n${key.sk}`, () => get(key)),
    once: (name, make) => once(made, name, make),
    rows: (pk) => stream(pk),
  };
}

/** An item with errors. */
interface Finding {
  readonly row: Row;
  readonly errors: readonly Check[];
}

/**
 * Returns the errors of an item that stay when it is read again: the reads of one check aren't of one moment, so a
 * concurrent change may look like an error. Two consecutive checks of the same state have to find the same errors.
 */
async function confirmed({ pk, sk }: Key): Promise<Finding | undefined> {
  let previous = '';
  for (let read = 1; read <= READS; read += 1) {
    const row = await get({ pk, sk });
    if (!row) return undefined;
    const errors = await errorsOf(row, tableReader());
    if (errors.length === 0) return undefined;
    const after = await get({ pk, sk });
    const state = fingerprint([row, errors.map(({ what, expected, actual }) => [what, expected, actual])]);
    if (state === previous && fingerprint(after) === fingerprint(row)) return { row, errors };
    previous = state;
    await pause(PAUSE * 2 ** read);
  }
  // It changes all the time. The next walk checks it again.
  return undefined;
}

/** What the check of a page found. */
export interface PageReport {
  /** How many items were checked. */
  readonly checked: number;
  /** A sentence for each error that remains, without names and addresses. */
  readonly errors: readonly string[];
  /** A sentence for each error that was mended. */
  readonly mended: readonly string[];
  /** The key after which the next page begins, without names and addresses; undefined at the end. */
  readonly next: Key | undefined;
}

/** How a check mends. */
export interface Repair {
  /** The context of the audit entries. */
  readonly context: AuditContext;
  /**
   * Whether rows are deleted whose other row is missing. A walk over the whole table without it comes first: it writes
   * lost rows again, so that no unique name or number of something that exists is free for a moment.
   */
  readonly removes: boolean;
}

/** Checks the next items of the table. @param repair undefined: nothing is mended */
export async function checkPage(after: Key | undefined, repair?: Repair): Promise<PageReport> {
  const { items, next } = await nextItems(after);
  const now = Math.floor(Date.now() / 1000);
  // DynamoDB deletes items some time after their end, each for itself.
  const rows = (items as Row[]).filter(({ ttl }) => !(typeof ttl === 'number' && ttl <= now));
  const reader = tableReader();
  const suspects = await Promise.all(rows.map(async (row) => (await errorsOf(row, reader)).length > 0));
  const found = await Promise.all(rows.filter((_, index) => suspects[index]).map(confirmed));
  const errors: string[] = [];
  const mended: string[] = [];
  for (const { row, errors: checks } of found.filter((each) => each !== undefined)) {
    for (const check of checks) {
      const isMended = repair !== undefined && (await mend(repair, row, check));
      (isMended ? mended : errors).push(sentenceOf(row, check));
    }
  }
  return { checked: items.length, errors, mended, next };
}

/** Reads items until the last has a key without names and addresses: a report may show where to go on. */
async function nextItems(after: Key | undefined): Promise<{ items: Row[]; next: Key | undefined }> {
  const items: Row[] = [];
  for (let position = after; ; ) {
    const page = await scan(position, PAGE);
    items.push(...page.items);
    if (!page.next) return { items, next: undefined };
    const last = page.items.findLastIndex((item) => !isNamed(item));
    if (last >= 0) {
      items.length -= page.items.length - 1 - last;
      const { pk, sk } = page.items[last] as Key;
      return { items, next: { pk, sk } };
    }
    position = page.next;
  }
}

/** Mends an error in one transaction, with an audit entry. @returns false if it can't be mended, or has changed */
async function mend({ context, removes }: Repair, row: Row, { mend, ...check }: Check): Promise<boolean> {
  if (!mend || (mend.isRemoval && !removes)) return false;
  const { what, expected, actual } = check;
  const isCount = typeof expected === 'number' && typeof actual === 'number';
  const entries = mend.organizationIds.map((organizationId) =>
    audit(context, {
      action: 'organization.repair',
      organizationId,
      resource: { type: 'organization', id: organizationId },
      ...(isCount && { before: { count: actual } }),
      after: { item: withoutHash(shownKey(row)), what: withoutHash(what), ...(isCount && { count: expected }) },
    }),
  );
  try {
    await transact([...mend.writes, ...entries]);
    return true;
  } catch (error) {
    // Another request was faster, or another item has the place.
    if (error instanceof Stale || (error instanceof Refusal && error.code !== 'busy')) return false;
    throw error;
  }
}

/** An audit entry outlives a person's erasure, so it has not even the hash of an address. */
function withoutHash(text: string): string {
  return text.replace(/\(sha256 \w+\)/g, '...');
}
