import { expect, test } from 'vitest';
import { rowsWithCapacity } from '../../../lib/domain/limits.ts';

/** Counts mails one by one until no row has room. Returns their number. */
function filled(used: Map<number, number>, limit: number): number {
  for (;;) {
    const [room] = rowsWithCapacity(used, limit, 1);
    if (!room) return [...used.values()].reduce((sum, mails) => sum + mails, 0);
    used.set(room.row, (used.get(room.row) ?? 0) + 1);
  }
}

test.each([
  [[500], 520],
  [[500], 640],
  [[450], 500],
  [[500, 520, 640], 10_000],
  [[10_000], 500],
])('the mails of a day reach the limit exactly, also if it was %j earlier and is %i now', (earlier, limit) => {
  const used = new Map<number, number>();
  for (const before of earlier) filled(used, before);
  expect(filled(used, limit)).toBe(Math.max(limit, ...earlier));
});
