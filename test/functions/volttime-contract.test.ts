import { beforeAll, describe, expect, test } from 'vitest';
import { isRolePermission, ROLES, rolesWith } from '../../lib/domain/roles.ts';
import { routeKeysOf } from '../../lib/http/declaration.ts';
import { MESSAGES } from '../../lib/http/messages.ts';
import { type Contract, contracts, tested } from '../support/contract.ts';
import { once } from '../support/once.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, newAddress, type RequestOptions, useService } from '../support/service.ts';

// Tests all endpoints of Volt Time's API by their declarations: they answer errors as Laravel's handler and middleware
// do, byte by byte. Errors are indented by four spaces, except those of credentials and validation. The shortened test
// has one endpoint of each kind.

const service = useService();

const all = contracts.filter(({ declaration }) => declaration.dialect === 'volttime');
const ofOrganizations = all.filter(({ declaration }) => declaration.organization);
const found = all.filter(({ declaration }) => declaration.found);
const withBodies = all.filter(({ declaration }) => declaration.body);
const named = (some: readonly Contract[]) => some.map((contract) => [contract.declaration.route, contract] as const);

let home: Home;
const people: Partial<Record<string, Client>> = {};

beforeAll(async () => {
  home = await service.organization('Home');
  for (const role of ROLES) people[role] = await service.member(home.owner, role);
});

/** Returns the raw answer, which the harness would parse. */
async function bytes(route: string, { body, headers }: RequestOptions = {}) {
  const [method = '', path] = route.split(' ');
  const isText = typeof body === 'string';
  const answer = await fetch(service.api + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : isText ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Formats an error as Laravel's handler does. */
const pretty = (body: object) => JSON.stringify(body, null, 4);
const headersOf = ({ token }: Client, organization = home.id) => ({
  authorization: `Bearer ${token}`,
  'x-organization-id': organization,
});

describe.each(named(tested(all)))('%s', (_, contract) => {
  const exampleOnce = once(() => exampleOf(contract, service, home));

  test.each([
    ['no credential', {}],
    ['no bearer token', { authorization: 'Basic YWRhOmFkYQ==' }],
    ['a malformed token', { authorization: 'Bearer nonsense' }],
    ['an unknown access token', { authorization: `Bearer mst_${'A'.repeat(107)}` }],
  ])('with %s is 401', async (what, headers) => {
    const { route } = await exampleOnce();
    // A request is authenticated before it is validated.
    const answer = await bytes(`${route}?page=x`, { ...(contract.declaration.body && { body: '{' }), headers });
    if (what.includes('access token') && !contract.declaration.caller.includes('token')) {
      expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('token_not_allowed') });
      return;
    }
    expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthenticated."}' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('refuses a person whose address is not verified', async () => {
    const stranger = await service.person(newAddress(), { unverified: true });
    const { route, body } = await exampleOnce();
    const { status, text } = await bytes(route, { body, headers: headersOf(stranger) });
    const message = 'Verify your e-mail address with your sign-in provider first.';
    expect([status, text]).toEqual([403, pretty({ message, error: 'email_not_verified' })]);
  });

  test('is 500 for a defect, without details', async () => {
    const { route, body } = await exampleOnce();
    await service.faults([{ function: contract.name, fault: 'refuse', times: -1 }]);
    const { status, text } = await bytes(route, { body, headers: headersOf(home.owner) });
    await service.faults([]);
    expect([status, text]).toEqual([500, pretty({ message: 'Server Error' })]);
  });

  test('is 405 for another method, and names the allowed ones', async () => {
    const [, path = ''] = contract.declaration.route.replaceAll(/\{\w+\}/g, 'x').split(' ');
    // A literal segment of this path may be a variable in another route.
    const isOf = (route: string) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    const methods = all
      .flatMap(({ declaration }) => routeKeysOf(declaration))
      .map((key) => key.split(' ') as [string, string])
      .flatMap(([method, route]) => (isOf(route) ? [method] : []));
    const allowed = [...new Set(methods)].sort().join(', ');
    const { status, headers, text } = await bytes(`REPORT ${path}`);
    expect([status, headers.get('allow')]).toEqual([405, allowed]);
    const message = `The REPORT method is not supported for route ${path.slice(1)}. Supported methods: ${allowed}.`;
    expect(text).toBe(pretty({ message }));
  });
});

test.each(['api/v3/nothing', 'api/v2', 'api/v3', 'api/v3/teams/', 'api/v2/teams/1/2/3'])('%s is 404', async (path) => {
  const { status, headers, text } = await bytes(`GET /${path}`);
  expect([status, text]).toEqual([404, pretty({ message: `The route ${path} could not be found.` })]);
  expect(headers.get('content-type')).toBe('application/json');
});

