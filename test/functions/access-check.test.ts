import { beforeAll, describe, expect, inject, test } from 'vitest';
import { CHECKED_PERMISSIONS, kindsOf } from '../../lib/domain/access-check.ts';
import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { ROLES, type Role } from '../../lib/domain/roles.ts';
import { type TeamRole, teamIdFromHex } from '../../lib/domain/team.ts';
import { type Contract, contracts } from '../support/contract.ts';
import { depthOf } from '../support/depth.ts';
import { type Example, exampleOf, type Home, offerTo } from '../support/requests.ts';
import { type Client, newAddress, OWN_PERMISSIONS, useService } from '../support/service.ts';

const service = useService();

type Member = Client & { readonly memberId: string };
type Row = { readonly id: string; readonly isDefault: boolean };

let home: Home;
const people: Partial<Record<Role, Member>> = {};

beforeAll(async () => {
  home = await service.organization();
  for (const role of ROLES) people[role] = await service.member(home.owner, role);
});

const check = (by: Pick<Client, 'call'>, parameters: Readonly<Record<string, string>>) =>
  by.call(`GET /v1/access/check?${new URLSearchParams(parameters)}`);

/** Returns whether a member has a permission, and the reason. */
async function decision(permission: string, member: string, resource?: string, by: Pick<Client, 'call'> = home.owner) {
  const { status, body } = await check(by, { member, permission, ...(resource && { resource }) });
  expect(status).toBe(200);
  return [body.allowed, body.reason];
}

/** The place of a member in all teams of the organization. */
const PLACES: readonly (readonly [Role, TeamRole | undefined])[] = [
  ...ROLES.map((role) => [role, undefined] as const),
  ...(['USER', 'OPERATOR', 'VIEWER'] as const).flatMap((role) =>
    (['OWNER', 'MODERATOR', 'MEMBER'] as const).map((teamRole) => [role, teamRole] as const),
  ),
];

/** The shortened test has an ADMIN, a USER, and a VIEWER, who has nothing from a team. */
const SOME_PLACES: typeof PLACES = [
  ['ADMIN', undefined],
  ['USER', undefined],
  ['USER', 'OWNER'],
  ['USER', 'MODERATOR'],
  ['VIEWER', 'OWNER'],
];
const places = inject('whole') ? PLACES : SOME_PLACES;

/**
 * Returns an endpoint that declares a permission: about a resource that the permission can be checked for, and of the
 * native API, if there is one.
 */
function endpointWith(permission: string): Contract {
  const kinds: readonly (string | undefined)[] = kindsOf(permission, {}) ?? [];
  const all = contracts.filter(({ name, declaration: { permission: declared, about = 'organization' } }) => {
    return declared === permission && kinds.includes(about) && name !== 'access/check';
  });
  const rank = ({ declaration: { about, dialect } }: Contract) => (about ? 0 : 2) + (dialect === 'v1' ? 0 : 1);
  return all.toSorted((one, other) => rank(one) - rank(other))[0] as Contract;
}

/** Returns the id of the team or the site that a request is about. */
async function resourceOf({ declaration: { about } }: Contract, route: string, body: unknown, { owner }: Home) {
  if (about === undefined) return undefined;
  const [, team, uuid] = /\/v1\/teams\/(team_\w+)|\/sites\/([\da-f-]{36})/.exec(route) ?? [];
  if (about === 'team') return team ?? teamIdFromHex((body as { teamId: string }).teamId);
  if (uuid) return shortIdFromUuid('site', uuid);
  // The request is about a charger, of the newest site.
  return (await owner.call('GET /v1/access?perPage=100')).body.data.at(-1).siteId;
}

/** The shortened test has those that depend on a place, and one that doesn't. */
const tested = CHECKED_PERMISSIONS.filter(
  (permission) => inject('whole') || permission === 'member:update' || kindsOf(permission, {})?.[0] !== 'organization',
);

