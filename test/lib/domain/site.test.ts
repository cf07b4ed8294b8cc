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

describe('a grant is for the chargers that it was given for', () => {
  test.each<[string, SiteAccess, Parameters<typeof withMoreAccess>[1], string[] | undefined]>([
    ['some with it, more without', access({ assets: ['a'], grants: [{ assets: ['a'] }] }), { assets: ['b'] }, ['a']],
    ['some without, more with it', access({ assets: ['a'] }), { assets: ['b'], sensitive: {} }, ['b']],
    ['all without, some with it', access({}), { assets: ['b'], sensitive: {} }, ['b']],
    ['some with it, all without', access({ assets: ['a'], grants: [{ assets: ['a'] }] }), {}, ['a']],
    ['some without, all with it', access({ assets: ['a'] }), { sensitive: {} }, undefined],
    ['all with it, some without', access({ grants: [{}] }), { assets: ['b'] }, undefined],
    ['what is over, more without', access({ assets: ['a'], grants: [{ assets: ['a'], expiresAt: PAST }] }), {}, []],
  ])('%s', (_, present, given, expected) => {
    expect(sensitiveOf(withMoreAccess(present, given))).toEqual(expected);
  });

  test('of several teams each gives its own', () => {
    const one = access({ assets: ['a'], grants: [{ assets: ['a'] }] });
    expect(sensitiveOf(one, access({ assets: ['a', 'b'] }))).toEqual(['a']);
    expect(sensitiveOf(one, access({ isOwner: true }))).toBeUndefined();
  });

  test('each has an end of its own, the later of a charger counts, and none is shortened', () => {
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

  test('what is taken away by limiting isn’t given back by widening', () => {
    const left = limitedGrants([{}], ['a']);
    expect(left).toEqual([{ assets: ['a'] }]);
    expect(limitedGrants(left, undefined)).toEqual(left);
    expect(limitedGrants(left, ['a', 'b'])).toEqual(left);
    expect(limitedGrants(left, ['b'])).toEqual([]);
  });
});
