import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import express, { type Express } from 'express';
import { Hono } from 'hono';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccessError, Backend, type BackendOptions, type Session } from '../../../packages/client/src/backend/index.ts';
import { operatorCommand } from '../../support/command.ts';
import { type Client, newAddress, useService } from '../../support/service.ts';
import { someOf } from '../../support/whole.ts';

// The middleware for backends, with real Express and Hono, on the running stack.

const service = useService();

const AUDIENCE = 'https://backend.example.com';

let id: string;
let owner: Client;
let backendToken: string;
beforeAll(async () => {
  ({ id, owner } = await service.organization());
  backendToken = (await owner.call('POST /v1/access-tokens', { body: { name: 'Backend' } })).body.token;
});

let requests: string[] = [];
beforeEach(() => {
  requests = [];
});
afterEach(() => service.faults([]));

/** Returns a backend that notes its requests to Muster. */
function newBackend(options: Partial<BackendOptions> = {}): Backend {
  return new Backend({
    ...{ baseUrl: service.api, audience: AUDIENCE, token: backendToken },
    fetch: (input, init) => {
      requests.push(new URL(String(input)).pathname);
      return fetch(input, init);
    },
    ...options,
  });
}

const statement = async (by: Client, body: object = {}): Promise<string> =>
  (await by.call(`POST /v1/organizations/${id}/session`, { body: { audience: AUDIENCE, ...body } })).body.token;

const refusal = (token: string, backend = newBackend()) =>
  backend.verifySession(token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof AccessError ? `${error.status} ${error.message}` : error),
  );

/** Changes a part of a statement. */
function changed(token: string, part: 0 | 1, change: object): string {
  const parts = token.split('.');
  const read = JSON.parse(Buffer.from(parts[part] as string, 'base64url').toString());
  parts[part] = Buffer.from(JSON.stringify({ ...read, ...change })).toString('base64url');
  return parts.join('.');
}

describe('a statement', () => {
  test('is verified without a call as long as the keys are known', async () => {
    const member = await service.member(owner, 'USER');
    const team = (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
    await owner.call(`PUT /v1/teams/${team}/members/${member.memberId}`, { body: { role: 'OWNER' } });
    const backend = newBackend();
    const token = await statement(member, { expiresInSeconds: 60 });
    const session = await backend.verifySession(token);
    expect(session).toEqual({
      user: (await member.call('GET /v1/me')).body.id,
      ...{ organization: id, member: member.memberId, role: 'USER', teams: [{ id: team, role: 'OWNER' }] },
      ...{ moreTeams: false, permissions: expect.arrayContaining(['member:read', 'invoice:read']) },
      expiresAt: expect.any(Date),
    } satisfies Session);
    expect(Math.abs(session.expiresAt.getTime() - Date.now() - 60_000)).toBeLessThan(20_000);
    await Promise.all(Array.from({ length: 20 }, () => backend.verifySession(token)));
    expect(requests).toEqual(['/.well-known/jwks.json']);
  });

  test('that parallel first requests have is verified with one fetch of the keys', async () => {
    const backend = newBackend();
    const token = await statement(owner);
    await Promise.all(Array.from({ length: 20 }, () => backend.verifySession(token)));
    expect(requests).toEqual(['/.well-known/jwks.json']);
  });

  test('is refused if a claim or the header was changed', async () => {
    const token = await statement(owner);
    const forged = '401 The signature of the statement isn’t valid.';
    expect(await refusal(changed(token, 1, { role: 'ADMIN', member: 'mem_1' }))).toBe(forged);
    expect(await refusal(`${token.slice(0, -8)}AAAAAAAA`)).toBe(forged);
    expect(await refusal(changed(token, 0, { typ: 'x' }))).toBe(forged);
    for (const alg of ['none', 'HS256', 'RS256', 'ES384', '']) {
      const unsigned = changed(token, 0, { alg });
      for (const each of [unsigned, unsigned.replace(/[^.]*$/, '')]) {
        expect(await refusal(each), alg).toBe('401 The statement isn’t signed with ES256.');
      }
    }
    expect(await refusal(changed(token, 0, { crit: ['exp'] }))).toBe('401 The statement isn’t signed with ES256.');
    expect(await refusal(token.replace(/[^.]*$/, ''))).toBe(forged);
    for (const text of ['', 'x', 'a.b', 'a.b.c', `${token}.x`, 'é.é.é', `${'x'.repeat(100_000)}.x.x`]) {
      expect(await refusal(text)).toBe('401 The statement is no JWT.');
    }
  });

  test('is refused if it is signed by another key, with the id of ours or another', async () => {
    const token = await statement(owner);
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString());
    const { privateKey } = await generateKeyPair('ES256');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
    const forge = (header: object) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header }).sign(privateKey);
    const backend = newBackend();
    expect(await refusal(await forge({ kid }), backend)).toBe('401 The signature of the statement isn’t valid.');
    expect(await refusal(await forge({}), backend)).toBe('401 The statement isn’t signed with ES256.');
    for (const wrong of ['unknown', '__proto__', 'constructor', '']) {
      expect(await refusal(await forge({ kid: wrong }), backend)).toBe(
        '401 The statement is signed by an unknown key.',
      );
    }
    // Unknown keys can't make it flood Muster.
    expect(requests).toEqual(['/.well-known/jwks.json']);
    expect(await refusal(token, backend)).toBe('accepted');
  });

  test('is refused for another audience, and of another issuer', async () => {
    const token = await statement(owner);
    expect(await refusal(token, newBackend({ audience: 'https://other.example.com' }))).toBe(
      '401 The statement is for another audience.',
    );
    const other = service.api.replace('127.0.0.1', 'localhost');
    expect(await refusal(token, newBackend({ baseUrl: other }))).toBe('401 The statement is of another issuer.');
    expect(await refusal(token, newBackend({ baseUrl: `${service.api}/` }))).toBe('accepted');
    // An ID token is no statement.
    expect(await refusal(owner.token)).toBe('401 The statement isn’t signed with ES256.');
  });

  test.each([
    ['-10m', 'has ended'],
    ['10m', 'is from the future'],
  ])('of another time, %s, is refused: it %s', async (offset, why) => {
    await service.clock(offset);
    const token = await statement((await service.person(owner.email)).in(id));
    await service.clock(0);
    expect(await refusal(token)).toBe(`401 The statement ${why}.`);
  });

  test('that lacks a claim is refused, also with a valid signature', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'own' };
    const keys = { keys: [jwk, { kid: 'rsa', kty: 'RSA' }, {}] };
    const backend = newBackend({ fetch: async () => Response.json(keys) });
    const [, body = ''] = (await statement(owner)).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const sign = (change: object) =>
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', kid: 'own' }).sign(privateKey);
    expect(await refusal(await sign({}), backend)).toBe('accepted');
    for (const name of ['sub', 'organization', 'member', 'role', 'teams', 'permissions', 'iss', 'aud', 'exp', 'iat']) {
      expect(await refusal(await sign({ [name]: undefined }), backend), name).toMatch(/^401 /);
    }
    expect(await refusal(await sign({ role: 'BOSS' }), backend)).toMatch(/^401 /);
  });
});

