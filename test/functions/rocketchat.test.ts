import { readFileSync } from 'node:fs';
import { RestClient } from '@rocket.chat/api-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { REQUESTS } from '../../lib/dialects/rocketchat/admission.ts';
import { teamIdFromHex } from '../../lib/domain/team.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

// Tests Rocket.Chat's dialect against the documentation page of teams.create, from which the project was created, and
// against Rocket.Chat's own client.
const page = readFileSync(new URL('../fixtures/rocketchat-teams-create.txt', import.meta.url), 'utf8');

/** Returns the first JSON example below a heading. */
function example(heading: string): Record<string, unknown> {
  const lines = page.slice(page.indexOf(`\n    ${heading}\n`)).split('\n');
  const start = lines.indexOf('    {');
  return JSON.parse(lines.slice(start, lines.indexOf('    }', start) + 1).join('\n'));
}

/** The names of the headers that the page requires. */
const [tokenHeader, userHeader] = [...page.matchAll(/^ {4}(X-[A-Za-z-]+)\n {4}stringRequired/gm)].map(
  ([, name]) => name as string,
);
const [, method, path] = /^ {4}(Get|Post)\n {4}(\/api\/\S+)/m.exec(page) ?? [];
const request = { route: `${method?.toUpperCase()} ${path}`, body: example('Body parameters') };
const documented = example('Responses');

const service = useService();

interface Home {
  readonly id: string;
  readonly owner: Client;
  readonly userId: string;
}

let home: Home;

beforeAll(async () => {
  const { id, owner } = await service.organization();
  const [member] = (await owner.muster.members.list()).data;
  home = { id, owner, userId: member?.userId as string };
});

/** Returns a client that sends an access token and its owner's id, as Rocket.Chat's clients do. */
async function clientOf(
  owner: Client,
): Promise<{ userId: string; headers: Record<string, string>; call: Client['call'] }> {
  const { token } = (await owner.call('POST /v1/access-tokens', { body: { name: 'Rocket.Chat' } })).body;
  const members = (await owner.call('GET /v1/members?perPage=100')).body.data;
  const { userId } = members.find(
    ({ userProfile }: { userProfile: { email: string } }) => userProfile.email === owner.email,
  );
  const headers = { [tokenHeader as string]: token, [userHeader as string]: userId };
  const call: Client['call'] = (route, sending = {}) =>
    service.call(route, { ...sending, headers: { ...headers, ...sending.headers } });
  return { userId, headers, call };
}

let names = 0;
function newName(): string {
  names += 1;
  return `team-${process.pid}-${names}`;
}

function create(body: unknown, by: Pick<Client, 'call'> = home.owner): Promise<Answer> {
  return by.call('POST /api/v1/teams.create', { body });
}

/** Expects the example's fields with their order and types, and texts in the same format. */
function expectLike(actual: unknown, example: unknown, at = 'answer'): void {
  if (typeof example === 'object' && example !== null) {
    expect(Object.keys(actual as object), at).toEqual(Object.keys(example));
    for (const [name, value] of Object.entries(example)) {
      expectLike((actual as Record<string, unknown>)[name], value, `${at}.${name}`);
    }
    return;
  }
  expect(typeof actual, at).toBe(typeof example);
  if (typeof example !== 'string') return;
  for (const form of [/^[0-9a-f]{24}$/, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/]) {
    if (form.test(example)) expect(actual, at).toMatch(form);
  }
}

