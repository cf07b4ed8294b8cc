import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Contract, contracts, tested } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Tests rules of HTTP for every route.

const service = useService();

let home: Home;

beforeAll(async () => {
  home = await service.organization('Home');
});

const named = (some: readonly Contract[]) => some.map((contract) => [contract.declaration.route, contract] as const);
const gets = contracts.filter(({ declaration }) => declaration.route.startsWith('GET '));

test.each(named(tested(gets, ['dialect', 'accepts'])))(
  'HEAD answers as %s does, without a body, and changes nothing',
  async (_, contract) => {
    // Pages mail their owner, and mails to an address are limited.
    const where = contract.declaration.dialect === 'page' ? await service.organization() : home;
    const { route } = await exampleOf(contract, service, where);
    const caller: Pick<Client, 'call'> = contract.declaration.caller.includes('anybody') ? service : where.owner;
    await where.owner.call('GET /v1/me');
    // The events of earlier tests are still sent.
    const items = async () => (await service.items()).filter(({ type }) => type !== 'WebhookDelivery');
    const before = await items();
    const head = await caller.call(route.replace('GET', 'HEAD'));
    const after = await items();
    const got = await caller.call(route);
    expect([head.status, head.body]).toEqual([got.status, undefined]);
    expect(got.body).toBeDefined();
    expect(after).toEqual(before);
    const varying = [
      'connection',
      'keep-alive',
      'date',
      'content-length',
      'transfer-encoding',
      'apigw-requestid',
      'x-ratelimit-remaining',
    ];
    const stable = ({ headers }: { headers: Headers }) =>
      Object.fromEntries([...headers].filter(([name]) => !varying.includes(name)));
    expect(stable(head)).toEqual(stable(got));

    const refused = await service.call(route.replace('GET', 'HEAD').replace(/token=\w+/, 'token=x'));
    expect([refused.status >= 400, refused.body]).toEqual([
      !contract.declaration.caller.includes('anybody') || route.includes('token='),
      undefined,
    ]);
  },
);

test.each(named(contracts))('OPTIONS of the path of %s is 204 and names its methods', async (_, { declaration }) => {
  const [method = '', path = ''] = declaration.route.replaceAll(/\{\w+\}/g, 'x').split(' ');
  // The gateway answers preflight requests.
  const answer = await service.call(`OPTIONS ${path}`);
  expect([answer.status, answer.body]).toEqual([204, undefined]);
  const allowed = answer.headers.get('allow')?.split(', ') ?? [];
  expect(allowed).toContain(method);
  expect(allowed.includes('HEAD')).toBe(allowed.includes('GET'));
  const wrong = await service.call(
    `${['PUT', 'PATCH', 'DELETE', 'POST'].find((one) => !allowed.includes(one))} ${path}`,
  );
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, answer.headers.get('allow')]);
});

test('OPTIONS of an unknown path is 404', async () => {
  expect((await service.call('OPTIONS /v1/nothing')).status).toBe(404);
});

