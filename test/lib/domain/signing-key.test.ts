import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LONGEST_STATEMENT,
  nextRotation,
  PUBLISHED_BEFORE,
  PUBLISHED_CACHE,
  rotatedKeys,
  SIGNING_PERIOD,
  type SigningKey,
  type SigningKeys,
  signingKeyAt,
} from '../../../lib/domain/signing-key.ts';

let made = 0;
const newKey = (signsFrom: Date): SigningKey => {
  made += 1;
  return { kid: `key-${made}`, x: '', y: '', d: '', signsFrom: signsFrom.toISOString() };
};

const START = new Date('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
/** A tolerance of verifiers for clocks that differ, in milliseconds. */
const TOLERANCE = 60_000;

test('a key signs for ninety days, and the next one is published a day before', () => {
  const first: SigningKeys = [newKey(START)];
  const due = nextRotation(first);
  expect(due.getTime() - START.getTime()).toBe(SIGNING_PERIOD - PUBLISHED_BEFORE);
  expect(rotatedKeys(first, new Date(due.getTime() - 1), newKey)).toEqual(first);
  const both = rotatedKeys(first, due, newKey);
  expect(both).toHaveLength(2);
  expect(signingKeyAt(both, new Date(START.getTime() + SIGNING_PERIOD - 1))).toBe(both[0]);
  expect(signingKeyAt(both, new Date(START.getTime() + SIGNING_PERIOD))).toBe(both[1]);
  const left = rotatedKeys(both, nextRotation(both), newKey);
  expect(left).toEqual([both[1]]);
});

test('whenever the changes are made, every valid statement has a published key, which was published before it signed', () => {
  const delays = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 2 * HOUR }), fc.integer({ min: 0, max: 400 * 24 * HOUR })),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(delays, (all) => {
      let keys: SigningKeys = [newKey(START)];
      const published = new Map([[keys[0].kid, { from: START.getTime(), until: Number.POSITIVE_INFINITY }]]);
      const signed: { kid: string; at: number }[] = [];
      for (const delay of all) {
        const now = new Date(nextRotation(keys).getTime() + delay);
        // Statements are signed at the moments that matter most: before and after each change of the signing key.
        for (const { signsFrom } of keys) {
          for (const at of [Date.parse(signsFrom) - 1, Date.parse(signsFrom), now.getTime() - 1]) {
            if (at >= START.getTime() && at < now.getTime())
              signed.push({ kid: signingKeyAt(keys, new Date(at)).kid, at });
          }
        }
        const next = rotatedKeys(keys, now, newKey);
        expect(next).not.toEqual(keys);
        for (const { kid } of next) {
          if (!published.has(kid)) published.set(kid, { from: now.getTime(), until: Number.POSITIVE_INFINITY });
        }
        for (const { kid } of keys.filter((key) => !next.includes(key))) {
          (published.get(kid) as { until: number }).until = now.getTime();
        }
        keys = next;
        expect(nextRotation(keys).getTime()).toBeGreaterThan(now.getTime());
      }
      for (const { kid, at } of signed) {
        const { from, until } = published.get(kid) as { from: number; until: number };
        if (from !== START.getTime()) expect(at - from).toBeGreaterThan(PUBLISHED_CACHE * 1000);
        expect(until - at).toBeGreaterThan(LONGEST_STATEMENT * 1000 + TOLERANCE);
      }
    }),
  );
});
