import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type IdKind, idBytes, idFromBytes } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';

const wholeNumber = (limit: number) =>
  z.pipe(
    z.string().check(z.regex(/^[0-9]{1,9}$/, 'must be a whole number')),
    z.pipe(z.transform(Number), z.number().check(z.minimum(1), z.maximum(limit))),
  );

/** The query of every list: a page number (1 to 1000) or a cursor, and the page size (1 to 100). */
export const PageQuery = z.object({
  page: z.optional(wholeNumber(1000)),
  perPage: z.optional(wholeNumber(100)),
  cursor: z.optional(z.string()),
});
/** The query of a list without page numbers. */
export const CursorQuery = z.omit(PageQuery, { page: true });

type PageInput = Partial<z.output<typeof PageQuery>>;

/** The requested page of a list. */
export interface Page {
  /** The list. A cursor of another list is refused. */
  readonly list: string;
  readonly page: number;
  readonly perPage: number;
  readonly skip: number;
  /** The last id of the previous page, from the cursor. */
  readonly after: string | undefined;
}

/**
 * The length in bytes of a cursor's parts: a position, as long as the longest id, and a check that binds it to its
 * list.
 */
const POSITION = 16;
const CHECK_BYTES = 8;

/**
 * Reads the requested page from a query.
 *
 * @param list a unique name of the list, such as `members org_...`
 * @param kind the kind of ids that order the list
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

/** Cuts a page from its rows. The rows include one of the next page, if there is one. */
export function cut<T>(
  { perPage }: Pick<Page, 'perPage'>,
  rows: readonly T[],
  idOf: (row: T) => string,
): { rows: T[]; next?: string } {
  const last = rows.length > perPage ? rows[perPage - 1] : undefined;
  return { rows: rows.slice(0, perPage), ...(last !== undefined && { next: idOf(last) }) };
}

/** Cuts a page from all rows of a list, sorted by id. */
export function cutFrom<T>({ after, skip, perPage }: Page, all: readonly T[], idOf: (row: T) => string) {
  const start = after === undefined ? skip : all.findIndex((row) => idOf(row) > after);
  return cut({ perPage }, start < 0 ? [] : all.slice(start, start + perPage + 1), idOf);
}

/**
 * Returns the envelope of a page.
 *
 * @param next the id after which the next page begins; undefined at the end
 * @param total the number of rows of the list, if it is counted
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
      nextCursor: next === undefined ? null : cursorAfter(list, next),
    },
  };
}

/** The maximum number of items that a filtered page reads. The page may be short, and still have a cursor. */
const FILTER_READS = 1000;

/** How many of them it reads first. Each further batch has twice as many as were read before it. */
const FILTER_FIRST = 100;

/**
 * Reads a page of the rows that pass a filter, in growing batches of unfiltered rows.
 *
 * @param read reads at most `limit` rows after an id; fewer rows mean the end of the list
 */
export async function filtered<T>(
  { perPage, after, skip }: Page,
  read: (after: string | undefined, limit: number) => Promise<readonly T[]>,
  idOf: (row: T) => string,
  passes: (row: T) => boolean,
): Promise<{ rows: T[]; next?: string }> {
  if (skip > 0) throw new Refusal('validation_failed', { page: ['must be 1 beside a filter: send the cursor'] });
  const rows: T[] = [];
  let position = after;
  for (let count = 0; count < FILTER_READS; ) {
    const limit = Math.min(count === 0 ? FILTER_FIRST : 2 * count, FILTER_READS - count);
    const batch = await read(position, limit);
    for (const row of batch) {
      if (passes(row)) {
        // This row belongs to the next page.
        if (rows.length === perPage) return { rows, ...(position !== undefined && { next: position }) };
        rows.push(row);
      }
      position = idOf(row);
    }
    count += batch.length;
    if (batch.length < limit) return { rows };
  }
  return { rows, ...(position !== undefined && { next: position }) };
}

/** Returns the cursor after a row: its position, and a check that binds it to the list. */
function cursorAfter(list: string, id: string): string {
  const bytes = idBytes(id);
  const position = Buffer.concat([Buffer.alloc(POSITION - bytes.length), bytes]);
  return Buffer.concat([position, check(list, position)]).toString('base64url');
}

function check(list: string, position: Buffer): Buffer {
  return createHash('sha256').update(list).update(position).digest().subarray(0, CHECK_BYTES);
}
