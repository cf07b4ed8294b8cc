import { describe, expect, test } from 'vitest';
import { lastEnd, limitedGrants, type SiteAccess, withMoreAccess } from '../../../lib/domain/site-access.ts';
import { visibilityOf } from '../../../lib/domain/visibility.ts';

const NOW = new Date('2030-01-01T00:00:00.000Z');
const [SPRING, SUMMER, PAST] = ['2030-04-01T00:00:00.000Z', '2030-07-01T00:00:00.000Z', '2029-12-31T00:00:00.000Z'];

const base: SiteAccess = {
  ...{ siteId: 'site_1', teamId: 'team_1', organizationId: 'org_1', isOwner: false },
  ...{ createdAt: PAST, updatedAt: PAST },
};
const access = (more: Partial<SiteAccess>): SiteAccess => ({ ...base, ...more });
const sensitiveOf = (...accesses: SiteAccess[]) => {
  const { sensitiveAssets } = visibilityOf(accesses, NOW);
  return sensitiveAssets && [...sensitiveAssets].sort();
};

describe('a grant covers only the chargers that it was given for', () => {
  test.each<[string, SiteAccess, Parameters<typeof withMoreAccess>[1], string[] | undefined]>([
    [
      'some chargers with a grant, then more without',
      access({ assets: ['a'], grants: [{ assets: ['a'] }] }),
      { assets: ['b'] },
      ['a'],
    ],
    [
      'some chargers without a grant, then more with one',
      access({ assets: ['a'] }),
      { assets: ['b'], sensitive: {} },
      ['b'],
    ],
    ['all chargers without a grant, then some with one', access({}), { assets: ['b'], sensitive: {} }, ['b']],
    ['some chargers with a grant, then all without', access({ assets: ['a'], grants: [{ assets: ['a'] }] }), {}, ['a']],
    ['some chargers without a grant, then all with one', access({ assets: ['a'] }), { sensitive: {} }, undefined],
    ['all chargers with a grant, then some without', access({ grants: [{}] }), { assets: ['b'] }, undefined],
    [
      'some chargers with an expired grant, then all without',
      access({ assets: ['a'], grants: [{ assets: ['a'], expiresAt: PAST }] }),
      {},
      [],
    ],
  ])('for %s', (_, present, given, expected) => {
    expect(sensitiveOf(withMoreAccess(present, given))).toEqual(expected);
  });

  test('for each of several teams', () => {
    const one = access({ assets: ['a'], grants: [{ assets: ['a'] }] });
    expect(sensitiveOf(one, access({ assets: ['a', 'b'] }))).toEqual(['a']);
    expect(sensitiveOf(one, access({ isOwner: true }))).toBeUndefined();
  });

  test('with its own expiry, where the later one counts for a charger and none is shortened', () => {
    const both = withMoreAccess(access({ assets: ['a', 'b'], grants: [{ assets: ['a', 'b'], expiresAt: SUMMER }] }), {
      assets: ['b', 'c'],
      sensitive: { expiresAt: SPRING },
    });
    expect(both.grants).toEqual([
      { assets: ['a', 'b'], expiresAt: SUMMER },
      { assets: ['c'], expiresAt: SPRING },
    ]);
    expect(lastEnd(both)).toBe(SUMMER);
    expect(withMoreAccess(both, { sensitive: {} }).grants).toEqual([{}]);
    expect(withMoreAccess(both, { assets: ['c'], sensitive: {} }).grants).toEqual([
      { assets: ['c'] },
      { assets: ['a', 'b'], expiresAt: SUMMER },
    ]);
    const all = withMoreAccess(access({ grants: [{ expiresAt: SPRING }] }), { assets: ['a'], sensitive: {} });
    expect(all.grants).toEqual([{ assets: ['a'] }, { expiresAt: SPRING }]);
    expect(limitedGrants(all.grants, ['a', 'b'])).toEqual([{ assets: ['a'] }, { assets: ['b'], expiresAt: SPRING }]);
  });

  test('after the access is limited, also when it is widened again', () => {
    const left = limitedGrants([{}], ['a']);
    expect(left).toEqual([{ assets: ['a'] }]);
    expect(limitedGrants(left, undefined)).toEqual(left);
    expect(limitedGrants(left, ['a', 'b'])).toEqual(left);
    expect(limitedGrants(left, ['b'])).toEqual([]);
  });
});