test('after an emergency the next statement is accepted at once, and the old one is refused', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const backend = newBackend();
    const old = await statement(owner);
    expect(await refusal(old, backend)).toBe('accepted');
    vi.advanceTimersByTime(11_000);
    const rotated = await operatorCommand(service, 'cdk/operator/rotate-key.ts', ['--table', service.stack.table]);
    expect(rotated.code).toBe(0);
    // The unknown id makes it fetch the keys.
    expect(await refusal(await statement(owner), backend)).toBe('accepted');
    expect(await refusal(old, backend)).toBe('401 The statement is signed by an unknown key.');
    expect(requests).toEqual(['/.well-known/jwks.json', '/.well-known/jwks.json']);
  } finally {
    vi.useRealTimers();
  }
});

test('while Muster doesn’t answer, known keys are trusted for an hour, and without keys it is 503', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    let down = false;
    const backend = newBackend({
      fetch: (input, init) => (down ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)),
    });
    const token = await statement(owner);
    expect(await refusal(token, backend)).toBe('accepted');
    down = true;
    vi.advanceTimersByTime(59 * 60_000);
    expect(await refusal(token, backend)).toBe('accepted');
    vi.advanceTimersByTime(2 * 60_000);
    expect(await refusal(token, backend)).toBe('503 The keys of statements can’t be fetched.');
    down = false;
    vi.advanceTimersByTime(11_000);
    expect(await refusal(token, backend)).toBe('accepted');
    for (const answer of [new Response('x'), new Response('{}'), new Response('', { status: 500 })]) {
      const broken = newBackend({ fetch: async () => answer });
      expect(await refusal(token, broken)).toBe('503 The keys of statements can’t be fetched.');
    }
  } finally {
    vi.useRealTimers();
  }
});

/** A request to an application. Returns status and body. */
type Ask = (path: string, authorization?: string) => Promise<{ status: number; headers: Headers; body: unknown }>;

const read = async (response: Response) => ({
  status: response.status,
  headers: response.headers,
  body: await response.json(),
});

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