describe('the documented request of teams.create', () => {
  test('gets the documented answer, field by field', async () => {
    const client = await clientOf(home.owner);
    const answer = await client.call(request.route, { body: request.body });
    expect(answer.status).toBe(Number(/Responses\n {4}(\d{3})/.exec(page)?.[1]));
    expectLike(answer.body, documented);
    const { team, success } = answer.body;
    expect(success).toBe(true);
    expect(team).toMatchObject({ name: request.body.name, type: request.body.type });
    expect(team.createdBy).toEqual({ _id: client.userId, username: home.owner.email.split('@')[0] });
    expect(team._updatedAt).toBe(team.createdAt);
    expect(team.roomId).not.toBe(team._id);
  });

  test('gets the documented headers', async () => {
    const before = Date.now();
    const { headers } = await (await clientOf(home.owner)).call(request.route, {
      body: { ...request.body, name: newName() },
    });
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    const [limit, left] = ['limit', 'remaining'].map((name) => Number(headers.get(`x-ratelimit-${name}`)));
    expect(left).toBeLessThan(limit as number);
    const reset = Number(headers.get('x-ratelimit-reset'));
    expect(reset).toBeGreaterThan(before);
    expect(reset).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test('creates a team that the /v1 API has too, and vice versa', async () => {
    const name = newName();
    expect((await create({ name, type: 1 })).body.success).toBe(true);
    const teams = (await home.owner.call('GET /v1/teams?perPage=100')).body.data;
    expect(teams.find((team: { name: string }) => team.name === name)).toMatchObject({
      isPrivate: true,
      memberCount: 1,
    });
    const other = newName();
    await home.owner.call('POST /v1/teams', { body: { name: other } });
    expect((await create({ name: other.toUpperCase(), type: 0 })).body.error).toBe('team-name-already-exists');
  });
});

const failure = (error: string, more: object = {}) => ({ success: false, ...more, error });
const invalid = (error: string) => failure(error, { errorType: 'invalid-params' });

describe('teams.create refuses', () => {
  test.each<[string, unknown, string]>([
    ['a missing name', { type: 0 }, "must have required property 'name'"],
    ['a missing type', { name: 'x' }, "must have required property 'type'"],
    ['both missing', {}, "must have required property 'name'"],
    ['an unknown type', { name: 'x', type: 2 }, 'must be equal to one of the allowed values'],
    ['a type that isn’t a number', { name: 'x', type: 'x' }, 'must be number'],
    ['members that aren’t a list', { name: 'x', type: 0, members: 'x' }, 'must be array'],
    ['a member that isn’t text', { name: 'x', type: 0, members: [{}] }, 'must be string'],
    ['a room that isn’t an object', { name: 'x', type: 0, room: 'x' }, 'must be object'],
    ['an unknown field', { name: 'x', type: 0, surprise: 1 }, 'must NOT have additional properties'],
    ['a body that isn’t JSON', '{', "must have required property 'name'"],
    ['180 KB of nesting', `{"a":${'['.repeat(90_000)}${']'.repeat(90_000)}}`, 'must not be nested more than 64 deep'],
    ['a text', '"text"', "must have required property 'name'"],
    ['a list', '[]', 'must be object'],
    ['too many members', { name: 'x', type: 0, members: Array(101).fill('x') }, 'must NOT have more than 100 items'],
  ])("%s, with the validator's text", async (_, body, error) => {
    const before = service.writes().length;
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: invalid(error) });
    expect(Object.keys(answer.body)).toEqual(['success', 'errorType', 'error']);
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('missing and invalid credentials, and a token with another user id, with all four fields', async () => {
    const client = await clientOf(home.owner);
    const token = client.headers[tokenHeader as string] as string;
    const other = await service.member(home.owner, 'ADMIN');
    const otherId = (await other.call('GET /v1/me')).body.id;
    for (const headers of [
      {},
      { 'x-auth-token': token },
      { 'x-user-id': client.userId },
      { 'x-auth-token': token, 'x-user-id': otherId },
      { 'x-auth-token': token, 'x-user-id': 'rbAXPnMktTFbNpwtJ' },
      { 'x-auth-token': 'RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f', 'x-user-id': client.userId },
      { authorization: 'Bearer nonsense' },
    ]) {
      const answer = await service.call('POST /api/v1/teams.create', { body: {}, headers });
      expect(answer.status).toBe(401);
      const text = 'You must be logged in to do this.';
      expect(Object.entries(answer.body)).toEqual(
        Object.entries({ status: 'error', message: text, success: false, error: text }),
      );
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
    // Other APIs don't accept these headers.
    expect((await service.call('GET /v1/teams', { headers: client.headers })).status).toBe(401);
  });

  test('callers without permission, with any body', async () => {
    for (const role of ['OPERATOR', 'VIEWER']) {
      const client = await clientOf(await service.member(home.owner, role));
      for (const body of [{ name: newName(), type: 0 }, {}, '{']) {
        expect(await create(body, client)).toMatchObject({
          status: 403,
          body: failure('User does not have the permissions required for this action [error-unauthorized]'),
        });
      }
    }
  });

  test('an existing room, with different errors for callers who may edit it and who may not', async () => {
    const room = { id: 'GENERAL' };
    const user = await service.member(home.owner, 'USER');
    expect(await create({ name: newName(), type: 0, room }, user)).toMatchObject({
      status: 403,
      body: failure('unauthorized'),
    });
    expect(await create({ name: newName(), type: 0, room })).toMatchObject({
      status: 400,
      body: failure('error-team-creation'),
    });
  });

  test('names of teams and usernames that exist, in any letter case and with blanks', async () => {
    const name = newName();
    expect((await create({ name, type: 0 })).status).toBe(200);
    const username = home.owner.email.split('@')[0] as string;
    for (const taken of [name, ` ${name.toUpperCase()} `, username, username.toUpperCase()]) {
      const answer = await create({ name: taken, type: 0 });
      expect(answer.status).toBe(400);
      expect(Object.entries(answer.body)).toEqual(Object.entries(failure('team-name-already-exists')));
    }
  });

  test('reserved names', async () => {
    expect((await create({ name: 'all', type: 0 })).body).toEqual({
      success: false,
      error: "all is blocked and can't be used! [error-blocked-username]",
      errorType: 'error-blocked-username',
      details: { method: 'checkUsernameAvailability', field: 'all' },
    });
    expect(await create({ name: 'Here', type: 0 })).toMatchObject({ status: 400 });
  });

  test.each(['invalid*team*name', '', '   ', 'two words', 'x'.repeat(101), 'ümlaut', 'a\u0000b'])(
    'the name %j, and stores nothing',
    async (name) => {
      const before = service.writes().length;
      const answer = await create({ name, type: 0 });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(failure('error-team-creation'));
      expect(service.writes().slice(before)).toEqual([]);
    },
  );

  test('an unknown owner', async () => {
    for (const owner of ['nobody', `usr_${'0'.repeat(26)}`]) {
      expect((await create({ name: newName(), type: 0, owner })).body).toEqual(failure('error-team-creation'));
    }
  });
});

test('values are coerced as by Rocket.Chat’s validator', async () => {
  const name = 7_000_000 + process.pid;
  const answer = await create({ name, type: '1', sidepanel: { items: ['channels'] } });
  expect(answer).toMatchObject({ status: 200, body: { team: { name: String(name), type: 1 } } });
});

test('a body is read with any content type', async () => {
  const name = newName();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await home.owner.call('POST /api/v1/teams.create', { body: `name=${name}&type=0`, headers })).status).toBe(
    200,
  );
  const text = { 'content-type': 'text/plain' };
  const body = JSON.stringify({ name: newName(), type: 0 });
  expect((await home.owner.call('POST /api/v1/teams.create', { body, headers: text })).status).toBe(200);
});

describe('a new team', () => {
  test('has members by user id or username, without unknown ones, and the caller as owner', async () => {
    const one = await memberOf('one');
    const two = await memberOf('two');
    const name = newName();
    const members = [one.userId, two.username, home.userId, 'nobody', `usr_${'0'.repeat(26)}`, one.username];
    expect((await create({ name, type: 0, members })).status).toBe(200);
    const list = await listed(`teamName=${name.toUpperCase()}`);
    expect(rolesOf(list)).toEqual({ [home.userId]: ['owner'], [one.userId]: undefined, [two.userId]: undefined });
  });

  test('finds a member with a chosen username by this username only', async () => {
    const { client, userId, username } = await memberOf('renamed');
    const chosen = newName();
    await client.call('PATCH /v1/me', { body: { username: chosen } });
    const name = newName();
    await create({ name, type: 0, members: [username] });
    expect(Object.keys(rolesOf(await listed(`teamName=${name}`)))).toEqual([home.userId]);
    const other = newName();
    await create({ name: other, type: 0, members: [chosen] });
    const { members } = (await listed(`teamName=${other}`)).body;
    expect(members.map(({ user }: Listed) => user.username)).toContain(chosen);
    expect((await create({ name: chosen, type: 0 })).body.error).toBe('team-name-already-exists');
    // Also in an organization that they join later.
    const elsewhere = await service.organization();
    await service.member(elsewhere.owner, 'USER', client.email);
    const third = newName();
    await create({ name: third, type: 0, members: [chosen] }, elsewhere.owner);
    const there = await elsewhere.owner.call(`GET /api/v1/teams.members?teamName=${third}`);
    expect(Object.keys(rolesOf(there))).toContain(userId);
  });

  test('has the named owner instead of the caller, who is a member only if named', async () => {
    const { userId, client } = await memberOf('owner');
    const name = newName();
    const { team } = (await create({ name, type: 1, owner: userId, members: [userId] })).body;
    expect(team.createdBy._id).toBe(home.userId);
    expect(rolesOf(await listed(`teamId=${team._id}`))).toEqual({ [userId]: ['owner'] });
    expect((await client.call(`GET /api/v1/teams.info?teamId=${team._id}`)).body.teamInfo).toEqual(team);
    const other = newName();
    await create({ name: other, type: 1, owner: userId, members: [home.userId] });
    expect(rolesOf(await listed(`teamName=${other}`))).toEqual({ [userId]: ['owner'], [home.userId]: undefined });
  });

  testWhole('can have more members than fit into one transaction, also if its creator is not its owner', async () => {
    const where = await service.organization();
    const maker = await service.member(where.owner, 'USER');
    await Promise.all(Array.from({ length: 33 }, () => service.member(where.owner, 'USER')));
    const all = (await where.owner.call('GET /v1/members?perPage=100')).body.data as { userId: string }[];
    const ownerId: string = (await where.owner.call('GET /v1/me')).body.id;
    const answer = await create(
      { name: newName(), type: 0, owner: ownerId, members: all.map(({ userId }) => userId) },
      maker,
    );
    expect(answer.status).toBe(200);
    const list = await where.owner.call(`GET /api/v1/teams.members?teamId=${answer.body.team._id}&count=100`);
    expect(list.body).toMatchObject({ total: 35, count: 35 });
    expect(rolesOf(list)[ownerId]).toEqual(['owner']);
  });

  test('is created once for an idempotency key', async () => {
    const body = { name: newName(), type: 0 };
    const headers = { 'idempotency-key': newName() };
    const [one, two] = await Promise.all(
      [1, 2].map(() => home.owner.call('POST /api/v1/teams.create', { body, headers })),
    );
    expect(one?.status).toBe(200);
    expect(two?.body).toEqual(one?.body);
  });
});

interface Listed {
  readonly user: { readonly _id: string; readonly username: string };
  readonly roles?: readonly string[];
}

/** Creates a member of the organization. Returns their user id and username too. */
async function memberOf(name: string, role = 'USER') {
  const client = await service.member(home.owner, role, newAddress(name));
  const { id, username } = (await client.call('GET /v1/me')).body;
  return { client, userId: id as string, username: username as string };
}

function listed(query: string): Promise<Answer> {
  return home.owner.call(`GET /api/v1/teams.members?${query}`);
}

function rolesOf({ body }: Answer): Record<string, readonly string[] | undefined> {
  return Object.fromEntries(body.members.map(({ user, roles }: Listed) => [user._id, roles]));
}

function post(endpoint: string, body: object, by: Pick<Client, 'call'> = home.owner): Promise<Answer> {
  return by.call(`POST /api/v1/teams.${endpoint}`, { body });
}

const done = { status: 200, body: { success: true } };
const refused = (error: string, status = 400) => ({ status, body: { success: false, error } });

describe('membership of a team', () => {
  test('is changed by owners for all, and by moderators for everyone except owners', async () => {
    const [owner, moderator, plain, other] = (await Promise.all(
      ['owner', 'moderator', 'plain', 'other'].map((name) => memberOf(name)),
    )) as [Person, Person, Person, Person];
    const teamName = newName();
    await create({ name: teamName, type: 1 }, owner.client);
    const add = (by: Person, userId: string, roles?: string[]) =>
      post('addMembers', { teamName, members: [{ userId, ...(roles && { roles }) }] }, by.client);
    const setRoles = (by: Person, userId: string, roles?: string[]) =>
      post('updateMember', { teamName, member: { userId, ...(roles && { roles }) } }, by.client);
    const remove = (by: Person, userId: string) => post('removeMember', { teamName, userId }, by.client);
    const roles = async () => rolesOf(await listed(`teamName=${teamName}`));

    expect(await add(moderator, plain.userId)).toMatchObject(refused('unauthorized', 403));
    expect(await add(owner, moderator.userId, ['moderator'])).toMatchObject(done);
    expect(await add(owner, moderator.userId, ['member'])).toMatchObject(done);
    expect((await roles())[moderator.userId]).toEqual(['moderator', 'member']);

    expect(await add(moderator, plain.userId)).toMatchObject(done);
    expect(await add(moderator, other.userId, ['owner'])).toMatchObject(refused('unauthorized', 403));
    expect(await setRoles(moderator, plain.userId, ['owner'])).toMatchObject(refused('unauthorized', 403));
    expect(await setRoles(moderator, plain.userId, ['moderator'])).toMatchObject(done);
    expect(await setRoles(moderator, plain.userId)).toMatchObject(done);
    expect(await setRoles(moderator, owner.userId)).toMatchObject(refused('unauthorized', 403));
    expect(await remove(moderator, owner.userId)).toMatchObject(refused('unauthorized', 403));
    expect(await remove(plain, moderator.userId)).toMatchObject(refused('unauthorized', 403));
    expect(await roles()).toEqual({
      [owner.userId]: ['owner'],
      [moderator.userId]: ['moderator', 'member'],
      [plain.userId]: [],
    });

    expect(await remove(moderator, plain.userId)).toMatchObject(done);
    expect(await remove(moderator, plain.userId)).toMatchObject(refused('member-does-not-exist'));
    expect(await remove(owner, 'nobody')).toMatchObject(refused('invalid-user'));
    expect(await remove(owner, owner.userId)).toMatchObject(refused('last-owner-can-not-be-removed'));
    expect(await setRoles(owner, owner.userId)).toMatchObject(refused('last-owner-can-not-be-removed'));
    expect(await post('leave', { teamName }, owner.client)).toMatchObject(refused('last-owner-can-not-be-removed'));
    expect(await setRoles(owner, moderator.userId, ['owner', 'moderator'])).toMatchObject(done);
    expect(await post('leave', { teamName }, owner.client)).toMatchObject(done);
    expect(await post('leave', { teamName }, owner.client)).toMatchObject(refused('member-does-not-exist'));
    // Changing a person who isn't a member does nothing, and is no error in Rocket.Chat.
    expect(await setRoles(moderator, plain.userId, ['owner'])).toMatchObject(done);
    expect(await roles()).toEqual({ [moderator.userId]: ['owner', 'moderator'] });
  });

  testWhole('has the roles as they were set, until another API changes the underlying role', async () => {
    const { userId, client } = await memberOf('many');
    const teamName = newName();
    const teamId = (await create({ name: teamName, type: 0 })).body.team._id as string;
    const add = (roles?: readonly unknown[] | null) =>
      post('addMembers', { teamName, members: [{ userId, ...(roles !== undefined && { roles }) }] });
    const setRoles = (roles?: readonly unknown[] | null) =>
      post('updateMember', { teamName, member: { userId, ...(roles !== undefined && { roles }) } });
    const roles = async () => rolesOf(await listed(`teamName=${teamName}`))[userId];
    const role = async () => {
      const { data } = (await home.owner.call(`GET /v1/teams/${teamIdFromHex(teamId)}/members`)).body;
      return data.find((row: { userId: string }) => row.userId === userId).role;
    };

    expect(await add()).toMatchObject(done);
    expect(await roles()).toBeUndefined();
    expect(await add(['leader', 'leader', 'Ünüsual role'])).toMatchObject(done);
    expect([await roles(), await role()]).toEqual([['leader', 'Ünüsual role'], 'MEMBER']);
    expect(await add(['moderator', 'leader'])).toMatchObject(done);
    expect([await roles(), await role()]).toEqual([['leader', 'Ünüsual role', 'moderator'], 'MODERATOR']);
    expect(await add(null)).toMatchObject(done);
    expect(await roles()).toEqual(['leader', 'Ünüsual role', 'moderator']);
    expect(await setRoles(['owner', 'moderator', 'leader'])).toMatchObject(done);
    expect([await roles(), await role()]).toEqual([['owner', 'moderator', 'leader'], 'OWNER']);
    expect(await setRoles(['leader', 'owner'])).toMatchObject(done);
    expect([await roles(), await role()]).toEqual([['leader', 'owner'], 'OWNER']);
    for (const none of [undefined, null, []]) {
      expect(await setRoles(none)).toMatchObject(done);
      expect([await roles(), await role()]).toEqual([[], 'MEMBER']);
    }

    await setRoles(['leader', 'moderator']);
    const path = `/v1/teams/${teamIdFromHex(teamId)}/members/${(await client.call('GET /v1/me')).body.memberships[0].id}`;
    await home.owner.call(`PUT ${path}`, { body: { role: 'MODERATOR' } });
    expect(await roles()).toEqual(['leader', 'moderator']);
    await home.owner.call(`PUT ${path}`, { body: { role: 'OWNER' } });
    expect(await roles()).toEqual(['owner']);

    expect(await add(['x'.repeat(51)])).toMatchObject({ status: 400, body: { errorType: 'invalid-params' } });
    expect(await setRoles(Array.from({ length: 21 }, (_, index) => `${index}`))).toMatchObject({
      status: 400,
      body: { errorType: 'invalid-params' },
    });
    expect(await roles()).toEqual(['owner']);
  });

  test('keeps all roles that are added in parallel', async () => {
    const { userId } = await memberOf('added');
    const teamName = newName();
    await create({ name: teamName, type: 0 });
    await post('addMembers', { teamName, members: [{ userId }] });
    const wanted = ['one', 'two', 'three', 'four'];
    // Writes are delayed, so that all requests read before the first one writes.
    const writes = { function: 'rocketchat/add-members', action: 'dynamodb:UpdateItem' };
    await service.faults([{ ...writes, fault: 'delay', ms: 60, times: -1 }]);
    await Promise.all(wanted.map((role) => post('addMembers', { teamName, members: [{ userId, roles: [role] }] })));
    await service.faults([]);
    expect([...(rolesOf(await listed(`teamName=${teamName}`))[userId] ?? [])].sort()).toEqual(wanted.sort());
  });

  test('can’t be added by a former moderator, also between read and write', async () => {
    const { client, userId } = await memberOf('demoted');
    const plain = await memberOf('plain');
    const teamName = newName();
    await create({ name: teamName, type: 0 });
    await post('addMembers', { teamName, members: [{ userId, roles: ['moderator'] }] });
    const where = { function: 'rocketchat/add-members', action: 'dynamodb:PutItem' };
    const attempts = async () => (await service.calls(where.function)).filter(({ action }) => action === where.action);
    const before = (await attempts()).length;
    // The role is read before the demotion, and conflicts delay the write until after it.
    await service.faults([{ ...where, fault: 'conflict', times: -1 }]);
    const adding = post('addMembers', { teamName, members: [{ userId: plain.userId }] }, client);
    await expect.poll(async () => (await attempts()).length, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(await post('updateMember', { teamName, member: { userId } })).toMatchObject(done);
    await service.faults([]);
    expect(await adding).toMatchObject(refused('unauthorized', 403));
    expect(rolesOf(await listed(`teamName=${teamName}`))).not.toHaveProperty(plain.userId);
  });

  testWhole(
    'is added for many people at once, by id or username, without people outside the organization',
    async () => {
      const one = await memberOf('one');
      const two = await memberOf('two');
      const teamName = newName();
      await create({ name: teamName, type: 0 });
      const members = [
        { userId: one.userId, roles: ['owner'] },
        { userId: two.username, roles: ['moderator'] },
        { userId: 'nobody', roles: null },
      ];
      expect(await post('addMembers', { teamName, members })).toMatchObject(done);
      expect(rolesOf(await listed(`teamName=${teamName}`))).toEqual({
        [home.userId]: ['owner'],
        [one.userId]: ['owner'],
        [two.userId]: ['moderator'],
      });
    },
  );
});

test('an owner who isn’t an ADMIN adds roles, renames and deletes', async () => {
  const [owner, plain] = [await memberOf('owner'), await memberOf('plain')];
  const teamName = newName();
  const renamed = newName();
  await create({ name: teamName, type: 0 }, owner.client);
  const add = (...roles: string[]) =>
    post('addMembers', { teamName, members: [{ userId: plain.userId, roles }] }, owner.client);
  expect(await add()).toMatchObject(done);
  expect(await add('moderator')).toMatchObject(done);
  expect(rolesOf(await listed(`teamName=${teamName}`))[plain.userId]).toEqual(['moderator']);
  expect(await post('update', { teamName, data: { name: renamed } }, plain.client)).toMatchObject(
    refused('unauthorized', 403),
  );
  expect(await post('update', { teamName, data: { name: renamed } }, owner.client)).toMatchObject(done);
  expect(await post('delete', { teamName: renamed }, owner.client)).toMatchObject(done);
});

type Person = Awaited<ReturnType<typeof memberOf>>;

describe('lists', () => {
  test('have the caller’s teams, or all teams, with the fields of Rocket.Chat', async () => {
    const { client, userId, username } = await memberOf('lister');
    expect((await client.call('GET /api/v1/teams.list')).body).toEqual({
      ...{ teams: [], total: 0, count: 0, offset: 0, success: true },
    });
    const namesOf = ({ body }: Answer) => body.teams.map(({ name }: { name: string }) => name);
    const three = [newName(), newName(), newName()];
    for (const name of three) await create({ name, type: 1 }, client);
    const own = await client.call('GET /api/v1/teams.list');
    expect(own.body).toMatchObject({ total: 3, count: 3, offset: 0, success: true });
    expect(Object.keys(own.body.teams[0])).toEqual([
      ...['_id', 'name', 'type', 'createdAt', 'createdBy', '_updatedAt', 'roomId', 'rooms', 'numberOfUsers'],
    ]);
    expect(own.body.teams[0]).toMatchObject({ createdBy: { _id: userId, username }, rooms: 1, numberOfUsers: 1 });
    const sort = encodeURIComponent('{"name":-1}');
    const part = await client.call(`GET /api/v1/teams.list?offset=1&count=1&sort=${sort}&query=%7B%7D`);
    expect(part.body).toMatchObject({ total: 3, count: 1, offset: 1 });
    expect(namesOf(part)).toEqual([three.toSorted()[1]]);
    for (const bad of ['x', '[', '{"name":2}', 'null']) {
      expect((await client.call(`GET /api/v1/teams.list?sort=${encodeURIComponent(bad)}`)).body).toEqual({
        success: false,
        error: `Invalid sort parameter provided: "${bad}" [error-invalid-sort]`,
        errorType: 'error-invalid-sort',
        details: { helperMethod: 'parseJsonQuery' },
      });
    }
    expect((await client.call('GET /api/v1/teams.listAll')).status).toBe(403);
    const total = (await home.owner.call('GET /v1/teams')).body.meta.total;
    for (const query of ['?count=0', '?count=1000', '?count=-1&offset=-3', '?count=x&offset=y']) {
      const all = await home.owner.call(`GET /api/v1/teams.listAll${query}`);
      expect(all.body).toMatchObject({ total, offset: 0 });
      expect(namesOf(all)).toHaveLength(all.body.count);
    }
  });

  test('of members are filtered by parts of names, and empty for people outside the team', async () => {
    const name = newName();
    const found = await memberOf('findable');
    await create({ name, type: 1, members: [found.userId] });
    const stranger = await memberOf('stranger');
    const of = (query: string, by: Pick<Client, 'call'> = home.owner) =>
      by.call(`GET /api/v1/teams.members?teamName=${name}${query}`);
    expect((await of('', stranger.client)).body).toEqual({
      ...{ members: [], total: 0, count: 0, offset: 0, success: true },
    });
    const all = (await of('')).body;
    expect(all).toMatchObject({ total: 2, count: 2, offset: 0 });
    const owner = all.members.find(({ roles }: Listed) => roles);
    expect(Object.keys(owner)).toEqual(['user', 'roles', 'createdBy', 'createdAt']);
    expect(Object.keys(owner.user)).toEqual(['_id', 'username', 'name', 'status', 'settings']);
    expect(owner.createdBy._id).toBe(home.userId);
    for (const query of ['&username=FINDABLE', '&name=findable', '&username=findable&name=findable&count=1']) {
      const { body } = await of(query);
      expect(body, query).toMatchObject({ total: 1, members: [{ user: { _id: found.userId } }] });
      expect(body.members[0]).not.toHaveProperty('roles');
    }
    const json = encodeURIComponent('["online","offline"]');
    for (const query of [
      '&status[]=offline',
      '&status=offline',
      `&status=${json}`,
      '&status[]=away&status[]=offline',
    ]) {
      expect((await of(query)).body.total, query).toBe(2);
    }
    for (const query of [
      '&status[]=online',
      '&status=online',
      `&status=${encodeURIComponent('["away"]')}`,
      '&status=[',
    ]) {
      expect((await of(query)).body.total, query).toBe(0);
    }
    expect((await of('&offset=1&count=1')).body).toMatchObject({ total: 2, count: 1, offset: 1 });
  });

  testWhole('of autocomplete have names with a prefix', async () => {
    const start = newName();
    for (const end of 'cab') await create({ name: `${start}-${end}`, type: end === 'c' ? 1 : 0 });
    const { client } = await memberOf('searcher');
    const find = async (by: Pick<Client, 'call'>, text: string) =>
      (await by.call(`GET /api/v1/teams.autocomplete?name=${encodeURIComponent(text)}`)).body;
    const { teams } = await find(client, start.toUpperCase());
    expect(teams.map(({ name }: { name: string }) => name)).toEqual([`${start}-a`, `${start}-b`]);
    expect(Object.keys(teams[0])).toEqual(['_id', 'name', 'fname', 't', 'teamId']);
    expect((await find(home.owner, ` ${start}`)).teams).toHaveLength(3);
    expect((await find(home.owner, '')).teams).toHaveLength(10);
    expect((await find(client, '.*')).teams).toEqual([]);
  });

  test('show a private team to members of it or of a team above, and to ADMINs', async () => {
    const { client } = await memberOf('above');
    const parent = (await client.call('POST /v1/teams', { body: { name: newName() } })).body;
    const child = { name: newName(), isPrivate: true, parentTeamId: parent.id };
    await home.owner.call('POST /v1/teams', { body: child });
    const other = await memberOf('other');
    const info = (by: Client) => by.call(`GET /api/v1/teams.info?teamName=${child.name}`);
    expect((await info(client)).body.teamInfo).toMatchObject({ name: child.name, type: 1 });
    expect((await info(home.owner)).status).toBe(200);
    expect(await info(other.client)).toMatchObject(refused('unauthorized', 403));
    for (const text of ['', '&teamId=x']) {
      const answer = await home.owner.call(`GET /api/v1/teams.info?teamName=invalid*team*name${text}`);
      expect(answer.status).toBe(400);
    }
    expect((await home.owner.call('GET /api/v1/teams.info?teamName=invalid*team*name')).body).toEqual(
      refused('Team not found').body,
    );
    const members = await home.owner.call('GET /api/v1/teams.members?teamName=invalid*team*name');
    expect(members.body).toEqual(refused('team-does-not-exist').body);
  });
});

describe('updating a team', () => {
  test('changes name and privacy, and validates the name as a room name', async () => {
    const name = newName();
    const { team } = (await create({ name, type: 0 })).body;
    const taken = newName();
    await create({ name: taken, type: 0 });
    const renamed = newName();
    expect(await post('update', { teamId: team._id, data: { name: renamed, type: 1 } })).toMatchObject(done);
    const { teamInfo } = (await home.owner.call(`GET /api/v1/teams.info?teamName=${renamed}`)).body;
    expect(teamInfo).toMatchObject({ _id: team._id, type: 1, roomId: team.roomId });
    expect(teamInfo._updatedAt > team._updatedAt).toBe(true);
    const name2 = (data: object) => post('update', { teamName: renamed, data });
    expect(await name2({ name: taken })).toMatchObject(refused('team-name-already-exists'));
    expect((await name2({ name: 'two words' })).body).toEqual({
      success: false,
      error: 'two words is not a valid room name. [error-invalid-room-name]',
      errorType: 'error-invalid-room-name',
    });
    expect(await name2({ name: null })).toMatchObject(done);
    expect(await name2({})).toMatchObject({ status: 400, body: { errorType: 'invalid-params' } });
  });

  test('or deleting it is refused with the code of the domain', async () => {
    const { body } = await home.owner.call('GET /v1/teams?perPage=100');
    const main = body.data.find(({ isDefault }: { isDefault: boolean }) => isDefault);
    expect(await post('delete', { teamName: main.name })).toMatchObject({
      status: 400,
      body: { success: false, errorType: 'default_team' },
    });
    const parent = (await home.owner.call('POST /v1/teams', { body: { name: newName() } })).body;
    await home.owner.call('POST /v1/teams', { body: { name: newName(), parentTeamId: parent.id } });
    expect((await post('delete', { teamName: parent.name })).body.errorType).toBe('team_has_children');
    expect(await post('delete', { teamName: parent.name, roomsToRemove: [] })).toMatchObject({ status: 400 });
  });
});

testWhole('endpoints of rooms answer as for callers without permission, and lists of rooms are empty', async () => {
  const name = newName();
  const { team } = (await create({ name, type: 1 })).body;
  const { client, userId } = await memberOf('stranger');
  const get = (endpoint: string, by: Pick<Client, 'call'> = home.owner) => by.call(`GET /api/v1/teams.${endpoint}`);
  const rooms = ['GENERAL'];
  expect(await post('addRooms', { teamName: name, rooms })).toMatchObject(
    refused('error-no-permission-team-channel', 403),
  );
  expect(await post('removeRoom', { teamName: name, roomId: 'x' })).toMatchObject(refused('unauthorized', 403));
  const change = { isDefault: true };
  expect(await post('updateRoom', { roomId: team.roomId, ...change })).toMatchObject(refused('unauthorized', 403));
  expect(await post('updateRoom', { roomId: 'x', ...change })).toMatchObject(refused('invalid-room'));
  expect(await post('convertToChannel', { teamId: team._id })).toMatchObject(refused('unauthorized', 403));
  const none = { rooms: [], total: 0, count: 0, success: true };
  expect((await get(`listRooms?teamId=${team._id}&offset=3`)).body).toEqual({ ...none, offset: 3 });
  expect(await get(`listRooms?teamId=${team._id}`, client)).toMatchObject(refused('user-not-on-private-team'));
  const own = `listRoomsOfUser?teamId=${team._id}&userId=`;
  expect((await get(own + userId)).body).toEqual({ ...none, offset: 0 });
  expect(await get(own + home.userId, client)).toMatchObject(refused('unauthorized', 403));
  expect(await get(own + userId, client)).toMatchObject(refused('user-not-on-private-team'));
  expect((await get(`listChildren?roomId=${team.roomId}`)).body).toEqual({
    ...{ data: [], total: 0, offset: 0, count: 50, success: true },
  });
  expect(await get(`listChildren?teamId=${team._id}`, client)).toMatchObject(
    refused('error-invalid-team-not-a-member'),
  );
  expect(await get('listChildren?teamName=nothing')).toMatchObject(refused('Resource not found', 404));
});

testWhole(
  'too many requests are 429 with the time to wait',
  async () => {
    const { client } = await memberOf('eager');
    let last: Answer | undefined;
    for (let sent = 0; sent <= REQUESTS && last?.status !== 429; sent += 1) {
      last = await client.call('GET /api/v1/teams.autocomplete?name=x');
    }
    expect(last?.status).toBe(429);
    const wait = last?.headers.get('retry-after');
    expect(last?.body).toEqual(
      failure(
        `Error, too many requests. Please slow down. You must wait ${wait} seconds before trying this endpoint again. [error-too-many-requests]`,
      ),
    );
    expect(last?.headers.get('x-ratelimit-remaining')).toBe('0');
  },
  60_000,
);

test('a defect shows no details', async () => {
  await service.faults([{ function: 'rocketchat/list', fault: 'refuse', times: -1 }]);
  const answer = await fetch(`${service.api}/api/v1/teams.list`, {
    headers: { authorization: `Bearer ${home.owner.token}`, 'x-organization-id': home.id },
  });
  await service.faults([]);
  expect(answer.status).toBe(500);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual(failure('Internal server error'));
});

describe("Rocket.Chat's own client", () => {
  test('creates, changes, reads and deletes a team', async () => {
    const { headers, userId } = await clientOf(home.owner);
    const client = new RestClient({
      baseUrl: service.api,
      credentials: { 'X-Auth-Token': headers['X-Auth-Token'] as string, 'X-User-Id': userId },
    }) as unknown as Rest;
    const one = await memberOf('one');
    const two = await memberOf('two');
    const name = newName();
    const { team } = await client.post('/v1/teams.create', {
      ...{ name, type: 1, members: [one.username], room: { readOnly: true, extraData: { topic: 'News' } } },
    });
    expect(team).toMatchObject({ name, type: 1, createdBy: { _id: userId } });
    const teamId = team._id as string;
    const added = { teamId, members: [{ userId: two.userId, roles: ['moderator'] }] };
    expect(await client.post('/v1/teams.addMembers', added)).toEqual({ success: true });
    const { members, total } = await client.get('/v1/teams.members', { teamId, status: ['offline', 'away'] });
    expect(total).toBe(3);
    expect(Object.fromEntries(members.map(({ user, roles }: Listed) => [user.username, roles]))).toMatchObject({
      [two.username]: ['moderator'],
      [one.username]: undefined,
    });
    expect(
      await client.post('/v1/teams.updateMember', { teamId, member: { userId: one.userId, roles: ['owner'] } }),
    ).toEqual({ success: true });
    expect(await client.post('/v1/teams.removeMember', { teamId, userId: two.userId })).toEqual({ success: true });
    const renamed = newName();
    expect(await client.post('/v1/teams.update', { teamId, data: { name: renamed, type: 0 } })).toEqual({
      success: true,
    });
    expect((await client.get('/v1/teams.info', { teamName: renamed })).teamInfo).toMatchObject({
      _id: teamId,
      type: 0,
    });
    expect((await client.get('/v1/teams.autocomplete', { name: renamed })).teams).toMatchObject([{ teamId }]);
    const lists = await Promise.all(['list', 'listAll'].map((list) => client.get(`/v1/teams.${list}`, { count: 100 })));
    for (const list of lists) expect(list.teams.map(({ _id }: { _id: string }) => _id)).toContain(teamId);
    expect(await client.post('/v1/teams.leave', { teamId })).toEqual({ success: true });
    await expect(client.post('/v1/teams.create', { name: renamed, type: 0 })).rejects.toMatchObject({ status: 400 });
    expect(await client.post('/v1/teams.delete', { teamId })).toEqual({ success: true });
    await expect(client.get('/v1/teams.info', { teamId })).rejects.toMatchObject({ status: 400 });
  });
});

/** The used methods of Rocket.Chat's client. Its own types need packages that can't be installed. */
interface Rest {
  get(path: string, query: object): Promise<Loose>;
  post(path: string, body: object): Promise<Loose>;
}
// biome-ignore lint/suspicious/noExplicitAny: tests check the form of these bodies
type Loose = any;
