import { describe, expect, test } from 'vitest';
import { isRolePermission, type Role, rolesWith, type ScopedPermission } from '../../lib/domain/roles.ts';
import type { TeamRole } from '../../lib/domain/team.ts';
import { contracts } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, useService } from '../support/service.ts';

// What a declared permission says, from which `docs/endpoints.md` is made, is what the endpoint does: for each one about a
// team or a site, and for each place in the team.

const service = useService();

/** Somebody with a role in the organization, and a place in each of its teams. */
const PEOPLE = [
  ['USER', 'OWNER'],
  ['USER', 'MODERATOR'],
  ['OPERATOR', 'MEMBER'],
  ['VIEWER', 'OWNER'],
] as const satisfies readonly (readonly [Role, TeamRole])[];

const manages = (role: Role, place: TeamRole) => role !== 'VIEWER' && place === 'OWNER';

/** What a place in the team gives that a request is about. */
const GIVES: Partial<Record<ScopedPermission, (role: Role, place: TeamRole) => boolean>> = {
  'team:manage': manages,
  'team:moderate': (role, place) => manages(role, place) || (role !== 'VIEWER' && place === 'MODERATOR'),
  'site:manage': manages,
  'sensitive-data:request': manages,
  nobody: () => false,
};

const ofTeams = contracts.filter(({ declaration: { about } }) => about !== undefined);

async function putIntoAllTeams({ owner }: Home, { memberId }: { memberId: string }, role: TeamRole): Promise<void> {
  const { data } = (await owner.call('GET /v1/teams?perPage=100')).body;
  for (const { id } of data) {
    const { status } = await owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role } });
    expect(status).toBeLessThan(300);
  }
}

describe.each(ofTeams.map((contract) => [contract.declaration.route, contract] as const))('%s', (_, contract) => {
  test('asks what it declares of who is in the team', { timeout: 180_000 }, async () => {
    const { permission } = contract.declaration;
    const home = await service.organization();
    for (const [role, place] of PEOPLE) {
      const somebody = (await service.member(home.owner, role)) as Client & { memberId: string };
      const { route, body } = await exampleOf(contract, service, home);
      await putIntoAllTeams(home, somebody, place);
      const ofRole = !permission || (isRolePermission(permission) && rolesWith(permission).includes(role));
      const isAllowed = permission && !isRolePermission(permission) ? GIVES[permission]?.(role, place) : ofRole;
      const { status } = await somebody.call(route, { body });
      if (isAllowed) expect(status, `${role} ${place}`).toBeLessThan(300);
      else expect(status, `${role} ${place}`).toBe(403);
    }
  });
});

test('there are permissions of all kinds', () => {
  const declared = ofTeams.map(({ declaration: { permission } }) => permission);
  expect([...new Set(declared.filter((permission) => permission && !isRolePermission(permission)))].sort()).toEqual(
    Object.keys(GIVES).sort(),
  );
});