async function listening(app: Express): Promise<Ask> {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (path, authorization) =>
    read(await fetch(`http://127.0.0.1:${port}${path}`, { headers: { ...(authorization && { authorization }) } }));
}

/** The same application for each framework: `/admin`, `/pay` and `/read`, each also with `?instant`. */
const FRAMEWORKS: Readonly<Record<string, (backend: Backend) => Promise<Ask>>> = {
  async Express(backend) {
    const { requireRole, requirePermission } = backend.express;
    const app = express();
    for (const [prefix, instant] of [
      ['', false],
      ['/instant', true],
    ] as const) {
      const organization = (request: express.Request) => request.query.organization ?? id;
      app.get(`${prefix}/admin`, requireRole('ADMIN', { instant, organization }), (request, response) => {
        response.json(request.muster);
      });
      app.get(`${prefix}/pay`, requirePermission('invoice:pay', { instant }), (request, response) => {
        response.json(request.muster);
      });
      app.get(`${prefix}/read`, requirePermission('invoice:read', { instant }), (request, response) => {
        response.json(request.muster);
      });
    }
    return listening(app);
  },
  async Hono(backend) {
    const { requireRole, requirePermission } = backend.hono;
    const app = new Hono<{ Variables: { muster: Session } }>();
    for (const [prefix, instant] of [
      ['', false],
      ['/instant', true],
    ] as const) {
      const organization = (context: { req: { query(name: string): string | undefined } }) =>
        context.req.query('organization') ?? id;
      app.get(`${prefix}/admin`, requireRole(['ADMIN'], { instant, organization }), (c) => c.json(c.get('muster')));
      app.get(`${prefix}/pay`, requirePermission('invoice:pay', { instant }), (c) => c.json(c.get('muster')));
      app.get(`${prefix}/read`, requirePermission('invoice:read', { instant }), (c) => c.json(c.get('muster')));
    }
    return async (path, authorization) =>
      read(await app.request(path, { headers: { ...(authorization && { authorization }) } }));
  },
  async Lambda(backend) {
    const { requireRole, requirePermission } = backend.lambda;
    const answer = async (event: APIGatewayProxyEventV2 & { readonly muster: Session }) => ({
      statusCode: 200,
      headers: {} as Record<string, string>,
      body: JSON.stringify(event.muster),
    });
    const organization = (event: APIGatewayProxyEventV2) =>
      new URLSearchParams(event.rawQueryString).get('organization') ?? id;
    return async (path, authorization) => {
      const [at = '', rawQueryString = ''] = path.split('?');
      const instant = at.startsWith('/instant');
      const handlers = {
        admin: requireRole('ADMIN', { instant, organization })(answer),
        pay: requirePermission('invoice:pay', { instant })(answer),
        read: requirePermission('invoice:read', { instant })(answer),
      };
      const event = { headers: { ...(authorization && { authorization }) }, rawQueryString };
      const handler = handlers[at.split('/').at(-1) as keyof typeof handlers];
      const { statusCode, headers, body } = await handler(event as unknown as APIGatewayProxyEventV2, {});
      return { status: statusCode, headers: new Headers(headers), body: JSON.parse(body) };
    };
  },
};

