import { expect } from 'vitest';
import { type Check, isBroken, type Reader, type Row } from '../../lib/consistency/rule.ts';
import { errorsOf } from '../../lib/consistency/rules.ts';
import { HISTORY, History } from './history.ts';

/** Reads items in memory for the product's rules (`npm run check-table`). */
function readerOf(items: readonly Row[]): Reader {
  const byKey = new Map(items.map((item) => [nameOf(item), item]));
  const partitions = Map.groupBy(items, ({ pk }) => pk);
  const made = new Map<string, Promise<unknown>>();
  return {
    get: async (key) => byKey.get(nameOf(key)),
    async *rows(pk) {
      yield* partitions.get(pk) ?? [];
    },
    once<T>(name: string, make: () => Promise<T>) {
      const present = (made.get(name) as Promise<T> | undefined) ?? make();
      made.set(name, present);
      return present;
    },
  };
}

function nameOf({ pk, sk }: Pick<Row, 'pk' | 'sk'>): string {
  return `${pk}|${sk}`;
}

/**
 * Expects that a table is consistent, by the rules of `npm run check-table` and by what only tests know: relations hold
 * in both directions, counters are exact, keys match the attributes, states have audit entries, and there are no other
 * items.
 */
export async function expectConsistent(items: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  expect(await inconsistencies(items)).toEqual([]);
}

/** Returns the errors that `expectConsistent` finds, as texts. */
export async function inconsistencies(items: readonly Readonly<Record<string, unknown>>[]): Promise<string[]> {
  const rows = items as readonly Row[];
  const [table, history] = [readerOf(rows), new History(rows)];
  const errors = await Promise.all(
    rows.map(async (row) => {
      const told = (await HISTORY[row.type]?.(row, history, table)) ?? [];
      return [...(await errorsOf(row, table)), ...told.filter(isBroken)].map((check) => textOf(row, check));
    }),
  );
  return errors.flat();
}

function textOf(row: Row, { what, expected, actual }: Check): string {
  return `${nameOf(row)}: ${what} must be ${JSON.stringify(expected)} but is ${JSON.stringify(actual)}.`;
}
