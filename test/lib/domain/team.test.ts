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

function place(teamId: string, role: TeamRole = 'MEMBER', memberId = 'mem'): TeamMembership {
  const times = { createdAt: AT, updatedAt: AT };
  return { teamId, role, memberId, organizationId: 'org', userId: 'usr', createdBy: 'usr', ...times };
}

const actor = (role: Role) => ({ role, memberId: 'mem' });

/** The default team, two branches of it, and a leaf below one of them; the leaf of the other is open to all. */
const TEAMS = [
  team('root'),
  team('left', 'root'),
  team('leaf', 'left'),
  team('right', 'root'),
  team('open', 'right', false),
];

const seen = (permission: 'team:read' | 'site:read', role: Role, ...own: TeamMembership[]) =>
  teamsWith(permission, TEAMS, { actor: actor(role), own }).map(({ id }) => id);

describe('whose teams somebody sees', () => {
  test.each<[string, Role, TeamMembership[], string[]]>([
    ['an ADMIN every one', 'ADMIN', [], ['root', 'left', 'leaf', 'right', 'open']],
    ['somebody in none those that are open', 'USER', [], ['open']],
    [
      'a member theirs and those below it, not those above or beside it',
      'USER',
      [place('left')],
      ['left', 'leaf', 'open'],
    ],
    ['a member of a leaf that alone', 'VIEWER', [place('leaf', 'OWNER')], ['leaf', 'open']],
    [
      'whoever is in the default team every one',
      'OPERATOR',
      [place('root')],
      ['root', 'left', 'leaf', 'right', 'open'],
    ],
    ['a place of an earlier membership gives nothing', 'USER', [place('root', 'OWNER', 'mem_before')], ['open']],
  ])('%s', (_, role, own, expected) => {
    expect(seen('team:read', role, ...own)).toEqual(expected);
    // What a team owns is seen by the same people, but for those to whom the team is merely open.
    const isWithin = role === 'ADMIN' || own.some(({ teamId, memberId }) => teamId === 'root' && memberId === 'mem');
    expect(seen('site:read', role, ...own)).toEqual(isWithin ? expected : expected.filter((id) => id !== 'open'));
  });
});

describe('who manages and moderates a team', () => {
  const cases = (['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const).flatMap((role) =>
    ([undefined, 'OWNER', 'MODERATOR', 'MEMBER'] as const).map((as) => [role, as] as const),
  );
  test.each(cases)('%s who is %s', (role, as) => {
    const own = as && place('left', as);
    const isAdmin = role === 'ADMIN';
    const reads = role === 'VIEWER';
    expect(mayManage(actor(role), own)).toBe(isAdmin || (!reads && as === 'OWNER'));
    expect(mayModerate(actor(role), own, 'MEMBER')).toBe(isAdmin || (!reads && (as === 'OWNER' || as === 'MODERATOR')));
    // A moderator decides nothing about owners: not what one is, nor who becomes one.
    for (const roles of [['OWNER'], ['MEMBER', 'OWNER'], ['OWNER', undefined]] as const) {
      expect(mayModerate(actor(role), own, ...roles)).toBe(isAdmin || (!reads && as === 'OWNER'));
    }
    const before = as && place('left', as, 'mem_before');
    expect(mayManage(actor(role), before), 'by an earlier membership').toBe(isAdmin);
    expect(mayModerate(actor(role), before, 'MEMBER'), 'by an earlier membership').toBe(isAdmin);
  });
});

describe('the tree of teams', () => {
  const byId = (teams: readonly Team[]) => new Map(teams.map((one) => [one.id, one]));

  test('has above a team its parents, the nearest first, and below it its height', () => {
    const aboveOf = (id: string) => ancestorsOf(byId(TEAMS).get(id) as Team, byId(TEAMS)).map((one) => one.id);
    expect(['root', 'left', 'leaf'].map(aboveOf)).toEqual([[], ['root'], ['left', 'root']]);
    expect(['root', 'left', 'leaf'].map((id) => heightOf(id, TEAMS))).toEqual([3, 2, 1]);
  });

  test('ends also where it is torn, or goes in a circle', () => {
    const torn = [team('a', 'gone'), team('b', 'a')];
    expect(ancestorsOf(torn[1] as Team, byId(torn)).map(({ id }) => id)).toEqual(['a']);
    const circle = [team('a', 'b'), team('b', 'a')];
    expect(ancestorsOf(circle[0] as Team, byId(circle))).toHaveLength(TREE_DEPTH);
    expect(heightOf('a', circle)).toBeGreaterThan(TREE_DEPTH);
  });
});
