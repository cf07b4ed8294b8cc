import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type IdKind, idBytes, idFromBytes } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';

const wholeNumber = (limit: number) =>
  z.pipe(
    z.string().check(z.regex(/^[0-9]{1,9}$/, 'must be a whole number')),
    z.pipe(z.transform(Number), z.number().check(z.minimum(1), z.maximum(limit))),
  );

/** The query of every list: a page number (1 to 1000) or a cursor, and how many a page (1 to 100). */
export const PageQuery = z.object({
  page: z.optional(wholeNumber(1000)),
  perPage: z.optional(wholeNumber(100)),
  cursor: z.optional(z.string()),
});
/** The query of a list that has no page numbers. */
export const CursorQuery = z.omit(PageQuery, { page: true });

type PageInput = Partial<z.output<typeof PageQuery>>;

/** The part of a list that a request asks for. */
export interface Page {
  /** What the cursor belongs to: another list's cursor is refused. */
  readonly list: string;
  readonly page: number;
  readonly perPage: number;
  readonly skip: number;
  /** The id behind which the page begins, for a cursor. */
  readonly after: string | undefined;
}

/** Bytes of a cursor: a place, as the longest ids have, and what binds it to its list. */
const POSITION = 16;
const CHECK_BYTES = 8;

/**
 * Reads what a list is asked for.
 *
 * @param list what the list shows and of what, such as `members org_...`
 * @param kind the kind of the ids that the list is ordered by
 */
export function readPage(list: string, kind: IdKind, { page, perPage = 20, cursor }: PageInput): Page {
  if (cursor === undefined) {
    return { list, page: page ?? 1, perPage, skip: ((page ?? 1) - 1) * perPage, after: undefined };
  }
  if (page !== undefined) throw new Refusal('validation_failed', { page: ['must not stand beside cursor'] });
  const bytes = /^[A-Za-z0-9_-]{32}$/.test(cursor) ? Buffer.from(cursor, 'base64url') : undefined;
  const position = bytes?.subarray(0, POSITION);
  if (!bytes || !position || !check(list, position).equals(bytes.subarray(POSITION)))
    throw new Refusal('invalid_cursor');
  return { list, page: 1, perPage, skip: 0, after: idFromBytes(kind, position) };
}

/** Cuts a page from rows that were read with one more than it holds, by which it is known whether there are more. */
export function cut<T>(
  { perPage }: Pick<Page, 'perPage'>,
  rows: readonly T[],
  idOf: (row: T) => string,
): { rows: T[]; next?: string } {
  const last = rows.length > perPage ? rows[perPage - 1] : undefined;
  return { rows: rows.slice(0, perPage), ...(last !== undefined && { next: idOf(last) }) };
}

/** Cuts a page from all rows of a list, in the order of their ids. */
export function cutFrom<T>({ after, skip, perPage }: Page, all: readonly T[], idOf: (row: T) => string) {
  const start = after === undefined ? skip : all.findIndex((row) => idOf(row) > after);
  return cut({ perPage }, start < 0 ? [] : all.slice(start, start + perPage + 1), idOf);
}

/**
 * The envelope of a list.
 *
 * @param next the id behind which there may be more; undefined at the end
 * @param total how many rows the list has, where that is kept
 */
export function envelope<T, U>(
  { list, page, perPage, after }: Page,
  rows: readonly T[],
  next: string | undefined,
  show: (row: T) => U,
  total?: number,
): { data: U[]; meta: { total?: number; page?: number; perPage: number; nextCursor: string | null } } {
  return {
    data: rows.map(show),
    meta: {
      ...(total !== undefined && { total, ...(after === undefined && { page }) }),
      perPage,
      nextCursor: next === undefined ? null : cursorBehind(list, next),
    },
  };
}

const FILTER_BATCH = 100;

/** How many items a filtered page reads at most: it may be short, and then has a cursor all the same. */
const FILTER_READS = 1000;

/**
 * Reads a page of those rows that pass a filter, from batches of unfiltered ones.
 *
 * @param read the rows behind a place, at most so many; fewer: there are no more
 */
export async function filtered<T>(
  { perPage, after, skip }: Page,
  read: (after: string | undefined, limit: number) => Promise<readonly T[]>,
  idOf: (row: T) => string,
  passes: (row: T) => boolean,
): Promise<{ rows: T[]; next?: string }> {
  if (skip > 0) throw new Refusal('validation_failed', { page: ['must be 1 beside a filter: send the cursor'] });
  const rows: T[] = [];
  let place = after;
  for (let count = 0; count < FILTER_READS; ) {
    const batch = await read(place, FILTER_BATCH);
    for (const row of batch) {
      if (passes(row)) {
        // There is at least this one more.
        if (rows.length === perPage) return { rows, ...(place !== undefined && { next: place }) };
        rows.push(row);
      }
      place = idOf(row);
    }
    count += batch.length;
    if (batch.length < FILTER_BATCH) return { rows };
  }
  return { rows, ...(place !== undefined && { next: place }) };
}

/** A cursor: the place of a row, and a check that binds it to its list, so that a foreign one is noticed. */
function cursorBehind(list: string, id: string): string {
  const bytes = idBytes(id);
  const position = Buffer.concat([Buffer.alloc(POSITION - bytes.length), bytes]);
  return Buffer.concat([position, check(list, position)]).toString('base64url');
}

function check(list: string, position: Buffer): Buffer {
  return createHash('sha256').update(list).update(position).digest().subarray(0, CHECK_BYTES);
}
