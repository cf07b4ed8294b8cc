import * as z from 'zod/mini';
import { configuration } from '../../configuration.ts';

/** The rows of a page with a number. */
const PER_PAGE = 25;

/** The rows of a list without a page number. The documented lists have no pages, so their clients expect all rows. */
const UNPAGED = 1000;

/** The query of a list. */
export const PageQuery = z.object({
  page: z.optional(
    z.pipe(
      z.string().check(z.regex(/^[0-9]{1,9}$/, 'must be an integer')),
      z.pipe(z.transform(Number), z.number().check(z.minimum(1), z.maximum(1000))),
    ),
  ),
});

/** The page of a list that a request asks for. */
export interface Page {
  readonly number: number | undefined;
  readonly skip: number;
  /** The number of rows, at most. */
  readonly size: number;
}

/** Reads the page of a query. */
export function readPage({ page }: z.output<typeof PageQuery>): Page {
  return { number: page, skip: ((page ?? 1) - 1) * PER_PAGE, size: page === undefined ? UNPAGED : PER_PAGE };
}

/**
 * Returns Laravel's list. It has the links of its simple paginator if the request has a page number or more rows
 * follow.
 *
 * @param path the path of the request
 * @param rows the rows of the page, and at least one more if more follow, unless `hasMore` is given
 */
export function collection<T, U>(
  path: string,
  { number, skip, size }: Page,
  rows: readonly T[],
  show: (row: T) => U,
  hasMore = rows.length > size,
) {
  const data = rows.slice(0, size).map(show);
  if (number === undefined && !hasMore) return { data };
  const url = configuration().publicUrl + path;
  const link = (page: number) => `${url}?page=${page}`;
  const current = number ?? 1;
  const [from, to] = data.length === 0 ? [null, null] : [skip + 1, skip + data.length];
  return {
    data,
    links: {
      first: link(1),
      last: null,
      prev: current === 1 ? null : link(current - 1),
      next: hasMore ? link((skip + size) / PER_PAGE + 1) : null,
    },
    meta: { current_page: current, from, path: url, per_page: size, to },
  };
}
