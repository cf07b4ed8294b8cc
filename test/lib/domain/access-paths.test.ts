import { expect, test } from 'vitest';
import type { Actor } from '../../../lib/domain/member.ts';
import { accessPathsOf, accessPathsWith, type Reach, type SitePermission } from '../../../lib/domain/reach.ts';
import type { Role } from '../../../lib/domain/roles.ts';
import type { Team, TeamMembership, TeamRole } from '../../../lib/domain/team.ts';

// Who reaches a site, and may what there. `home` owns it by the team `owning`, below `head`; `guest` has access by `sharing`.

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
const place = (teamId: string, role: TeamRole = 'MEMBER', organizationId = 'home'): TeamMembership => ({
  ...{ teamId, organizationId, userId: 'usr', memberId: `mem_${organizationId}`, role, createdBy: 'usr', ...times },
});

/** Somebody and the site; `asked` is the team that a request is about. */
function reach(actors: readonly Actor[], own: readonly TeamMembership[], asked?: string): Reach {
  const teams = new Map(TEAMS.map((one) => [one.id, one]));
  const accesses = [access('owning', 'home', true), access('sharing', 'guest', false)];
  return { site, accesses, actors, own, teams, namedTeam: asked === undefined ? undefined : teams.get(asked) };
}

const names = (accessPaths: ReturnType<typeof accessPathsOf>) => accessPaths.map((accessPath) => accessPath.team.id);
const permitted = (permission: SitePermission, known: Reach) =>
  names(accessPathsWith(permission, accessPathsOf(known), known));

test.each<[string, Actor[], TeamMembership[], string[]]>([
  ['an ADMIN of the owner without a place', [actor('ADMIN')], [], ['owning']],
  ['a USER without a place', [actor('USER')], [], []],
  ['a member of the owning team', [actor('USER')], [place('owning')], ['owning']],
  ['a member of the team above', [actor('VIEWER')], [place('head')], ['owning']],
  ['a member of a team beside it', [actor('USER')], [place('beside', 'OWNER')], []],
  [
    'a member of a team it is shared with',
    [actor('USER', 'guest')],
    [place('sharing', 'MEMBER', 'guest')],
    ['sharing'],
  ],
  ['an ADMIN of both', [actor('ADMIN'), actor('ADMIN', 'guest')], [], ['owning', 'sharing']],
  ['an ADMIN of neither', [actor('ADMIN', 'elsewhere')], [], []],
  ['whose place is of an earlier membership', [actor('USER')], [{ ...place('owning'), memberId: 'mem_before' }], []],
  ['whose organization they are in no more', [], [place('owning', 'OWNER')], []],
])('%s reaches it by %s', (_, actors, own, teams) => {
  expect(names(accessPathsOf(reach(actors, own)))).toEqual(teams);
  expect(permitted('site:read', reach(actors, own))).toEqual(teams);
});

test('an access token reaches it in its own organization alone, as what it acts as', () => {
  const both = reach([actor('ADMIN'), actor('ADMIN', 'guest')], [place('sharing', 'MEMBER', 'guest')]);
  expect(names(accessPathsOf(both, actor('ADMIN')))).toEqual(['owning']);
  expect(names(accessPathsOf(both, actor('USER'))), 'as less than its owner').toEqual([]);
  expect(names(accessPathsOf(both, actor('USER', 'guest')))).toEqual(['sharing']);
});

const ROLES_AND_PLACES = (['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const).flatMap((role) =>
  (['OWNER', 'MODERATOR', 'MEMBER'] as const).map((as) => [role, as] as const),
);

test.each(ROLES_AND_PLACES)('%s who is %s of a team with access: manages, asks, reports', (role, as) => {
  const manages = role === 'ADMIN' || (role !== 'VIEWER' && as === 'OWNER');
  const owning = reach([actor(role)], [place('owning', as)]);
  const sharing = reach([actor(role, 'guest')], [place('sharing', as, 'guest')], 'sharing');
  expect(permitted('site:manage', owning)).toEqual(manages ? ['owning'] : []);
  expect(permitted('site:manage', sharing), 'what is shared is managed by its owner alone').toEqual([]);
  expect(permitted('sensitive-data:request', sharing)).toEqual(manages ? ['sharing'] : []);
  const reports = role === 'ADMIN' || role === 'OPERATOR';
  expect(permitted('charger:report', owning)).toEqual(reports ? ['owning'] : []);
  expect(permitted('charger:report', sharing)).toEqual(reports ? ['sharing'] : []);
});

test('a place in the team above sees the site, and does not manage it', () => {
  expect(permitted('site:manage', reach([actor('USER')], [place('head', 'OWNER')]))).toEqual([]);
});

test('a role counts in the organization of the team alone', () => {
  const known = reach(
    [actor('USER'), actor('OPERATOR', 'guest')],
    [place('owning'), place('sharing', 'MEMBER', 'guest')],
  );
  expect(permitted('charger:report', known)).toEqual(['sharing']);
});

test.each([
  ['the owner’s own team', 'owning', 'site_owner_access'],
  ['a team without access', 'beside', 'team_not_found'],
  ['no team', undefined, 'team_not_found'],
])('sensitive data is asked for by no %s', (_, asked, code) => {
  const known = reach([actor('ADMIN')], [], asked);
  expect(() => accessPathsWith('sensitive-data:request', accessPathsOf(known), known)).toThrow(
    expect.objectContaining({ code }),
  );
});
