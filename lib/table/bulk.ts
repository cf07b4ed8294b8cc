import { createHash } from 'node:crypto';
import { type IdKind, newId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Usage } from './rates.ts';
import { Stale, type Write } from './write.ts';

// Many rows, such as invitations, in few transactions. Each row has its own result.

/** A row of a bulk request. */
export interface BulkRow {
  readonly index: number;
}

/** A row that can be written. */
interface Prepared {
  readonly writes: readonly Write[];
}

export interface PreparedRow<R extends BulkRow, P extends Prepared> {
  readonly row: R;
  readonly prepared: P;
}

/** The result of each row, by its index. */
export type BulkOutcome<W> = Map<number, W | Refusal>;

/** How the rows of a bulk are prepared and written. */
interface BulkWork<R extends BulkRow, P extends Prepared, W> {
  /** @returns what is to be written, or what an earlier try of the request has written */
  prepare(row: R, counting: Promise<Usage>): Promise<P | W>;
  /** Returns the items of a row in a transaction. */
  itemsOf(prepared: P): number;
  readUsage(): Promise<Usage>;
  /** Writes rows in one transaction. */
  write(prepared: readonly P[], usage: Usage): Promise<readonly W[]>;
}

/** The items of one transaction that rows may use: 100, less the items that all rows share. */
const MAX_ITEMS = 92;

/** The tries of one row. After these conflicts the request begins again, since its caller may have been removed. */
const MAX_TRIES = 5;

/** Returns the id of each row, the same one when the request is repeated: a retry finds the rows that it has written. */
export function rowIds(kind: IdKind, seed: string, startedAt: Date): (index: number) => string {
  return (index) => {
    const random = createHash('sha256').update(`${seed}\n${index}`).digest().subarray(0, 10);
    return newId(kind, startedAt, random);
  };
}

/**
 * Prepares rows in parallel, so that their reads are few calls.
 *
 * @param outcome gets the rows that are refused, or written already
 */
export async function prepareRows<R extends BulkRow, P extends Prepared, W extends object>(
  rows: readonly R[],
  prepare: (row: R) => Promise<P | W>,
  outcome: BulkOutcome<W>,
): Promise<PreparedRow<R, P>[]> {
  const results = await Promise.all(rows.map((row) => prepare(row).catch(refusalOf)));
  return rows.flatMap((row, at) => {
    const result = results[at] as P | W | Refusal;
    if ('writes' in result) return [{ row, prepared: result }];
    outcome.set(row.index, result);
    return [];
  });
}

/**
 * Writes prepared rows. Each transaction holds as many as fit. If one fails, its rows are prepared and written one by
 * one, so that an invalid row doesn't affect the others.
 *
 * @param counting the usage for the first transaction
 * @param outcome gets the result of each row
 */
export async function writeRows<R extends BulkRow, P extends Prepared, W extends object>(
  open: readonly PreparedRow<R, P>[],
  counting: Promise<Usage>,
  work: BulkWork<R, P, W>,
  outcome: BulkOutcome<W>,
): Promise<void> {
  for (const [index, group] of groupsOf(open, work.itemsOf).entries()) {
    const usage = await (index === 0 ? counting : work.readUsage());
    try {
      const prepared = group.map((each) => each.prepared);
      const written = await work.write(prepared, usage);
      for (const [at, { row }] of group.entries()) outcome.set(row.index, written[at] as W);
      continue;
    } catch (error) {
      if (!(error instanceof Stale || error instanceof Refusal)) throw error;
    }
    for (const { row } of group) outcome.set(row.index, await writeRow(row, work).catch(refusalOf));
  }
}

/** @throws Stale after `MAX_TRIES` conflicts */
async function writeRow<R extends BulkRow, P extends Prepared, W extends object>(
  row: R,
  { prepare, readUsage, write }: BulkWork<R, P, W>,
): Promise<W> {
  for (let tries = 1; ; tries += 1) {
    try {
      const counting = readUsage();
      const prepared = await prepare(row, counting);
      if (!('writes' in prepared)) return prepared;
      const [written] = await write([prepared], await counting);
      return written as W;
    } catch (error) {
      if (!(error instanceof Stale) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Splits rows so that each group fits into a transaction. */
function groupsOf<R extends BulkRow, P extends Prepared>(
  rows: readonly PreparedRow<R, P>[],
  itemsOf: (prepared: P) => number,
): PreparedRow<R, P>[][] {
  const groups: PreparedRow<R, P>[][] = [];
  let free = 0;
  for (const row of rows) {
    const items = itemsOf(row.prepared);
    if (items > free) {
      groups.push([]);
      free = MAX_ITEMS;
    }
    groups.at(-1)?.push(row);
    free -= items;
  }
  return groups;
}

/** Returns a refusal that was thrown. @throws any other error */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
