import { parseJson } from '../../domain/json.ts';
import { Refusal } from '../../domain/refusal.ts';

/** Rocket.Chat's defaults: how many a page has, and may have. */
const COUNT = 50;
const MOST = 100;

/** The part of a list that a request asks for. */
export interface Part {
  readonly offset: number;
  readonly count: number;
}

/** Reads what a list is asked for. `count=0`, by which Rocket.Chat means all, is as many as a page may have. */
export function readPaging(asked: { offset?: string | number | null; count?: string | number | null }): Part {
  const offset = Math.trunc(Number(asked.offset ?? 0));
  const count = Math.trunc(Number(asked.count ?? COUNT));
  return {
    offset: offset > 0 && Number.isSafeInteger(offset) ? offset : 0,
    count: count === 0 ? MOST : count > 0 ? Math.min(count, MOST) : COUNT,
  };
}

/**
 * Sorts rows by what a request says, `{"name":1}` or `{"createdAt":-1}`, as they are shown.
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
    // Said below.
  }
  throw new Refusal('validation_failed', { sort: [`Invalid sort parameter provided: "${sort}" [error-invalid-sort]`] });
}
