import { configuration } from '../configuration.ts';
import { countsForAll, holdOf, isPaused, type Returned, type Sending } from '../domain/brake.ts';
import { COUNTER_ROWS, dayOf } from '../domain/limits.ts';
import { readCounters } from './counters.ts';
import { keys } from './keys.ts';
import { DEPLOYMENT, DEPLOYMENT_ROWS, endOfDay, heldIn } from './rates.ts';
import { type Item, query } from './read.ts';
import { record, recordIf, retryWhileStale, transact, type Update } from './write.ts';

// What the brake counts, by UTC day: in rows of the organization, which outlive it, and in rows of the deployment. Only
// mail events and the scheduled function read these rows of an organization. Requests read what holds its mails, in the
// rows that they read anyway.

type What = 'bounced' | 'complained';

/** Reads what holds the mails of an organization. */
export async function readSending(organizationId: string, now: Date): Promise<Sending> {
  const [counters, rows] = await Promise.all([readCounters(organizationId), readRows(DEPLOYMENT, dayOf(now))]);
  return { counters, heldOfAll: heldIn(rows) };
}

function readRows(of: string, day: string): Promise<Item[]> {
  return query({ pk: keys.mailsOfDay(of, day, 0).pk });
}

function sum(rows: readonly Item[], field: string): number {
  return rows.reduce((total, row) => total + Number(row[field] ?? 0), 0);
}

/** Returns an update of a random row of a day. */
function add(of: string, now: Date, counts: Readonly<Record<string, number>>): Update {
  const row = Math.floor(Math.random() * (of === DEPLOYMENT ? DEPLOYMENT_ROWS : COUNTER_ROWS));
  return {
    type: 'update',
    key: keys.mailsOfDay(of, dayOf(now), row),
    set: { type: 'MailsOfDay', ttl: endOfDay(now).getTime() / 1000 },
    // Each row has a count.
    add: { ...counts, count: 0 },
  };
}

/** Returns the part of a transaction that counts a mail of today that came back, for the organization. */
export function countReturned(organizationId: string, what: What, now: Date): Update {
  return add(organizationId, now, { [what]: 1 });
}

/**
 * Counts a mail as sent today that no limit of today counts: a reminder, or a mail that waited since an earlier day.
 */
export async function countLate(organizationId: string, now: Date): Promise<void> {
  await Promise.all([organizationId, DEPLOYMENT].map((of) => record(add(of, now, { late: 1 }))));
}

/**
 * Counts the returned mails of an organization for the deployment too, as far as they count there, and stores what holds
 * the mails of either. It reads what parallel events have counted, and may be repeated: the last event of several
 * decides on all.
 *
 * @throws Refusal `busy` after too many conflicts
 */
export async function holdIfTooMany(organizationId: string, now: Date): Promise<void> {
  const { limits } = configuration();
  const day = dayOf(now);
  const [own, counters] = await retryWhileStale(async () => {
    const [rows, counters] = await Promise.all([readRows(organizationId, day), readCounters(organizationId)]);
    const mails = counters.filter((row) => row.day === day).reduce((total, row) => total + row.mails, 0);
    const returned = returnedIn(rows, mails);
    await countForAll(organizationId, rows, countsForAll(returned, limits), now);
    return [returned, counters];
  });
  const rowsOfAll = await readRows(DEPLOYMENT, day);
  const [row] = counters;
  // A deleted organization has no counters, and mails nothing.
  const held = row && !isPaused({ counters, heldOfAll: [] }, limits, now) && holdOf(own, 'organization', limits, day);
  if (held) {
    const key = keys.counter(organizationId, row.row);
    await recordIf({ type: 'update', key, set: { held }, when: [{ exists: 'pk' }] });
  }
  if (isPaused({ counters: [], heldOfAll: heldIn(rowsOfAll) }, limits, now)) return;
  const heldOfAll = holdOf(returnedIn(rowsOfAll, sum(rowsOfAll, 'count')), 'deployment', limits, day);
  if (heldOfAll) {
    const update = add(DEPLOYMENT, now, {});
    await record({ ...update, set: { ...update.set, held: heldOfAll } });
  }
}

function returnedIn(rows: readonly Item[], mails: number): Returned {
  return {
    sent: mails + sum(rows, 'late'),
    bounced: sum(rows, 'bounced'),
    complained: sum(rows, 'complained'),
  };
}

/** @throws Stale if a parallel event did it */
async function countForAll(
  organizationId: string,
  rows: readonly Item[],
  most: Readonly<Record<What, number>>,
  now: Date,
): Promise<void> {
  const first = rows.find(({ sk }) => sk === '0');
  const counted = first?.forAll as Readonly<Record<What, number>> | undefined;
  const missing = (what: What) => Math.max(0, most[what] - (counted?.[what] ?? 0));
  const [bounced, complained] = [missing('bounced'), missing('complained')];
  if (bounced + complained === 0) return;
  const forAll = {
    bounced: (counted?.bounced ?? 0) + bounced,
    complained: (counted?.complained ?? 0) + complained,
  };
  const key = keys.mailsOfDay(organizationId, dayOf(now), 0);
  const update = add(organizationId, now, {});
  await transact([
    {
      ...{ ...update, key, set: { ...update.set, forAll } },
      when: [counted ? { attribute: 'forAll', is: counted } : { absent: 'forAll' }],
    },
    add(DEPLOYMENT, now, { bounced, complained }),
  ]);
}
