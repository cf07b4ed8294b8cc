import { expect, test } from 'vitest';
import type { Actor } from '../../../lib/domain/member.ts';
import { accessPathsOf, accessPathsWith, type Reach, type SitePermission } from '../../../lib/domain/reach.ts';
import type { Role } from '../../../lib/domain/roles.ts';
import type { Team, TeamMembership, TeamRole } from '../../../lib/domain/team.ts';

// Tests access to a site and permissions there. The team `owning` of `home`, below `head`, owns the site. The team
// `sharing` of `guest` has access.

const AT = '2030-01-01T00:00:00.000Z';
const times = { createdAt: AT, updatedAt: AT };

function team(id: string, organizationId: string, parentTeamId?: string): Team {
  return {
    ...{ id, number: 1, organizationId, name: id, isPrivate: true, isDefault: false, members: 1, owners: 1 },
    ...{ createdBy: 'usr', seat: 0, ...times, ...(parentTeamId && { parentTeamId }) },
  };
}

const TEAMS = [
  team('head', 'home'),
  team('owning', 'home', 'head'),
  team('beside', 'home', 'head'),
  team('sharing', 'guest'),
];
const access = (teamId: string, organizationId: string, isOwner: boolean) => ({
  ...{ siteId: 'site', teamId, organizationId, isOwner, ...times },
});
const site = { id: 'site', organizationId: 'home', teamId: 'owning' } as Reach['site'];

const actor = (role: Role, organizationId = 'home'): Actor => ({
  ...{ userId: 'usr', organizationId, memberId: `mem_${organizationId}`, role, owner: false },
});
const membershipOf = (teamId: string, role: TeamRole = 'MEMBER', organizationId = 'home'): TeamMembership => ({
  ...{ teamId, organizationId, userId: 'usr', memberId: `mem_${organizationId}`, role, createdBy: 'usr', ...times },
});

/** Returns a person's relation to the site. @param asked the team that a request is about */
function reach(actors: readonly Actor[], own: readonly TeamMembership[], asked?: string): Reach {
  const teams = new Map(TEAMS.map((one) => [one.id, one]));
  const accesses = [access('owning', 'home', true), access('sharing', 'guest', false)];
  return { site, accesses, actors, own, teams, namedTeam: asked === undefined ? undefined : teams.get(asked) };
}

const names = (accessPaths: ReturnType<typeof accessPathsOf>) => accessPaths.map((accessPath) => accessPath.team.id);
const permitted = (permission: SitePermission, known: Reach) =>
  names(accessPathsWith(permission, accessPathsOf(known), known));

test.each<[string, Actor[], TeamMembership[], string[]]>([
  ['an ADMIN of the owning organization in no team', [actor('ADMIN')], [], ['owning']],
  ['a USER in no team', [actor('USER')], [], []],
  ['a member of the owning team', [actor('USER')], [membershipOf('owning')], ['owning']],
  ['a member of the team above', [actor('VIEWER')], [membershipOf('head')], ['owning']],
  ['a member of a sibling of the owning team', [actor('USER')], [membershipOf('beside', 'OWNER')], []],
  [
    'a member of a team with access',
    [actor('USER', 'guest')],
    [membershipOf('sharing', 'MEMBER', 'guest')],
    ['sharing'],
  ],
  ['an ADMIN of both organizations', [actor('ADMIN'), actor('ADMIN', 'guest')], [], ['owning', 'sharing']],
  ['an ADMIN of neither organization', [actor('ADMIN', 'elsewhere')], [], []],
  [
    'a person with a row of an earlier membership',
    [actor('USER')],
    [{ ...membershipOf('owning'), memberId: 'mem_before' }],
    [],
  ],
  ['a former member of the organization', [], [membershipOf('owning', 'OWNER')], []],
])('%s has access to the site through the teams %j', (_, actors, own, teams) => {
  expect(names(accessPathsOf(reach(actors, own)))).toEqual(teams);
  expect(permitted('site:read', reach(actors, own))).toEqual(teams);
});

test('an access token has access in its own organization only, with its own role', () => {
  const both = reach([actor('ADMIN'), actor('ADMIN', 'guest')], [membershipOf('sharing', 'MEMBER', 'guest')]);
  expect(names(accessPathsOf(both, actor('ADMIN')))).toEqual(['owning']);
  expect(names(accessPathsOf(both, actor('USER'))), 'a lower role than its owner').toEqual([]);
  expect(names(accessPathsOf(both, actor('USER', 'guest')))).toEqual(['sharing']);
});

const ROLES_AND_PLACES = (['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const).flatMap((role) =>
  (['OWNER', 'MODERATOR', 'MEMBER'] as const).map((as) => [role, as] as const),
);

test.each(ROLES_AND_PLACES)(
  'the role %s with the team role %s decides who manages, requests and reports',
  (role, as) => {
    const manages = role === 'ADMIN' || (role !== 'VIEWER' && as === 'OWNER');
    const owning = reach([actor(role)], [membershipOf('owning', as)]);
    const sharing = reach([actor(role, 'guest')], [membershipOf('sharing', as, 'guest')], 'sharing');
    expect(permitted('site:manage', owning)).toEqual(manages ? ['owning'] : []);
    expect(permitted('site:manage', sharing), 'only the owning team manages a site').toEqual([]);
    expect(permitted('sensitive-data:request', sharing)).toEqual(manages ? ['sharing'] : []);
    const reports = role === 'ADMIN' || role === 'OPERATOR';
    expect(permitted('charger:report', owning)).toEqual(reports ? ['owning'] : []);
    expect(permitted('charger:report', sharing)).toEqual(reports ? ['sharing'] : []);
  },
);

test('an owner of the team above sees the site but doesn’t manage it', () => {
  expect(permitted('site:manage', reach([actor('USER')], [membershipOf('head', 'OWNER')]))).toEqual([]);
});

test('a role counts only for teams of its organization', () => {
  const known = reach(
    [actor('USER'), actor('OPERATOR', 'guest')],
    [membershipOf('owning'), membershipOf('sharing', 'MEMBER', 'guest')],
  );
  expect(permitted('charger:report', known)).toEqual(['sharing']);
});

test.each([
  ['the owning team', 'owning', 'site_owner_access'],
  ['a team without access', 'beside', 'team_not_found'],
  ['no team', undefined, 'team_not_found'],
])('a request for sensitive data is refused for %s', (_, asked, code) => {
  const known = reach([actor('ADMIN')], [], asked);
  expect(() => accessPathsWith('sensitive-data:request', accessPathsOf(known), known)).toThrow(
    expect.objectContaining({ code }),
  );
});
