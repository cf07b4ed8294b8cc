import { expect, test } from 'vitest';
import { countsForAll, holdOf, isPaused } from '../../../lib/domain/brake.ts';
import { DEFAULT_LIMITS } from '../../../lib/domain/limits.ts';

const NOW = new Date('2026-11-27T12:00:00.000Z');
const [TODAY, YESTERDAY] = ['2026-11-27', '2026-11-26'];
const NOTHING = { sent: 0, bounced: 0, complained: 0 };

/** Tells whether mails are paused after so many returned mails of an organization or the deployment. */
function paused(of: 'organization' | 'deployment', returned: Partial<typeof NOTHING>, day = TODAY, limits = {}) {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const held = holdOf({ ...NOTHING, ...returned }, of, all, day);
  const own = of === 'organization' ? held : undefined;
  const counters = [{ held: undefined }, { held: own }];
  return isPaused({ counters, heldOfAll: held && of === 'deployment' ? [held] : [] }, all, NOW);
}

test.each([
  [{ sent: 10, bounced: 9 }, false],
  [{ sent: 10, bounced: 10 }, true],
  [{ sent: 0, bounced: 10 }, true],
  [{ sent: 200, bounced: 10 }, true],
  [{ sent: 201, bounced: 10 }, false],
  [{ sent: 10, complained: 2 }, false],
  [{ sent: 3000, complained: 3 }, true],
  [{ sent: 3001, complained: 3 }, false],
])('an organization with %j in a day is paused: %j', (returned, expected) => {
  expect(paused('organization', returned)).toBe(expected);
});

test.each([
  [{ sent: 49, bounced: 49 }, false],
  [{ sent: 1000, bounced: 50 }, true],
  [{ sent: 1001, bounced: 50 }, false],
  [{ sent: 9, complained: 9 }, false],
  [{ sent: 10_000, complained: 10 }, true],
])('all organizations are paused if of all mails %j: %j', (returned, expected) => {
  expect(paused('deployment', returned)).toBe(expected);
});

test.each(['organization', 'deployment'] as const)('a pause of the %s ends with the day', (of) => {
  expect(paused(of, { sent: 50, bounced: 50 }, YESTERDAY)).toBe(false);
});

test('the limits are configurable, and can be switched off', () => {
  expect(paused('organization', { sent: 201, bounced: 10 }, TODAY, { bouncesPerThousand: 40 })).toBe(true);
  expect(paused('organization', { sent: 10, bounced: 10 }, TODAY, { bouncesPerThousand: 1001 })).toBe(false);
  expect(paused('organization', { sent: 10, bounced: 9 }, TODAY, { bouncesPerThousand: 0 })).toBe(false);
});

test('a higher limit ends a pause, if the share that was stored is below it', () => {
  const held = holdOf({ sent: 100, bounced: 10, complained: 0 }, 'organization', DEFAULT_LIMITS, TODAY);
  const at = (bouncesPerThousand: number) =>
    isPaused({ counters: [{ held }], heldOfAll: [] }, { ...DEFAULT_LIMITS, bouncesPerThousand }, NOW);
  expect([at(100), at(101)]).toEqual([true, false]);
});

test.each([10, 99, 500, 1000, 1001, 1019, 10_000])('one organization with %d mails can’t pause others', (sent) => {
  const counted = countsForAll({ sent, bounced: sent, complained: sent }, DEFAULT_LIMITS);
  expect(counted.bounced).toBeGreaterThanOrEqual(10);
  expect(paused('deployment', { ...counted, sent: sent + 1 })).toBe(false);
});