describe.each(someOf(1, Object.entries(FRAMEWORKS)))('%s', (_, make) => {
  test('lets members with the role and the permission pass, and refuses others with JSON', async () => {
    const ask = await make(newBackend());
    const [admin, user, viewer] = [
      owner,
      await service.member(owner, 'USER'),
      await service.member(owner, 'VIEWER'),
    ] as const;
    const expected = { '/admin': [200, 403, 403], '/pay': [200, 403, 403], '/read': [200, 200, 403] };
    for (const prefix of ['', '/instant']) {
      for (const [path, statuses] of Object.entries(expected)) {
        for (const [index, person] of [admin, user, viewer].entries()) {
          const { status, body } = await ask(prefix + path, `Bearer ${await statement(person)}`);
          expect([path, status]).toEqual([path, statuses[index]]);
          if (status === 200) expect(body).toMatchObject({ organization: id, role: index === 0 ? 'ADMIN' : 'USER' });
          else expect(body).toEqual({ error: 'forbidden', message: 'Your role doesn’t allow this.' });
        }
      }
    }
  });

  test('refuses requests without a valid statement with 401, and says how to authenticate', async () => {
    const ask = await make(newBackend());
    const token = await statement(owner);
    for (const authorization of [undefined, '', 'Bearer', `Basic ${token}`, 'Bearer x', `Bearer ${token} x`, token]) {
      for (const path of ['/admin', '/instant/pay']) {
        const { status, headers, body } = await ask(path, authorization);
        expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
        expect(body).toEqual({ error: 'unauthenticated', message: expect.stringMatching(/\.$/) });
        expect(headers.get('content-type')).toMatch(/^application\/json/);
      }
    }
    expect((await ask('/admin', `bearer ${token}`)).status).toBe(200);
  });

  test('refuses a member of another organization than the request is about', async () => {
    const ask = await make(newBackend());
    const authorization = `Bearer ${await statement(owner)}`;
    expect((await ask(`/admin?organization=${id}`, authorization)).status).toBe(200);
    const { status, body } = await ask('/admin?organization=org_other', authorization);
    expect([status, body]).toEqual([403, { error: 'forbidden', message: 'The statement is of another organization.' }]);
  });

  test('with a check refuses a removed and a demoted member at once; without it, once the statement ends', async () => {
    const ask = await make(newBackend());
    const member = await service.member(owner, 'ADMIN');
    const authorization = `Bearer ${await statement(member)}`;
    const both = async (path: string) => [
      (await ask(path, authorization)).status,
      (await ask(`/instant${path}`, authorization)).status,
    ];
    expect(await both('/admin')).toEqual([200, 200]);
    await owner.call(`PATCH /v1/members/${member.memberId}`, { body: { role: 'USER' } });
    expect([await both('/admin'), await both('/pay'), await both('/read')]).toEqual([
      [200, 403],
      [200, 403],
      [200, 200],
    ]);
    expect((await ask('/instant/read', authorization)).body).toMatchObject({ role: 'USER' });
    await owner.call(`DELETE /v1/members/${member.memberId}`);
    expect([await both('/admin'), await both('/read')]).toEqual([
      [200, 403],
      [200, 403],
    ]);
    expect((await ask('/instant/admin', authorization)).body).toEqual({
      error: 'forbidden',
      message: 'You aren’t a member of this organization any more.',
    });
  });

  test('answers 503 if a check isn’t answered, and tells the backend why', async () => {
    const authorization = `Bearer ${await statement(owner)}`;
    const told: string[] = [];
    const onUnavailable = ({ message }: AccessError) => told.push(message);
    const cases: Partial<BackendOptions>[] = [
      { token: undefined },
      { token: 'mst_wrong' },
      { token: async () => '' },
      { fetch: (input, init) => (/check/.test(String(input)) ? Promise.reject(new Error('x')) : fetch(input, init)) },
    ];
    for (const options of cases) {
      const ask = await make(newBackend({ onUnavailable, ...options }));
      const { status, headers, body } = await ask('/instant/admin', authorization);
      expect([status, headers.get('retry-after'), body]).toEqual([
        ...[503, '10', { error: 'unavailable', message: 'Try again later.' }],
      ]);
    }
    const without = 'A check needs `token`, an access token of an ADMIN.';
    expect(told).toEqual([
      ...[without, expect.stringMatching(/^Muster refused the check with 401: /), without, 'Muster doesn’t answer.'],
    ]);
  });
});

test('a check is about a team, and has the token of the organization', async () => {
  const asked: string[] = [];
  const backend = newBackend({
    token: (organization) => {
      asked.push(organization);
      return backendToken;
    },
  });
  const team = (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
  const [inside, outside] = [await service.member(owner, 'USER'), await service.member(owner, 'USER')];
  await owner.call(`PUT /v1/teams/${team}/members/${inside.memberId}`, { body: {} });
  const { requirePermission } = backend.lambda;
  const handler = requirePermission('invoice:read', { instant: true, resource: () => team })(async () => 'passed');
  const answers = await Promise.all(
    [inside, outside].map(async (member) => {
      const headers = { Authorization: `Bearer ${await statement(member)}` };
      return handler({ headers }, {});
    }),
  );
  expect(answers).toMatchObject(['passed', { statusCode: 403 }]);
  expect(asked).toEqual([id, id]);
  expect(await handler({ headers: null }, {})).toMatchObject({ statusCode: 401 });
});

test('an option without an effect is a mistake of the backend', () => {
  const { requireRole, requirePermission } = newBackend().express;
  expect(() => requirePermission('invoice:pay', { resource: () => 'team_1' })).toThrow(TypeError);
  expect(() => requireRole('ADMIN', { instant: true, resource: () => 'team_1' })).toThrow(TypeError);
});

test('errors of the application pass through', async () => {
  const backend = newBackend({ token: () => Promise.reject(new RangeError('no vault')) });
  const app = express();
  app.get('/', backend.express.requireRole('ADMIN', { instant: true }), (_, response) => void response.json({}));
  app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(500).json({ name: error.name });
  });
  const ask = await listening(app);
  const answer = await ask('/', `Bearer ${await statement(owner)}`);
  expect([answer.status, answer.body]).toEqual([500, { name: 'RangeError' }]);
});