describe.each(tested)('the check of %s', (permission) => {
  test('says for each role, and for each place in the team, what an endpoint does', { timeout: 120_000 }, async () => {
    const contract = endpointWith(permission);
    expect(contract, `an endpoint declares ${permission}`).toBeDefined();
    let where = await service.organization();
    const teams = async () => (await where.owner.call('GET /v1/teams?perPage=100')).body.data as Row[];
    let earlier = new Set<string>();
    // A request that was refused, or that only reads, is a request of the next member, too.
    let example: Example | undefined;
    for (const [role, teamRole] of places) {
      if (teamRole !== undefined && contract.declaration.about === undefined) continue;
      if (!example) {
        // A request about the organization itself may have ended it.
        if (contract.declaration.about === undefined) where = await service.organization();
        earlier = new Set((await teams()).map(({ id }) => id));
        example = await exampleOf(contract, service, where);
      }
      const { route, body } = example;
      const member = await service.member(where.owner, role);
      if (permission === 'ownership:accept') await offerTo(where, member);
      for (const { id, isDefault } of teamRole ? await teams() : []) {
        if (earlier.has(id) && !isDefault) continue;
        await where.owner.call(`PUT /v1/teams/${id}/members/${member.memberId}`, { body: { role: teamRole } });
      }
      const resource = await resourceOf(contract, route, body, where);
      const [allowed] = await decision(permission, member.memberId, resource, where.owner);
      // Everybody may ask for their own access to sites.
      const asked = permission === 'access:explain' ? `${route}?member=${await ownerOf(where)}` : route;
      const { status } = await member.call(asked, { body });
      expect([status < 300, status], `${role} ${teamRole ?? ''} ${contract.name}`).toEqual([allowed, status]);
      if (allowed && !route.startsWith('GET ')) example = undefined;
    }
  });
});

async function ownerOf({ owner }: Home): Promise<string> {
  return (await owner.call('GET /v1/members')).body.data[0].id;
}

test('the owner has organization:own, and no other member has', async () => {
  expect(await decision('organization:own', await ownerOf(home))).toEqual([true, undefined]);
  expect(await decision('organization:own', people.ADMIN?.memberId as string)).toEqual([false, 'forbidden']);
});

describe('a permission of the application’s own', () => {
  test.each(ROLES)('is that of its roles, for %s', async (role) => {
    const { memberId } = people[role] as Member;
    expect(await decision('invoice:pay', memberId)).toEqual(
      role === 'ADMIN' ? [true, undefined] : [false, 'forbidden'],
    );
    expect((await decision('invoice:read', memberId))[0]).toBe(OWN_PERMISSIONS['invoice:read'].includes(role));
  });

  test('is in a team for those who are in it or above it, and for ADMINs', async () => {
    const { owner } = home;
    const make = async (parentTeamId?: string) =>
      (await owner.call('POST /v1/teams', { body: { name: newAddress('team'), parentTeamId } })).body.id as string;
    const above = await make();
    const team = await make(above);
    const users = await Promise.all([0, 1, 2].map(() => service.member(owner, 'USER')));
    const [inside, over, outside] = users.map(({ memberId }) => memberId) as [string, string, string];
    await owner.call(`PUT /v1/teams/${team}/members/${inside}`, { body: {} });
    await owner.call(`PUT /v1/teams/${above}/members/${over}`, { body: {} });
    expect(await decision('invoice:read', inside, team)).toEqual([true, undefined]);
    expect(await decision('invoice:read', over, team)).toEqual([true, undefined]);
    expect(await decision('invoice:read', outside, team)).toEqual([false, 'forbidden']);
    expect(await decision('invoice:read', inside, above)).toEqual([false, 'forbidden']);
    expect(await decision('invoice:pay', inside, team)).toEqual([false, 'forbidden']);
    expect(await decision('invoice:pay', people.ADMIN?.memberId as string, team)).toEqual([true, undefined]);
    await owner.call(`PATCH /v1/teams/${team}`, { body: { isPrivate: true } });
    expect(await decision('invoice:read', outside, team)).toEqual([false, 'team_not_found']);
    await owner.call(`DELETE /v1/teams/${team}`);
    expect(await decision('invoice:read', inside, team)).toEqual([false, 'team_not_found']);
  });

  test('is at a site for those who have access to it', async () => {
    const { owner } = home;
    const body = { name: newAddress('team'), email: newAddress(), type: 'Company' };
    const { uuid } = (await owner.call('POST /api/v3/teams', { body })).body.data;
    const made = await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: uuid } });
    const site = shortIdFromUuid('site', made.body.data.uuid) as string;
    const [inside, outside] = [await service.member(owner, 'USER'), await service.member(owner, 'USER')];
    await owner.call(`PUT /v1/teams/${shortIdFromUuid('team', uuid)}/members/${inside.memberId}`, { body: {} });
    expect(await decision('invoice:read', inside.memberId, site)).toEqual([true, undefined]);
    expect(await decision('invoice:pay', inside.memberId, site)).toEqual([false, 'forbidden']);
    expect(await decision('invoice:read', outside.memberId, site)).toEqual([false, 'site_not_found']);
    expect(await decision('site:read', outside.memberId, site)).toEqual([false, 'site_not_found']);
    // Another organization doesn't learn that the site exists.
    const other = await service.organization();
    expect(await decision('site:read', await ownerOf(other), site, other.owner)).toEqual([false, 'site_not_found']);
  });
});

