import { parseJson } from '../../domain/json.ts';
import { Refusal } from '../../domain/refusal.ts';

/** Rocket.Chat's default and maximum page sizes. */
const DEFAULT_COUNT = 50;
const MAX_COUNT = 100;

/** The page of a list that a request asks for. */
export interface PageRange {
  readonly offset: number;
  readonly count: number;
}

/** Reads the paging parameters of a list. `count=0`, which means all in Rocket.Chat, means the maximum page size. */
export function readPaging(asked: { offset?: string | number | null; count?: string | number | null }): PageRange {
  const offset = Math.trunc(Number(asked.offset ?? 0));
  const count = Math.trunc(Number(asked.count ?? DEFAULT_COUNT));
  return {
    offset: offset > 0 && Number.isSafeInteger(offset) ? offset : 0,
    count: count === 0 ? MAX_COUNT : count > 0 ? Math.min(count, MAX_COUNT) : DEFAULT_COUNT,
  };
}

/**
 * Sorts rows by a request's `sort`, `{"name":1}` or `{"createdAt":-1}`, by the fields as they are shown.
 *
 * @throws Refusal `validation_failed`
 */
export function sorted<T extends object>(rows: readonly T[], sort: string | null | undefined): T[] {
  const orders = sort ? ordersOf(sort) : [];
  return rows.toSorted((one, other) => {
    for (const [field, direction] of orders) {
      const [a, b] = [one, other].map((row) => (row as Readonly<Record<string, string | number>>)[field] ?? '');
      if (a !== b) return (a as string) < (b as string) ? -direction : direction;
    }
    return 0;
  });
}

function ordersOf(sort: string): [string, number][] {
  try {
    const orders = Object.entries(parseJson(sort) as Record<string, number>);
    if (orders.every(([, direction]) => direction === 1 || direction === -1)) return orders;
  } catch {
    // Refused below.
  }
  throw new Refusal('validation_failed', { sort: [`Invalid sort parameter provided: "${sort}" [error-invalid-sort]`] });
}
