import { describe, expect, test } from 'vitest';
import { isRolePermission, type Role, rolesWith, type ScopedPermission } from '../../lib/domain/roles.ts';
import type { TeamRole } from '../../lib/domain/team.ts';
import { contracts, tested } from '../support/contract.ts';
import { type Example, exampleOf, type Home } from '../support/requests.ts';
import { type Client, useService } from '../support/service.ts';

// Tests that each endpoint about a team or a site enforces its declared permission, for each role in the team. The
// shortened test has one endpoint of each kind; access-check.test.ts has each permission.
// `docs/endpoints.md` is generated from these permissions.

const service = useService();

/** Roles in the organization and in each of its teams: first those with the fewest rights. */
const ROLE_PAIRS = [
  ['VIEWER', 'OWNER'],
  ['OPERATOR', 'MEMBER'],
  ['USER', 'MODERATOR'],
  ['USER', 'OWNER'],
] as const satisfies readonly (readonly [Role, TeamRole])[];

const manages = (role: Role, teamRole: TeamRole) => role !== 'VIEWER' && teamRole === 'OWNER';

/** Whether a role in the team of a request gives a permission. */
const GRANTED: Partial<Record<ScopedPermission, (role: Role, teamRole: TeamRole) => boolean>> = {
  'team:manage': manages,
  'team:moderate': (role, teamRole) => manages(role, teamRole) || (role !== 'VIEWER' && teamRole === 'MODERATOR'),
  'site:manage': manages,
  'sensitive-data:request': manages,
  nobody: () => false,
};

const ofTeams = contracts.filter(({ declaration: { about } }) => about !== undefined);

const teamsOf = async ({ owner }: Home) =>
  (await owner.call('GET /v1/teams?perPage=100')).body.data as { readonly id: string; readonly isDefault: boolean }[];

/** Puts a member into all teams of an organization, except those of earlier requests. */
async function putIntoTeams(
  home: Home,
  { memberId }: { memberId: string },
  role: TeamRole,
  earlier: ReadonlySet<string>,
): Promise<void> {
  const { owner } = home;
  for (const { id, isDefault } of await teamsOf(home)) {
    if (earlier.has(id) && !isDefault) continue;
    const { status } = await owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role } });
    expect(status).toBeLessThan(300);
  }
}

describe.each(
  tested(ofTeams, ['organization', 'found', 'about']).map(
    (contract) => [contract.declaration.route, contract] as const,
  ),
)('%s', (_, contract) => {
  test('enforces its declared permission for members of the team', { timeout: 180_000 }, async () => {
    const { permission } = contract.declaration;
    const home = await service.organization();
    let earlier = new Set<string>();
    // A request that was refused, or that only reads, is a request of the next person, too.
    let example: Example | undefined;
    for (const [role, teamRole] of ROLE_PAIRS) {
      const somebody = (await service.member(home.owner, role)) as Client & { memberId: string };
      if (!example) {
        earlier = new Set((await teamsOf(home)).map(({ id }) => id));
        example = await exampleOf(contract, service, home);
      }
      const { route, body } = example;
      await putIntoTeams(home, somebody, teamRole, earlier);
      const ofRole = !permission || (isRolePermission(permission) && rolesWith(permission).includes(role));
      const isAllowed = permission && !isRolePermission(permission) ? GRANTED[permission]?.(role, teamRole) : ofRole;
      const { status } = await somebody.call(route, { body });
      if (isAllowed) expect(status, `${role} ${teamRole}`).toBeLessThan(300);
      else expect(status, `${role} ${teamRole}`).toBe(403);
      if (isAllowed && !route.startsWith('GET ')) example = undefined;
    }
  });
});

test('the endpoints declare every scoped permission', () => {
  const declared = ofTeams.map(({ declaration: { permission } }) => permission);
  expect([...new Set(declared.filter((permission) => permission && !isRolePermission(permission)))].sort()).toEqual(
    Object.keys(GRANTED).sort(),
  );
});