test('a removed member has nothing at the very next check, by member id and by user id', async () => {
  const member = await service.member(home.owner, 'USER');
  const { userId } = (await home.owner.call(`GET /v1/members/${member.memberId}`)).body;
  for (const id of [member.memberId, userId]) {
    const { body } = await check(home.owner, { member: id, permission: 'member:read' });
    expect(body).toEqual({
      ...{ allowed: true, member: member.memberId, permission: 'member:read', resource: null, role: 'USER' },
    });
  }
  await home.owner.call(`PATCH /v1/members/${member.memberId}`, { body: { role: 'VIEWER' } });
  expect((await check(home.owner, { member: userId, permission: 'invoice:read' })).body).toMatchObject({
    ...{ allowed: false, role: 'VIEWER', reason: 'forbidden' },
  });
  await home.owner.call(`DELETE /v1/members/${member.memberId}`);
  for (const id of [member.memberId, userId]) {
    const { status, body } = await check(home.owner, { member: id, permission: 'member:read', resource: home.id });
    expect([status, body]).toEqual([
      200,
      {
        ...{ allowed: false, member: id, permission: 'member:read', resource: home.id, role: null },
        reason: 'member_not_found',
      },
    ]);
  }
});

test('members ask about themselves, and only ADMINs about others', async () => {
  const { memberId, call } = people.USER as Member;
  const { id: userId } = (await call('GET /v1/me')).body;
  for (const about of [{}, { member: memberId }, { member: userId }]) {
    const { status, body } = await check({ call }, { ...about, permission: 'team:create' });
    expect([status, body]).toEqual([
      200,
      { allowed: true, member: memberId, permission: 'team:create', resource: null, role: 'USER' },
    ]);
  }
  for (const role of ['USER', 'OPERATOR', 'VIEWER'] as const) {
    const asking = people[role] as Member;
    const about = { member: people.ADMIN?.memberId as string, permission: 'team:create' };
    expect(await check(asking, about)).toMatchObject({ status: 403, body: { error: 'forbidden' } });
  }
});

test('an access token that asks about its owner asks about itself', async () => {
  const admin = people.ADMIN as Member;
  const { token } = (await admin.call('POST /v1/access-tokens', { body: { name: 'Backend', role: 'VIEWER' } })).body;
  const call: Client['call'] = (route, options) =>
    service.call(route, { ...options, headers: { authorization: `Bearer ${token}` } });
  expect((await check({ call }, { permission: 'invoice:pay' })).body).toMatchObject({ allowed: false, role: 'VIEWER' });
  const about = { member: people.USER?.memberId as string, permission: 'invoice:pay' };
  expect((await check({ call }, about)).status).toBe(403);
  const whole = (await admin.call('POST /v1/access-tokens', { body: { name: 'Whole' } })).body.token;
  const asWhole: Client['call'] = (route) => service.call(route, { headers: { authorization: `Bearer ${whole}` } });
  expect((await check({ call: asWhole }, about)).body).toMatchObject({ allowed: false, role: 'USER' });
  expect((await check({ call: asWhole }, { permission: 'ownership:accept' })).body.reason).toBe('token_not_allowed');
});

