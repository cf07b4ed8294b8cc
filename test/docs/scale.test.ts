import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import { exceeded, limits, usage } from '../bench/limits/capacity.ts';
import { acceptAtOnce, clearBacklog, readPartition } from '../bench/limits/hot-spots.ts';
import { averageRequest, CUSTOMER, MIX } from '../bench/limits/load.ts';
import { dollarsOf, dollarsOfIdleMonth, MONEY, PRICES, sum } from '../bench/limits/money.ts';
import { ASSUMED, QUOTAS } from '../bench/limits/quotas.ts';
import { tablesOfCost, tablesOfScale, withTables } from '../bench/limits/tables.ts';

// Compares docs/scale.md with the computation, and checks the computation.

const text = readFileSync(join(ROOT, 'docs', 'scale.md'), 'utf8');

describe('docs/scale.md', () => {
  it('has the computed tables; `node test/docs/scale.ts` writes them', () => {
    expect(text).toBe(withTables(text, tablesOfScale()));
  });

  it('has the assumptions', () => {
    const count = (value: number) => value.toLocaleString('en');
    const percent = (part: number) => `${Number((100 * part).toPrecision(2))}%`;
    for (const figure of [
      `${count(CUSTOMER.members)} members`,
      `a request in ${CUSTOMER.secondsBetweenRequests} seconds`,
      `${percent(CUSTOMER.invitedInDay)} as many people`,
      `up to ${count(DEFAULT_LIMITS.members)} members`,
      `the own profile ${percent(MIX['me/read'] as number)}, explanations of access ${percent(MIX['access/explain'] as number)}`,
      `lists of members ${percent(MIX['members/list'] as number)}, of teams ${percent(MIX['teams/list'] as number)}, of invitations ${percent(MIX['invitations/list'] as number)}`,
      `acceptances are ${percent(MIX['invitations/accept'] as number)} each, changes of roles ${percent(MIX['members/update'] as number)}`,
      `takes ${ASSUMED.roundTrip} ms, a transaction ${ASSUMED.transaction} ms, the other work of a request ${ASSUMED.work} ms`,
      `takes ${count(QUOTAS.newTable.read)} read and ${count(QUOTAS.newTable.write)} write units`,
      `has ${count(QUOTAS.partition.read)} read units`,
    ]) {
      expect(text).toContain(figure);
    }
  });
});

describe('docs/cost.md', () => {
  const page = readFileSync(join(ROOT, 'docs', 'cost.md'), 'utf8');

  it('has the computed tables; `node test/docs/scale.ts` writes them', () => {
    expect(page).toBe(withTables(page, tablesOfCost()));
  });

  it('has the prices, the assumptions and the price of a month without requests', () => {
    for (const figure of [
      `a million write units $${PRICES.write}, read units $${PRICES.read}`,
      `of an HTTP API $${PRICES.gateway.toFixed(2)}`,
      `runs of Lambda $${PRICES.run.toFixed(2)}, GB-seconds $${PRICES.gbSecond}`,
      `mails $${PRICES.mail}, events of SNS $${PRICES.event.toFixed(2)}`,
      `a GB of logs $${PRICES.logs.toFixed(2)}`,
      `takes ${ASSUMED.roundTrip} ms, a call of SES ${MONEY.mailMs} ms, other work ${ASSUMED.work} ms`,
      `${MONEY.gatewayLine + MONEY.runLines} bytes of logs`,
      `$${dollarsOfIdleMonth().toFixed(2)} in 30 days`,
    ]) {
      expect(page).toContain(figure);
    }
  });

  test('what costs most in an invitation are its write units', () => {
    const invitation = dollarsOf('invitations/create');
    expect(invitation.writes / sum(invitation)).toBeGreaterThan(0.5);
  });
});

describe('the computation', () => {
  test('the parts of the mix are a whole', () => {
    expect(Object.values(MIX).reduce((sum, part) => sum + part, 0)).toBeCloseTo(1);
  });

  test('an average request reads the organization once, and not everything is under its key', () => {
    const { read, organizationRead, organizationItem } = averageRequest();
    expect(organizationItem).toBeCloseTo(1);
    expect(organizationRead).toBeGreaterThan(organizationItem);
    expect(read).toBeGreaterThan(organizationRead);
  });

  test("today's largest customer exceeds no limit, and an organization never outgrows its members", () => {
    expect(exceeded(1)).toEqual([]);
    const members = limits().find(({ what }) => what === 'members');
    expect(members && usage(members, 1000)).toBe(1);
  });
});

describe('the simulations', () => {
  test('give the same results each time', () => {
    expect(acceptAtOnce(200)).toEqual(acceptAtOnce(200));
    expect(readPartition(1500, 2)).toEqual(readPartition(1500, 2));
  });

  test('a partition serves what it has units for, and refuses far more', () => {
    expect(readPartition(1000, 2)).toEqual({ delayed: 0, failed: 0 });
    expect(readPartition(3000, 2).failed).toBeGreaterThan(0.3);
  });

  test('200 people who accept at once are all in within two seconds, and one row is slower', () => {
    const { seconds, lost } = acceptAtOnce(200);
    expect(lost).toBe(0);
    expect(seconds).toBeLessThan(2);
    expect(acceptAtOnce(200, 1).seconds).toBeGreaterThan(2 * seconds);
  });

  test('a backlog ends with the slower of its shards and the core', () => {
    expect(clearBacklog(800, 20, 1000)).toBeCloseTo(1 / 60);
    expect(clearBacklog(1000, 1, 1000)).toBeCloseTo(1 / 60);
    expect(clearBacklog(45_000, 1, 1000)).toBeCloseTo(1);
  });
});