describe('an unknown path of an API', () => {
  const ROCKETCHAT = { status: 'error', message: 'API endpoint does not exist' };
  const laravel = (path: string) => ({ message: `The route ${path} could not be found.` });
  test.each<readonly [string, object]>([
    ...['POST /api/v1/login', 'GET /api/v1/whatever', 'GET /api/v1', 'GET /api/v1/', 'POST /api/v1/users/sign_in'].map(
      (route) => [route, ROCKETCHAT] as const,
    ),
    ['GET /api/v1/users.list', ROCKETCHAT],
    ...['api/v4/teams', 'api/v2', 'api/v3/nothing', 'api', 'api/', 'api/login', 'api/v10/x.y'].map(
      (path) => [`GET /${path}`, laravel(path)] as const,
    ),
    ...['GET /v2/members', 'GET /v10', 'POST /v2/invitations'].map(
      (route) => [route, { message: 'There is no such endpoint.', error: 'route_not_found' }] as const,
    ),
  ])('is 404 in JSON: %s', async (route, body) => {
    const answer = await service.call(route);
    expect(answer).toMatchObject({ status: 404, body });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('below Papershift’s teams is 404 in JSON:API', async () => {
    const answer = await service.call('GET /api/v1/teams/x/y');
    expect(answer).toMatchObject({ status: 404, body: { errors: [{ code: 'route_not_found' }] } });
  });

  test.each(['GET /', 'GET /vx', 'GET /apis', 'GET /favicon.ico'])(
    'is JSON, but %s, outside all APIs, is a page',
    async (route) => {
      const answer = await service.call(route);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    },
  );
});

const ofV1 = contracts.filter(({ declaration }) => declaration.dialect === 'v1');

test('a repeated parameter is refused', async () => {
  const { owner } = await service.organization();
  const answer = await owner.call('GET /v1/members?role=USER&role=ADMIN');
  expect(answer).toMatchObject({
    status: 400,
    body: { error: 'validation_failed', details: { role: ['must be given once'] } },
  });
});

test.each(named(tested(ofV1, ['dialect', 'accepts'])))('%s refuses an unknown parameter', async (_, contract) => {
  const { route, body, by = home.owner } = await exampleOf(contract, service, home);
  await home.owner.call('GET /v1/me');
  const before = service.writes().length;
  // A link's holder is another person than the owner.
  const caller: Pick<Client, 'call'> = contract.declaration.caller.includes('link') ? service : by;
  for (const name of ['surprise', 'User', '__proto__', 'constructor', 'perpage']) {
    const answer = await caller.call(`${route}${route.includes('?') ? '&' : '?'}${name}=x`, { body });
    expect(answer, name).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
    expect(answer.body.details).toEqual({ [name]: ['is not a parameter of this request'] });
  }
  expect(service.writes().slice(before)).toEqual([]);
});

test('the dialects of other products ignore unknown parameters, as these products do', async () => {
  for (const path of ['/api/v3/teams', '/api/v3/sites', '/api/v2/teams', '/api/v1/teams.list']) {
    expect((await home.owner.call(`GET ${path}?surprise=x`)).status, path).toBe(200);
  }
  expect((await home.owner.call('GET /api/v1/teams?surprise=x')).status).toBe(400);
  expect((await home.owner.call('GET /api/v1/teams?surPrise=x')).status).toBe(200);
});

test('a filter by user id finds one member or none', async () => {
  const { owner, memberId } = await service.organization();
  const other = await service.member(owner, 'VIEWER');
  const { owner: foreign } = await service.organization();
  const userIdOf = async (by: Client) => (await by.call('GET /v1/me')).body.id as string;
  const { userId } = (await owner.call(`GET /v1/members/${other.memberId}`)).body;
  const find = async (query: string) => (await owner.call(`GET /v1/members?${query}`)).body;
  const ids = async (query: string) => (await find(query)).data.map(({ id }: { id: string }) => id);
  expect(await find(`userId=${userId}`)).toMatchObject({
    data: [{ id: other.memberId, userId }],
    meta: { perPage: 20 },
  });
  expect((await find(`userId=${userId}`)).meta).toMatchObject({ nextCursor: null });
  expect(await ids(`userId=${await userIdOf(owner)}`)).toEqual([memberId]);
  expect(await ids(`userId=${userId}&role=VIEWER`)).toEqual([other.memberId]);
  expect(await ids(`userId=${userId}&role=ADMIN`)).toEqual([]);
  expect(await ids(`userId=${await userIdOf(foreign)}`)).toEqual([]);
  expect(await ids(`userId=usr_${'0'.repeat(26)}`)).toEqual([]);
  for (const bad of ['', 'x', `usr_${'0'.repeat(25)}`, other.memberId]) {
    expect(await owner.call(`GET /v1/members?userId=${bad}`)).toMatchObject({
      status: 400,
      body: { details: { userId: ['must be the id of a user'] } },
    });
  }
  await owner.call(`DELETE /v1/members/${other.memberId}`);
  expect(await ids(`userId=${userId}`)).toEqual([]);
});

test.each(['2027-02-31', '2027-02-29T00:00:00Z', '2027-13-01', '2026-04-31T10:00:00%2B02:00'])(
  'a nonexistent time is refused in every parameter and field: %s',
  async (when) => {
    for (const name of ['from', 'to']) {
      const answer = await home.owner.call(`GET /v1/audit-logs?${name}=${when}`);
      expect(answer).toMatchObject({ status: 400, body: { details: { [name]: ['must be an ISO 8601 time'] } } });
    }
    for (const operator of ['gt', 'lte', 'eq', 'in']) {
      const answer = await home.owner.call(`GET /api/v1/teams?filter[discarded_at]=${operator}:${when}`);
      expect([answer.status, answer.body.errors[0].code]).toEqual([400, 'no_time']);
    }
    const end = decodeURIComponent(when);
    const find = (name: Contract['name']) => contracts.find((contract) => contract.name === name) as Contract;
    for (const [name, field, more] of [
      ['volttime/grant-sensitive-data', 'data_access_expires_at', { expires_never: false }],
      ['volttime/request-sensitive-data', 'requested_data_expires_at', { reason: 'Repair' }],
      ['volttime/invite-team', 'data_access_expires_at', { email: newAddress(), data_access: true }],
    ] as const) {
      const contract = find(name);
      expect(z.safeParse(contract.declaration.body as z.ZodMiniType, { ...more, [field]: '2099-12-31' }).success).toBe(
        true,
      );
      const { route } = await exampleOf(contract, service, home);
      const answer = await home.owner.call(route, { body: { ...more, [field]: end } });
      expect(answer.status).toBe(422);
      expect(Object.keys(answer.body.errors)).toEqual([field]);
    }
  },
);