test('an integration asks about members with the role ADMIN, and otherwise about itself only', async () => {
  const by = async (role: string) => {
    const { token } = (await home.owner.call('POST /v1/integrations', { body: { name: 'Backend', role } })).body;
    const call: Client['call'] = (route) => service.call(route, { headers: { authorization: `Bearer ${token}` } });
    return { call };
  };
  const about = { member: people.USER?.memberId as string, permission: 'invoice:read' };
  expect((await check(await by('ADMIN'), about)).body).toMatchObject({ allowed: true, role: 'USER' });
  const user = await by('USER');
  expect((await check(user, about)).body.error).toBe('forbidden');
  expect((await check(user, { permission: 'team:create' })).body).toMatchObject({ allowed: true, role: 'USER' });
  expect((await check(user, { permission: 'organization:own' })).body).toMatchObject({ allowed: false });
});

describe('a check is refused', () => {
  test('for an unknown permission, with the names of the known ones', async () => {
    for (const permission of ['invoice:burn', 'constructor', '__proto__', 'nobody', '']) {
      const { status, body } = await check(home.owner, { permission });
      expect([status, body.error]).toEqual([400, 'validation_failed']);
      const [text] = body.details.permission;
      for (const known of [...CHECKED_PERMISSIONS, 'invoice:pay', 'invoice:read']) expect(text).toContain(known);
    }
    expect((await home.owner.call('GET /v1/access/check')).body.details).toHaveProperty('permission');
  });

  test.each([
    ['site:manage', undefined, 'a site'],
    ['team:manage', undefined, 'a team'],
    ['member:update', 'team', 'the organization'],
    ['charger:report', 'team', 'the organization or a site'],
  ])('for %s of %s, which it has nothing to do with', async (permission, kind, needed) => {
    const team = (await home.owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
    const { status, body } = await check(home.owner, { permission, ...(kind && { resource: team }) });
    expect([status, body.details]).toEqual([400, { resource: [`must be the id of ${needed}`] }]);
  });

  test('for malformed ids', async () => {
    for (const bad of [{ member: 'mem_x' }, { member: 'me' }, { resource: 'x' }, { resource: 'inv_1' }]) {
      const { status, body } = await check(home.owner, { permission: 'member:read', ...bad });
      expect([status, Object.keys(body.details)]).toEqual([400, Object.keys(bad)]);
    }
  });
});

test('members and resources of other organizations are as if they did not exist', async () => {
  const other = await service.organization();
  const team = (await other.owner.call('POST /v1/teams', { body: { name: 'Theirs' } })).body.id;
  expect(await decision('member:read', await ownerOf(other))).toEqual([false, 'member_not_found']);
  const admin = people.ADMIN?.memberId as string;
  expect(await decision('member:read', admin, other.id)).toEqual([false, 'organization_not_found']);
  expect(await decision('team:read', admin, team)).toEqual([false, 'team_not_found']);
  expect(await decision('team:read', admin, `team_${'0'.repeat(20)}`)).toEqual([false, 'team_not_found']);
});

test('a check in the organization is one call to the table, and one of a team by user id too', async () => {
  const { memberId, call } = people.USER as Member;
  const { id: userId } = (await call('GET /v1/me')).body;
  const team = (await home.owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
  const callsOf = async (parameters: Readonly<Record<string, string>>) => {
    await check(home.owner, parameters);
    // The stack keeps the last calls only, of which this file makes more.
    const before = (await service.calls('access/check')).at(-1)?.call ?? '';
    await check(home.owner, parameters);
    const calls = await service.calls('access/check');
    return calls.slice(calls.findLastIndex(({ call }) => call === before) + 1);
  };
  for (const parameters of [
    { member: memberId, permission: 'invoice:pay' },
    { member: userId, permission: 'member:update', resource: home.id },
    { member: userId, permission: 'team:manage', resource: team },
  ]) {
    const calls = await callsOf(parameters);
    expect(new Set(calls.map(({ call }) => call)).size).toBe(1);
    expect(calls.every(({ operation }) => operation === 'BatchGetItem')).toBe(true);
  }
  expect(depthOf(await callsOf({ member: memberId, permission: 'team:manage', resource: team }))).toBe(2);
});
