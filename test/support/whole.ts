import { describe, inject, test } from 'vitest';

/** A test of a file in `SHORTENED` (vitest.config.ts) that `npm test` skips, and `npm run check` runs. */
export const testWhole = test.runIf(inject('whole'));

/** A group of such tests. */
export const describeWhole = describe.runIf(inject('whole'));

/** Returns how often a test repeats a race: twice in `npm test`. */
export function rounds(whole: number): number {
  return inject('whole') ? whole : 2;
}

/**
 * Returns the rows of a table of tests: in `npm test` the first `short`.
 *
 * @param short how many rows stand for the others
 */
export function someOf<T extends [unknown] | unknown[] | string | number | object>(
  short: number,
  all: readonly T[],
): readonly T[] {
  return inject('whole') ? all : all.slice(0, short);
}
