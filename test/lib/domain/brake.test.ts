import { expect, test } from 'vitest';
import { isPaused } from '../../../lib/domain/brake.ts';
import { type Counters, DEFAULT_LIMITS } from '../../../lib/domain/limits.ts';

const NOW = new Date('2026-11-27T12:00:00.000Z');
const [TODAY, YESTERDAY] = ['2026-11-27', '2026-11-26'];
const NOTHING = { bounced: 0, complained: 0 };

/** Tells whether mails are paused after so many of an organization's two counter rows, and of the deployment. */
function paused(
  { sent = 0, day = TODAY, ...returned }: { sent?: number; day?: string; bounced?: number; complained?: number },
  all = { sent: 0, ...NOTHING },
  limits = {},
) {
  const row = {
    members: 0,
    pending: 0,
    seats: 0,
    invitations: 0,
    teams: 0,
    mails: 0,
    day: TODAY,
    returnedDay: undefined,
  };
  const counters: Counters[] = [
    { ...row, ...NOTHING, row: 0, mails: sent },
    { ...row, ...NOTHING, row: 1, ...returned, returnedDay: day },
    { ...row, ...NOTHING, row: 2, mails: 10_000, day: YESTERDAY },
  ];
  const { sent: sentByAll, ...returnedOfAll } = all;
  const sending = { counters, ofAll: new Map([[3, sentByAll]]), returnedOfAll };
  return isPaused(sending, { ...DEFAULT_LIMITS, ...limits }, NOW);
}

test.each([
  [{ sent: 10, bounced: 9 }, false],
  [{ sent: 10, bounced: 10 }, true],
  [{ sent: 200, bounced: 10 }, true],
  [{ sent: 201, bounced: 10 }, false],
  [{ sent: 10, complained: 2 }, false],
  [{ sent: 3000, complained: 3 }, true],
  [{ sent: 3001, complained: 3 }, false],
  [{ sent: 10, bounced: 10, day: YESTERDAY }, false],
])('an organization with %j in a day is paused: %j', (organization, expected) => {
  expect(paused(organization)).toBe(expected);
});

test.each([
  [{ sent: 49, bounced: 49, complained: 0 }, false],
  [{ sent: 1000, bounced: 50, complained: 0 }, true],
  [{ sent: 1001, bounced: 50, complained: 0 }, false],
  [{ sent: 9, bounced: 0, complained: 9 }, false],
  [{ sent: 10_000, bounced: 0, complained: 10 }, true],
])('an organization without returned mails is paused if of all mails %j: %j', (all, expected) => {
  expect(paused({}, all)).toBe(expected);
});

test('the limits are configurable, and can be switched off', () => {
  expect(paused({ sent: 201, bounced: 10 }, undefined, { bouncesPerThousand: 40 })).toBe(true);
  expect(paused({ sent: 10, bounced: 10 }, undefined, { bouncesPerThousand: 1001 })).toBe(false);
});
