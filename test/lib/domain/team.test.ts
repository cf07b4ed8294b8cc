import { describe, expect, test } from 'vitest';
import type { Role } from '../../../lib/domain/roles.ts';
import {
  ancestorsOf,
  heightOf,
  mayManage,
  mayModerate,
  type Team,
  type TeamMembership,
  type TeamRole,
  TREE_DEPTH,
  teamsWith,
} from '../../../lib/domain/team.ts';

const AT = '2030-01-01T00:00:00.000Z';

function team(id: string, parentTeamId?: string, isPrivate = true): Team {
  return {
    ...{ id, number: 1, organizationId: 'org', name: id, isPrivate, isDefault: parentTeamId === undefined },
    ...(parentTeamId && { parentTeamId }),
    ...{ members: 1, owners: 1, createdBy: 'usr', createdAt: AT, updatedAt: AT, seat: 0 },
  };
}

function membershipOf(teamId: string, role: TeamRole = 'MEMBER', memberId = 'mem'): TeamMembership {
  const times = { createdAt: AT, updatedAt: AT };
  return { teamId, role, memberId, organizationId: 'org', userId: 'usr', createdBy: 'usr', ...times };
}

const actor = (role: Role) => ({ role, memberId: 'mem' });

/** The default team, two branches, and a leaf below each. The leaf `open` is public. */
const TEAMS = [
  team('root'),
  team('left', 'root'),
  team('leaf', 'left'),
  team('right', 'root'),
  team('open', 'right', false),
];

const seen = (permission: 'team:read' | 'site:read', role: Role, ...own: TeamMembership[]) =>
  teamsWith(permission, TEAMS, { actor: actor(role), own }).map(({ id }) => id);

describe('the teams that a member sees are', () => {
  test.each<[string, Role, TeamMembership[], string[]]>([
    ['all for an ADMIN', 'ADMIN', [], ['root', 'left', 'leaf', 'right', 'open']],
    ['public ones for a member of no team', 'USER', [], ['open']],
    [
      'the own team and teams below it, not teams above or beside it',
      'USER',
      [membershipOf('left')],
      ['left', 'leaf', 'open'],
    ],
    [
      'the own team and public ones for a member of a leaf',
      'VIEWER',
      [membershipOf('leaf', 'OWNER')],
      ['leaf', 'open'],
    ],
    [
      'all for a member of the default team',
      'OPERATOR',
      [membershipOf('root')],
      ['root', 'left', 'leaf', 'right', 'open'],
    ],
    ['public ones for a row of an earlier membership', 'USER', [membershipOf('root', 'OWNER', 'mem_before')], ['open']],
  ])('%s', (_, role, own, expected) => {
    expect(seen('team:read', role, ...own)).toEqual(expected);
    // The same members see what a team owns, except that a public team doesn't show it to all.
    const isWithin = role === 'ADMIN' || own.some(({ teamId, memberId }) => teamId === 'root' && memberId === 'mem');
    expect(seen('site:read', role, ...own)).toEqual(isWithin ? expected : expected.filter((id) => id !== 'open'));
  });
});

describe('managing and moderating a team follows the rules', () => {
  const cases = (['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const).flatMap((role) =>
    ([undefined, 'OWNER', 'MODERATOR', 'MEMBER'] as const).map((as) => [role, as] as const),
  );
  test.each(cases)('for the role %s and the team role %s', (role, as) => {
    const own = as && membershipOf('left', as);
    const isAdmin = role === 'ADMIN';
    const reads = role === 'VIEWER';
    expect(mayManage(actor(role), own)).toBe(isAdmin || (!reads && as === 'OWNER'));
    expect(mayModerate(actor(role), own, 'MEMBER')).toBe(isAdmin || (!reads && (as === 'OWNER' || as === 'MODERATOR')));
    // A moderator can neither change owners nor make owners.
    for (const roles of [['OWNER'], ['MEMBER', 'OWNER'], ['OWNER', undefined]] as const) {
      expect(mayModerate(actor(role), own, ...roles)).toBe(isAdmin || (!reads && as === 'OWNER'));
    }
    const before = as && membershipOf('left', as, 'mem_before');
    expect(mayManage(actor(role), before), 'by an earlier membership').toBe(isAdmin);
    expect(mayModerate(actor(role), before, 'MEMBER'), 'by an earlier membership').toBe(isAdmin);
  });
});

describe('the tree of teams', () => {
  const byId = (teams: readonly Team[]) => new Map(teams.map((one) => [one.id, one]));

  test('gives the ancestors of a team, nearest first, and its height', () => {
    const aboveOf = (id: string) => ancestorsOf(byId(TEAMS).get(id) as Team, byId(TEAMS)).map((one) => one.id);
    expect(['root', 'left', 'leaf'].map(aboveOf)).toEqual([[], ['root'], ['left', 'root']]);
    expect(['root', 'left', 'leaf'].map((id) => heightOf(id, TEAMS))).toEqual([3, 2, 1]);
  });

  test('is traversed in limited steps, also with a missing parent or a cycle', () => {
    const torn = [team('a', 'gone'), team('b', 'a')];
    expect(ancestorsOf(torn[1] as Team, byId(torn)).map(({ id }) => id)).toEqual(['a']);
    const circle = [team('a', 'b'), team('b', 'a')];
    expect(ancestorsOf(circle[0] as Team, byId(circle))).toHaveLength(TREE_DEPTH);
    expect(heightOf('a', circle)).toBeGreaterThan(TREE_DEPTH);
  });
});