describe.each(named(tested(ofOrganizations, ['permission'])))('%s', (_, contract) => {
  test('follows the permission matrix', async () => {
    const { permission } = contract.declaration;
    for (const role of ROLES) {
      const { route, body } = await exampleOf(contract, service, home);
      const answer = await bytes(route, { body, headers: headersOf(people[role] as Client) });
      if (!permission || (isRolePermission(permission) && rolesWith(permission).includes(role)))
        expect(answer.status).toBe(200);
      else expect([answer.status, answer.text]).toEqual([403, pretty({ message: 'This action is unauthorized.' })]);
    }
  });

  test('is 404 for an organization that the caller is not in, and requires a caller in several to name one', async () => {
    const { route, body } = await exampleOf(contract, service, home);
    const stranger = (await service.organization()).owner;
    const outside = await bytes(route, { body, headers: headersOf(stranger) });
    const message = 'There is no such organization.';
    expect([outside.status, outside.text]).toEqual([404, pretty({ message, error: 'organization_not_found' })]);
    await stranger.call('POST /v1/organizations', { body: { name: 'Another' } });
    const { authorization } = headersOf(stranger);
    const unnamed = await bytes(route, { body, headers: { authorization } });
    expect(unnamed.status).toBe(400);
    expect(JSON.parse(unnamed.text)).toEqual({
      message: 'Name the organization in the X-Organization-Id header.',
      error: 'organization_required',
    });
  });
});

describe.each(named(tested(found, ['permission', 'about'])))('%s', (_, contract) => {
  const { route: declared, permission } = contract.declaration;
  /** The status for callers without access. For chargers of a public team it is 403. */
  const unseen = declared.endsWith('/sites') ? 422 : declared.includes('{team_id}') ? 403 : 404;

  // For a site without access, the status doesn't depend on the role.
  const isOfSite = /\{(site|charger)\}/.test(declared);

  test('is allowed for ADMINs, and refused for members outside the owning team', async () => {
    // A refused request leaves the example as it is, for the next one.
    const refused = await exampleOf(contract, service, home);
    for (const role of ROLES) {
      const { route, body } = role === 'ADMIN' ? await exampleOf(contract, service, home) : refused;
      const { status } = await bytes(route, { body, headers: headersOf(people[role] as Client) });
      // A permission by team membership isn't limited by the role.
      const isAllowed = !permission || !isRolePermission(permission) || rolesWith(permission).includes(role);
      expect([role, status]).toEqual([
        role,
        role === 'ADMIN' ? Number(Object.keys(contract.returns)[0]) : isAllowed || isOfSite ? unseen : 403,
      ]);
    }
  });

  test("is 404 or 422 for another organization's resource, a made-up key and a malformed key", async () => {
    const foreign = await service.organization('Foreign');
    const { route, body } = await exampleOf(contract, service, home);
    const before = service.writes().length;
    if (declared.endsWith('/sites')) {
      const answer = await bytes(route, { body, headers: headersOf(foreign.owner, foreign.id) });
      const message = 'The selected team uuid is invalid.';
      expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { message, errors: { team_uuid: [message] } }]);
    } else {
      const at = declared.split('/').findIndex((segment) => segment.startsWith('{'));
      const model = { '{site}': 'Site', '{charger}': 'Charger', '{team_id}': 'Team' }[declared.split('/')[at] ?? ''];
      const own = route.split('/')[at] as string;
      for (const key of [own, crypto.randomUUID(), '4503599627370497', '0', 'x', '9'.repeat(30), 'a'.repeat(1000)]) {
        const path = route.split('/').with(at, key).join('/');
        const by = key === own ? headersOf(foreign.owner, foreign.id) : headersOf(home.owner);
        const answer = await bytes(path, { body, headers: by });
        const message = `No query results for model [App\\Models\\${model}] ${key}`;
        expect([answer.status, answer.text]).toEqual([404, pretty({ message })]);
      }
    }
    expect(service.writes().slice(before)).toEqual([]);
  });
});

describe.each(named(tested(withBodies)))('%s', (_, contract) => {
  test('refuses invalid bodies with details, and stores nothing', async () => {
    const { route, body } = await exampleOf(contract, service, home);
    const good = body as Record<string, unknown>;
    await home.owner.call('GET /v1/me');
    const before = service.writes().length;
    const send = (text: string, headers = {}) =>
      bytes(route, { body: text, headers: { ...headersOf(home.owner), ...headers } });

    for (const text of ['{', 'nonsense', '\u0000']) {
      const { status, text: answer } = await send(text);
      const message = MESSAGES.malformed_body;
      expect([status, answer], text).toEqual([400, pretty({ message, error: 'malformed_body' })]);
    }
    for (const text of ['[1]', 'null', '"text"', '42', '[{}]', `{"a":${'['.repeat(90_000)}${']'.repeat(90_000)}}`]) {
      const { status, text: answer } = await send(text);
      expect([status, Object.keys(JSON.parse(answer).errors)], text).toEqual([422, ['body']]);
    }
    const large = await send(JSON.stringify({ ...good, padding: 'x'.repeat(257 * 1024) }));
    expect([large.status, large.text]).toEqual([413, pretty({ message: 'The POST data is too large.' })]);
    const other = await send('a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([other.status, JSON.parse(other.text).error]).toEqual([415, 'unsupported_media_type']);
    expect(service.writes().slice(before)).toEqual([]);
  });
});
