import { describe, expect, test } from 'vitest';
import { type Role, rolesWith } from '../../lib/domain/roles.ts';
import type { TeamRole } from '../../lib/domain/team.ts';
import type { Rule } from '../../lib/http/declaration.ts';
import { contracts } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, useService } from '../support/service.ts';

// What a declared rule says, from which `docs/endpoints.md` is made, is what the handler does: for each endpoint, and for
// each place in the team that it is about. An endpoint without a rule asks for nothing beside its permission.

const service = useService();

/** Somebody with a role in the organization, and a place in each of its teams. */
const PEOPLE = [
  ['USER', 'OWNER'],
  ['USER', 'MODERATOR'],
  ['OPERATOR', 'MEMBER'],
  ['VIEWER', 'OWNER'],
] as const satisfies readonly (readonly [Role, TeamRole])[];

const manages = (role: Role, place: TeamRole) => role !== 'VIEWER' && place === 'OWNER';

/** What the rules give to members of the team that a request is about; others are about other people. */
const GIVES: Partial<Record<Rule, (role: Role, place: TeamRole) => boolean>> = {
  'team:manage': manages,
  'team:manage-or-leave': manages,
  'team:moderate': (role, place) => manages(role, place) || (role !== 'VIEWER' && place === 'MODERATOR'),
  'team:inside': () => true,
  // The request is about somebody else.
  'team:oneself': () => false,
  'site:manage': manages,
  'site:ask': manages,
};

const ofTeams = contracts.filter(({ declaration: { rule, permission, dialect } }) =>
  rule ? rule in GIVES : dialect !== 'page' && /^(team|site|charger):/.test(permission ?? ''),
);

async function putIntoAllTeams({ owner }: Home, { memberId }: { memberId: string }, role: TeamRole): Promise<void> {
  const { data } = (await owner.call('GET /v1/teams?perPage=100')).body;
  for (const { id } of data) {
    const { status } = await owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role } });
    expect(status).toBeLessThan(300);
  }
}

describe.each(ofTeams.map((contract) => [contract.declaration.route, contract] as const))('%s', (_, contract) => {
  test('asks what it declares of who is in the team', { timeout: 180_000 }, async () => {
    const { rule, permission } = contract.declaration;
    const home = await service.organization();
    for (const [role, place] of PEOPLE) {
      const somebody = (await service.member(home.owner, role)) as Client & { memberId: string };
      const { route, body } = await exampleOf(contract, service, home);
      await putIntoAllTeams(home, somebody, place);
      const isAllowed = rule ? GIVES[rule]?.(role, place) : !permission || rolesWith(permission).includes(role);
      const { status } = await somebody.call(route, { body });
      if (isAllowed) expect(status, `${role} ${place}`).toBeLessThan(300);
      else expect(status, `${role} ${place}`).toBe(403);
    }
  });
});

test('there are rules of all kinds', () => {
  expect([...new Set(ofTeams.map(({ declaration }) => declaration.rule))].sort()).toEqual([
    ...Object.keys(GIVES).sort(),
    undefined,
  ]);
});
