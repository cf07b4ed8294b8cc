import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { PUBLISHED_AFTER, PUBLISHED_BEFORE, SIGNING_PERIOD } from '../../lib/domain/signing-key.ts';
import { keys } from '../../lib/table/keys.ts';
import { transact } from '../../lib/table/write.ts';
import { expectConsistent } from '../support/consistency.ts';
import { type Client, newAddress, type RequestOptions, useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';
import { someOf, testWhole } from '../support/whole.ts';

const service = useService();

const JWKS = 'GET /.well-known/jwks.json';
const published = async () => (await service.call(JWKS)).body as { keys: { kid: string }[] };
const kids = async () => (await published()).keys.map(({ kid }) => kid);

let id: string;
let owner: Client;
beforeAll(async () => {
  ({ id, owner } = await service.organization());
});

const statement = (by: Pick<Client, 'call'>, body?: object, at = id) =>
  by.call(`POST /v1/organizations/${at}/session`, { ...(body && { body }) } as RequestOptions);

/** Verifies a statement as any backend does, by the published keys. */
async function verified(token: string, options: object = {}) {
  const { payload } = await jwtVerify(token, createLocalJWKSet((await published()) as never), {
    ...{ issuer: service.api, audience: 'muster', algorithms: ['ES256'] },
    currentDate: new Date(),
    ...options,
  });
  return payload;
}

test('no key exists until the first statement is signed, and an empty list isn’t cached', async () => {
  const answer = await service.call(JWKS);
  expect([answer.status, answer.body]).toEqual([200, { keys: [] }]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('concurrent first statements make one key, and all are valid', async () => {
  // Warm functions, so that all read before the first one writes.
  await Promise.all([1, 2, 3, 4].map(() => owner.call(`POST /v1/organizations/org_x/session`)));
  await service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 120 }]);
  const answers = await Promise.all([1, 2, 3, 4].map(() => statement(owner)));
  await service.faults([]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await kids()).toHaveLength(1);
  for (const { body } of answers) await verified(body.token);
  const { headers, body } = await service.call(JWKS);
  expect(headers.get('cache-control')).toBe('public, max-age=300');
  expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('any origin may read the published keys', async () => {
  const response = await fetch(`${service.api}/.well-known/jwks.json`, {
    headers: { origin: 'https://anywhere.example' },
  });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect((await service.call('POST /.well-known/jwks.json')).body.error).toBe('method_not_allowed');
  expect((await service.call('GET /.well-known/nothing')).body.error).toBe('route_not_found');
});

describe('a statement', () => {
  test('has the member, the role, the teams and the permissions of its moment', async () => {
    const member = await service.member(owner, 'USER');
    const team = async () => (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
    const [one, two, gone] = [await team(), await team(), await team()];
    await owner.call(`PUT /v1/teams/${one}/members/${member.memberId}`, { body: { role: 'OWNER' } });
    await owner.call(`PUT /v1/teams/${two}/members/${member.memberId}`, { body: {} });
    await owner.call(`PUT /v1/teams/${gone}/members/${member.memberId}`, { body: {} });
    await owner.call(`DELETE /v1/teams/${gone}`);
    const { body } = await statement(member);
    expect(Object.keys(body)).toEqual(['token', 'expiresAt']);
    const { iat = 0, exp = 0, ...claims } = await verified(body.token);
    expect(claims).toEqual({
      iss: service.api,
      aud: 'muster',
      sub: (await member.call('GET /v1/me')).body.id,
      organization: id,
      member: member.memberId,
      role: 'USER',
      teams: [
        { id: one, role: 'OWNER' },
        { id: two, role: 'MEMBER' },
      ],
      permissions: ['organization:read', 'member:read', 'team:read', 'team:create', 'site:read', 'invoice:read'],
    });
    expect(exp - iat).toBe(300);
    expect(Date.parse(body.expiresAt)).toBe(exp * 1000);
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(10);
    expect(decodeProtectedHeader(body.token)).toEqual({ alg: 'ES256', typ: 'JWT', kid: (await kids())[0] });
  });

  test('has no names and no addresses', async () => {
    const { token } = (await statement(owner)).body;
    const text = JSON.stringify(await verified(token));
    for (const personal of ['@', 'Ada', 'Acme']) expect(text).not.toContain(personal);
  });

  testWhole('has at most fifty teams, and says so', async () => {
    const busy = await service.organization();
    for (let count = 0; count < 51; count += 1) {
      await busy.owner.call('POST /v1/teams', { body: { name: `Team ${count}` } });
    }
    const { token } = (await statement(busy.owner, undefined, busy.id)).body;
    const { teams, moreTeams } = (await verified(token)) as { teams: unknown[]; moreTeams?: boolean };
    expect([teams.length, moreTeams]).toEqual([50, true]);
    // It fits into a header.
    expect(token.length).toBeLessThan(6000);
  });

  test('is for an audience that the caller names, and for the time that it names', async () => {
    const audience = 'https://backend.example.com/api?x=1';
    const { body } = await statement(owner, { audience, expiresInSeconds: 30 });
    const { iat = 0, exp = 0 } = await verified(body.token, { audience });
    expect(exp - iat).toBe(30);
    await expect(verified(body.token)).rejects.toThrow('"aud"');
    for (const bad of [{ expiresInSeconds: 29 }, { expiresInSeconds: 301 }, { audience: 'a b' }, { audience: '' }]) {
      const { status, body: refused } = await statement(owner, bad);
      expect([status, Object.keys(refused.details)]).toEqual([400, Object.keys(bad)]);
    }
  });

  test('by an access token has the lower role', async () => {
    const { token } = (await owner.call('POST /v1/access-tokens', { body: { name: 'Job', role: 'VIEWER' } })).body;
    const call: Client['call'] = (route) => service.call(route, { headers: { authorization: `Bearer ${token}` } });
    const answer = await statement({ call });
    expect(await verified(answer.body.token)).toMatchObject({ role: 'VIEWER' });
    const other = await service.organization();
    expect((await statement({ call }, undefined, other.id)).body.error).toBe('organization_not_found');
  });

  test('is refused to programs that are no member: their role would be stated as that of one', async () => {
    const { token } = (await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } })).body;
    const event = { action: 'create', name: 'CRM', permissions: ['organization:read'] };
    const made = await service.call('POST /_local/invoke', { body: { function: 'operator/keys', event } });
    for (const [credential, code] of [
      [token, 'integration_not_allowed'],
      [made.body.token, 'operator_key_not_allowed'],
    ]) {
      const headers = { authorization: `Bearer ${credential}` };
      expect((await service.call(`GET /v1/organizations/${id}`, { headers })).status).toBe(200);
      const refused = await service.call(`POST /v1/organizations/${id}/session`, { headers });
      expect([refused.status, refused.body.error]).toEqual([403, code]);
    }
  });

  test('is refused to strangers and to removed members, and stores nothing', async () => {
    const member = await service.member(owner, 'USER');
    await member.call('GET /v1/me');
    const stranger = await service.person(newAddress());
    await stranger.call('GET /v1/me');
    const before = service.writes().length;
    expect((await statement(member)).status).toBe(200);
    expect((await statement(stranger)).body.error).toBe('organization_not_found');
    expect((await statement(service)).status).toBe(401);
    expect(service.writes().slice(before)).toEqual([]);
    await owner.call(`DELETE /v1/members/${member.memberId}`);
    expect((await statement(member)).body.error).toBe('organization_not_found');
  });

  test('is verified by jose with the address of the keys', async () => {
    const remote = createRemoteJWKSet(new URL(`${service.api}/.well-known/jwks.json`));
    const { token } = (await statement(owner)).body;
    expect((await jwtVerify(token, remote, { issuer: service.api, audience: 'muster' })).payload.organization).toBe(id);
  });

  test('is no ID token: the API itself doesn’t accept it', async () => {
    const { token } = (await statement(owner)).body;
    const answer = await service.call('GET /v1/me', { headers: { authorization: `Bearer ${token}` } });
    // 503 if the issuer was asked for an unknown key a moment ago.
    expect(answer.body.error).toBeOneOf(['unauthenticated', 'keys_unavailable']);
  });
});

test('a statement is one call to the table beside the query of teams, and one more for those who are in a team', async () => {
  const member = await service.member(owner, 'USER');
  const callsOf = async () => {
    await statement(member);
    const before = (await service.calls('sessions/create')).length;
    await statement(member);
    const calls = (await service.calls('sessions/create')).slice(before);
    return [...new Map(calls.map(({ call, operation }) => [call, operation])).values()].sort();
  };
  expect(await callsOf()).toEqual(['BatchGetItem', 'Query']);
  const team = (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id;
  await owner.call(`PUT /v1/teams/${team}/members/${member.memberId}`, { body: {} });
  expect(await callsOf()).toEqual(['BatchGetItem', 'BatchGetItem', 'Query']);
});

test('only the functions that need a key may read it: the public list is another item', async () => {
  const { token } = (await statement(owner)).body;
  await verified(token);
  const all = await service.calls();
  const callers = (start: string) => {
    const found = all.filter((call) => call.keys.some((key) => key.startsWith(start)));
    return [...new Set(found.map((call) => call.function))].sort();
  };
  expect(callers('SIGNING#')).toEqual(['sessions/create']);
  expect(callers('JWKS#')).toEqual(['sessions/create', 'sessions/list-keys']);
});

/** Milliseconds that the stack's clock is ahead. */
let ahead = 0;
async function advance(milliseconds: number): Promise<void> {
  ahead += milliseconds;
  await service.clock(`${ahead}ms`);
  // An ID token of this time: an existing one would be too old.
  owner = (await service.person(owner.email)).in(id);
}
const signer = async () => decodeProtectedHeader((await statement(owner)).body.token).kid as string;
const now = () => new Date(Date.now() + ahead);

test('the key rotates: the next one is published before it signs, and the last one until its statements end', async () => {
  const [first] = (await kids()) as [string];
  await advance(SIGNING_PERIOD - PUBLISHED_BEFORE - 60_000);
  expect(await service.sweep()).toMatchObject({ settled: 0, failed: 0 });
  expect(await kids()).toEqual([first]);

  await advance(120_000);
  // Two runs at once do it once.
  const runs = await Promise.all([service.sweep(), service.sweep()]);
  expect(runs.map(({ failed }) => failed)).toEqual([0, 0]);
  const [, second, ...others] = (await kids()) as [string, string];
  expect([second !== undefined, others]).toEqual([true, []]);
  expect(await signer()).toBe(first);

  await advance(PUBLISHED_BEFORE - 61_000);
  const last = (await statement(owner)).body.token as string;
  expect(decodeProtectedHeader(last).kid).toBe(first);
  await advance(120_000);
  expect(await signer()).toBe(second);
  await service.sweep();
  expect(await kids()).toEqual([first, second]);
  await verified(last, { currentDate: now() });

  await advance(PUBLISHED_AFTER);
  await service.sweep();
  expect(await kids()).toEqual([second]);
  await expect(verified(last, { currentDate: now() })).rejects.toThrow();
  await expectConsistent(await service.items());
});

test.each(
  someOf(1, [
    { action: 'dynamodb:TransactWriteItems', fault: 'kill-worker-before' },
    { action: 'dynamodb:TransactWriteItems', fault: 'kill-worker-after' },
    { action: 'dynamodb:TransactWriteItems', fault: 'drop-answer' },
    { action: 'dynamodb:BatchGetItem', key: 'SIGNING#', fault: 'kill-worker-after' },
  ]),
)('a rotation survives $fault at $action: then there are two keys', async ({ ...fault }) => {
  const [before] = (await kids()).slice(-1);
  await advance(SIGNING_PERIOD);
  await service.faults([{ function: 'scheduled/sweep', ...fault }]);
  await service.call('POST /_local/sweep');
  await service.faults([]);
  await advance(20 * 60_000);
  await service.sweep();
  const after = await kids();
  expect(after).toHaveLength(2);
  expect(after[0]).toBe(before);
  await expectConsistent(await service.items());
  await advance(PUBLISHED_BEFORE);
  expect(await signer()).toBe(after[1]);
  await advance(PUBLISHED_AFTER);
  await service.sweep();
  expect(await kids()).toEqual([after[1]]);
});

test.each(someOf(1, ['kill-worker-before', 'kill-worker-after', 'drop-answer', 'error']))(
  'the first statement of a deployment survives %s: one key remains, and the next statement is valid',
  async (fault) => {
    useTableOf(service);
    await transact([keys.signingKeys, keys.publishedKeys].map((key) => ({ type: 'delete', key })));
    await service.faults([{ function: 'sessions/create', action: 'dynamodb:TransactWriteItems', fault }]);
    // Without the harness, which expects an answer of the function: a killed worker gives none.
    const first = await fetch(`${service.api}/v1/organizations/${id}/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}` },
    });
    await service.faults([]);
    const { token } = (await statement(owner)).body;
    expect(await kids()).toHaveLength(1);
    const answered = (await first.json()) as { token?: string };
    expect(answered.token === undefined).toBe(fault.startsWith('kill'));
    for (const each of answered.token ? [answered.token, token] : [token]) {
      await verified(each, { currentDate: now() });
    }
    await expectConsistent(await service.items());
  },
);
