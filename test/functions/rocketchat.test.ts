import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Client, useService } from '../support/service.ts';

// Rocket.Chat's page of teams.create, as it was when the project was made from it: its example is sent, and what it
// documents is what is answered.
const page = readFileSync(new URL('../fixtures/rocketchat-teams-create.txt', import.meta.url), 'utf8');

/** The first JSON example below a heading. */
function example(heading: string): Record<string, unknown> {
  const lines = page.slice(page.indexOf(`\n    ${heading}\n`)).split('\n');
  const start = lines.indexOf('    {');
  return JSON.parse(lines.slice(start, lines.indexOf('    }', start) + 1).join('\n'));
}

/** The names of the headers that the page asks for. */
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
  const { id, owner, member } = await service.organization();
  home = { id, owner, userId: member.userId };
});

/** Sends as Rocket.Chat's clients do: an access token, and whose it is. */
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

/** Fields, their order and types are those of the example, and texts have its form. */
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
  test('gets the documented answer, field for field', async () => {
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

  test('has the documented headers', async () => {
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

  test('makes a team that the other API has, and the other way round', async () => {
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

describe('what teams.create refuses', () => {
  test.each<[string, unknown, string]>([
    ['a missing name', { type: 0 }, "must have required property 'name'"],
    ['a missing type', { name: 'x' }, "must have required property 'type'"],
    ['both missing', {}, "must have required property 'name'"],
    ['a type that there is none of', { name: 'x', type: 2 }, 'must be equal to one of the allowed values'],
    ['a type that is no number', { name: 'x', type: 'x' }, 'must be number'],
    ['members that are no list', { name: 'x', type: 0, members: 'x' }, 'must be array'],
    ['a member that is no text', { name: 'x', type: 0, members: [{}] }, 'must be string'],
    ['a room that is no object', { name: 'x', type: 0, room: 'x' }, 'must be object'],
    ['an unknown field', { name: 'x', type: 0, surprise: 1 }, 'must NOT have additional properties'],
    ['a body that is no JSON', '{', "must have required property 'name'"],
    ['a text', '"text"', "must have required property 'name'"],
    ['a list', '[]', 'must be object'],
    ['too many members', { name: 'x', type: 0, members: Array(101).fill('x') }, 'must NOT have more than 100 items'],
  ])('%s: in the words of the validator', async (_, body, error) => {
    const before = await service.items();
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: invalid(error) });
    expect(Object.keys(answer.body)).toEqual(['success', 'errorType', 'error']);
    expect(await service.items()).toEqual(before);
  });

  test('no credential, a bad one, and a token with the id of somebody else: all four keys', async () => {
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
      const said = 'You must be logged in to do this.';
      expect(Object.entries(answer.body)).toEqual(
        Object.entries({ status: 'error', message: said, success: false, error: said }),
      );
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
    // The pair means nothing elsewhere.
    expect((await service.call('GET /v1/teams', { headers: client.headers })).status).toBe(401);
  });

  test('who may not, whatever the body is', async () => {
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

  test('a room that exists: who may not edit it, and who may', async () => {
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

  test('names that are taken by a team or a username, whatever the letter case and blanks around', async () => {
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
    'the name %j, and leaves nothing behind',
    async (name) => {
      const before = await service.items();
      const answer = await create({ name, type: 0 });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(failure('error-team-creation'));
      expect(await service.items()).toEqual(before);
    },
  );

  test('an owner who is nobody here', async () => {
    for (const owner of ['nobody', `usr_${'0'.repeat(26)}`]) {
      expect((await create({ name: newName(), type: 0, owner })).body).toEqual(failure('error-team-creation'));
    }
  });
});

test('what is sent is coerced as the validator coerces it', async () => {
  const name = 7_000_000 + process.pid;
  const answer = await create({ name, type: '1', sidepanel: { items: ['channels'] } });
  expect(answer).toMatchObject({ status: 200, body: { team: { name: String(name), type: 1 } } });
});

test('a body is read whatever it says that it is', async () => {
  const name = newName();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await home.owner.call('POST /api/v1/teams.create', { body: `name=${name}&type=0`, headers })).status).toBe(
    200,
  );
  const text = { 'content-type': 'text/plain' };
  const body = JSON.stringify({ name: newName(), type: 0 });
  expect((await home.owner.call('POST /api/v1/teams.create', { body, headers: text })).status).toBe(200);
});
