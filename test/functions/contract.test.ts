import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as z from 'zod/mini';
import { isRolePermission, ROLES, rolesWith } from '../../lib/domain/roles.ts';
import { teamIdAsUuid } from '../../lib/domain/team.ts';
import { type Contract, codeOf, contracts, hasReadableRefusals, tested } from '../support/contract.ts';
import { type Example, exampleOf, type Home, isForOperator, offerTo } from '../support/requests.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Tests all endpoints by their declarations. The harness checks in all files that every answer has a declared form. The
// shortened test has one endpoint of each kind.

const service = useService();

/**
 * Whether a member without a place in any team has a scoped permission. ADMINs have those that are not listed.
 * `rules.test.ts` tests members with a place.
 */
const SCOPED: Readonly<Record<string, boolean>> = {
  nobody: false,
  'organization:own': false,
  'ownership:accept': true,
  // The example asks about the caller.
  'access:explain': true,
};

/** Fields that accept more than a required text or choice. Their schema says what they refuse. */
const LENIENT = [
  'token',
  'memberId',
  'firstName',
  'lastName',
  'username',
  'expiresInDays',
  'expiresInSeconds',
  'invitations',
  'members',
  'events',
];

const json = contracts.filter(({ declaration }) => hasReadableRefusals(declaration.dialect));
const ofPeople = json.filter(
  ({ declaration }) => declaration.caller.includes('person') && !declaration.caller.includes('link'),
);
const ofOrganizations = json.filter(({ declaration }) => declaration.organization && !isForOperator(declaration));
const withIds = ofOrganizations.filter(({ declaration }) => declaration.route.includes('{id}'));
const withBodies = json.filter(({ declaration }) => declaration.body && declaration.dialect === 'v1');
const withDocuments = json.filter(({ declaration }) => declaration.body && declaration.dialect === 'papershift');
const ofRocketChat = json.filter(({ declaration }) => declaration.dialect === 'rocketchat');

let home: Home;
let foreign: Home;
const people: Partial<Record<string, Client>> = {};

beforeAll(async () => {
  home = await service.organization('Home');
  foreign = await service.organization('Foreign');
  for (const role of ROLES) people[role] = await service.member(home.owner, role);
});

/** Returns a valid request about a new resource in an organization. Access tokens belong to the caller. */
function requestOf(contract: Contract, where: Home, caller = where.owner): Promise<Example> {
  const isOwn = contract.name.startsWith('access-tokens/');
  return exampleOf(contract, service, isOwn ? { ...where, owner: caller } : where);
}

const refusable = new Map<string, Promise<Example>>();

/** Returns a valid request that several tests send so that it is refused: none of them changes what it is about. */
function refusableRequestOf(contract: Contract): Promise<Example> {
  const example = refusable.get(contract.name) ?? requestOf(contract, home);
  refusable.set(contract.name, example);
  return example;
}

/** 180 KB of nested arrays. Unlimited recursion over them overflows the stack. */
const deep = `{"a":${'['.repeat(90_000)}${']'.repeat(90_000)}}`;

const named = (some: readonly Contract[]) => some.map((contract) => [contract.declaration.route, contract] as const);

describe.each(named(tested(ofPeople, ['dialect', 'caller'])))('%s', (_, contract) => {
  test.each([
    ['no credential', {}],
    ['an empty credential', { authorization: '' }],
    ['no bearer token', { authorization: 'Basic YWRhOmFkYQ==' }],
    ['a malformed token', { authorization: 'Bearer nonsense' }],
    ['an unsigned token', { authorization: `Bearer ${unsigned()}` }],
  ])('with %s is 401', async (_case, headers) => {
    const answer = await service.call(contract.declaration.route.replace('{id}', 'x'), { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('refuses a person whose address is not verified', async () => {
    const stranger = await service.person(newAddress(), { unverified: true });
    const { route, body } = await refusableRequestOf(contract);
    const answer = await stranger.in(home.id).call(route, { body });
    if (contract.name === 'me/read') expect(answer.body).toMatchObject({ id: null, emailVerified: false });
    else expect(codeOf(contract, answer.body)).toBe('email_not_verified');
  });
});

const unnamed = ofOrganizations.filter(({ declaration }) => !declaration.route.includes('{organizationId}'));

test.each(named(tested(unnamed, ['dialect', 'about'])))(
  '%s requires a person in several organizations to name one, and refuses a person in none',
  async (_, contract) => {
    const { route, body } = await refusableRequestOf(contract);
    const stranger = await service.person(newAddress('stranger'));
    const refused = async () => codeOf(contract, (await stranger.call(route, { body })).body);
    expect(await refused()).toBe('no_organization');
    await stranger.call('POST /v1/organizations', { body: { name: 'One' } });
    await stranger.call('POST /v1/organizations', { body: { name: 'Two' } });
    expect(await refused()).toBe('organization_required');
  },
);

describe.each(named(tested(ofOrganizations, ['dialect', 'about'])))('%s', (_, contract) => {
  test('is 404 for a person outside the organization, and for an unknown organization', async () => {
    const stranger = await service.person(newAddress('stranger'));
    const { route: own, body } = await refusableRequestOf(contract);
    for (const id of [home.id, `org_${'0'.repeat(26)}`, 'org_x', 'x'.repeat(500)]) {
      const route = own.replace(home.id, id);
      const answer = await stranger.in(id).call(route, { body });
      expect(answer.status).toBe(404);
      expect(codeOf(contract, answer.body)).toBe('organization_not_found');
    }
  });
});

/** The shortened test has the role with most permissions, and that with fewest. */
const testedRoles = inject('whole') ? ROLES : (['ADMIN', 'VIEWER'] as const);
const withPermissions = tested(ofOrganizations, ['dialect', 'permission']);

describe.each(named(withPermissions))('%s', (_, contract) => {
  // A request that was refused, or that only reads, is a request of the next role, too.
  let kept: { readonly where: Home; readonly example: Example } | undefined;
  test.each(testedRoles)('follows the permission matrix for %s', async (role) => {
    const { permission } = contract.declaration;
    // Requests about the organization itself may delete it.
    const isOwn = contract.declaration.route.includes('{organizationId}');
    const where = kept?.where ?? (isOwn ? await service.organization() : home);
    const caller = isOwn ? await service.member(where.owner, role) : (people[role] as Client);
    const example = kept?.example ?? (await requestOf(contract, where, caller));
    const { route, body } = example;
    if (permission === 'ownership:accept') await offerTo(where, caller);
    const answer = await caller.call(route, { body });
    const ofRole =
      !permission || (isRolePermission(permission) ? rolesWith(permission).includes(role) : role === 'ADMIN');
    const isAllowed = SCOPED[permission ?? ''] ?? ofRole;
    if (isAllowed) expect(answer.status).toBeLessThan(300);
    else expect([answer.status, codeOf(contract, answer.body)]).toEqual([403, 'forbidden']);
    const isUsed = isAllowed && !route.startsWith('GET ');
    kept = isUsed || contract.name.startsWith('access-tokens/') ? undefined : { where, example };
  });
});

describe.each(named(tested(withIds, ['dialect', 'things', 'permission'])))('%s', (_, contract) => {
  test("is 404 for another organization's id, a made-up id and a malformed id", async () => {
    const { route, body } = await requestOf(contract, foreign);
    const kind = /\/(member|invitation|integration|access-token|team|webhook)s\//.exec(route)?.[1] as string;
    const prefixes: Record<string, string> = { 'access-token': 'key', team: 'team', webhook: 'whk' };
    const madeUpId = `${prefixes[kind] ?? kind.slice(0, 3)}_${'0'.repeat(kind === 'team' ? 20 : 26)}`;
    const madeUp = contract.declaration.dialect === 'papershift' ? teamIdAsUuid(madeUpId) : madeUpId;
    const own = new RegExp(`/${kind}s/([^/]+)`).exec(route)?.[1] as string;
    const before = service.writes().length;
    for (const id of [own, madeUp, 'x', '%00', 'a'.repeat(2000), '..%2F..']) {
      const answer = await home.owner.call(
        contract.declaration.route.replace('{id}', id).replace(/\{(memberId|delivery)\}/, route.split('/')[5] ?? ''),
        { body },
      );
      expect([answer.status, codeOf(contract, answer.body)]).toEqual([404, `${kind.replace('-', '_')}_not_found`]);
    }
    expect(service.writes().slice(before)).toEqual([]);
  });
});

describe.each(named(tested(withBodies, ['organization', 'about'])))('%s', (_, contract) => {
  test('refuses invalid bodies with details, and stores nothing', async () => {
    const { route, body, by = home.owner } = await refusableRequestOf(contract);
    const good = body as Record<string, unknown>;
    const type = { 'content-type': 'application/json' };
    await home.owner.call('GET /v1/me');
    const before = service.writes().length;
    const send = (body: unknown, headers: Record<string, string> = type) => by.call(route, { body, headers });

    for (const body of ['{', '{"a":', 'nonsense', '\u0000']) {
      expect(await send(body), body).toMatchObject({ status: 400, body: { error: 'malformed_body' } });
    }
    for (const body of ['[]', 'null', '"text"', '42', '[{}]', deep]) {
      expect(await send(body), body).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
    }
    expect((await send(JSON.stringify({ ...good, padding: 'x'.repeat(257 * 1024) }))).body.error).toBe(
      'body_too_large',
    );
    expect((await send(JSON.stringify(good), { 'content-type': 'text/plain' })).body.error).toBe(
      'unsupported_media_type',
    );
    expect((await send('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    for (const unknown of ['surprise', 'id', '__proto__', 'constructor']) {
      const answer = await send(`${JSON.stringify(good).slice(0, -1)},"${unknown}":1}`);
      expect(answer, unknown).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
      expect(Object.keys(answer.body.details)).toContain(unknown);
    }
    for (const field of Object.keys(good)) {
      const wrong = [
        undefined,
        null,
        42,
        true,
        {},
        [],
        [good[field]],
        '',
        ' ',
        'x\u0007y',
        'x\ud800',
        '\u200b',
        '\u3164',
        '\u2800',
        'x'.repeat(100_000),
      ];
      for (const value of wrong) {
        const bad = JSON.parse(JSON.stringify({ ...good, [field]: value }));
        if (
          (LENIENT.includes(field) || value === undefined) &&
          z.safeParse(contract.declaration.body as z.ZodMiniType, bad).success
        )
          continue;
        const answer = await send(JSON.stringify(bad));
        expect(answer, `${field}: ${JSON.stringify(value)?.slice(0, 40)}`).toMatchObject({ status: 400 });
        // A mistake in an item of a list is at its index.
        expect(Object.keys(answer.body.details).map((path) => path.replace(/\.\d+$/, ''))).toEqual([field]);
      }
    }
    expect(service.writes().slice(before)).toEqual([]);
  });
});

describe.each(named(tested(withDocuments)))('%s', (_, contract) => {
  test('refuses invalid documents, and stores nothing', async () => {
    const { route, body } = await requestOf(contract, home);
    const { data } = body as { data: Readonly<Record<string, unknown>> };
    await home.owner.call('GET /v1/me');
    const before = service.writes().length;
    const send = async (sent: unknown, type = contract.declaration.accepts as string) => {
      const { status, body: answered } = await home.owner.call(route, {
        body: sent,
        headers: { 'content-type': type },
      });
      return [status, codeOf(contract, answered)];
    };
    for (const text of ['{', '{"a":', 'nonsense', '\u0000'])
      expect(await send(text), text).toEqual([400, 'malformed_body']);
    for (const text of [
      '[]',
      'null',
      '"text"',
      '42',
      '[{}]',
      '{}',
      '{"data":[]}',
      '{"data":{"type":"team","attributes":1}}',
    ])
      expect(await send(text), text).toEqual([400, 'validation_failed']);
    expect(await send(deep)).toEqual([400, 'validation_failed']);
    expect(await send({ data, padding: 'x'.repeat(257 * 1024) })).toEqual([413, 'body_too_large']);
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
      expect(await send(JSON.stringify({ data }), type), type).toEqual([415, 'unsupported_media_type']);
    for (const name of [
      null,
      42,
      true,
      {},
      [],
      '',
      ' ',
      'x\u0007y',
      'x\ud800',
      '\u200b',
      '\u3164',
      '\u2800',
      'x'.repeat(100_000),
    ])
      expect(await send({ data: { ...data, attributes: { name } } })).toEqual([422, 'validation_failed']);
    for (const parent_team_id of [42, true, {}, []])
      expect(await send({ data: { ...data, attributes: { parent_team_id, name: newAddress() } } })).toEqual([
        422,
        'validation_failed',
      ]);
    for (const type of ['teams', 'Team', ''])
      expect(await send({ data: { ...data, type } })).toEqual([409, 'resource_conflict']);
    // Unknown members are ignored, `__proto__` too.
    const { name } = data.attributes as { name: string };
    expect(service.writes().slice(before)).toEqual([]);
    const text = JSON.stringify({ data }).replace(
      `"name":"${name}"`,
      `"__proto__":{"name":1},"constructor":2,"name":"${name}"`,
    );
    expect(
      (await home.owner.call(route, { body: text, headers: { 'content-type': contract.declaration.accepts } })).status,
    ).toBeLessThan(300);
  });
});

describe.each(named(tested(ofRocketChat, ['permission'])))('%s', (_, contract) => {
  const { body: takes, query, route: line } = contract.declaration;

  test('refuses a team of another organization, a made-up team and a malformed id', async () => {
    const { route, body } = await requestOf(contract, foreign);
    const hex = /[0-9a-f]{24}/.exec(route + JSON.stringify(body))?.[0];
    if (hex === undefined) return;
    const before = service.writes().length;
    for (const id of [hex, '0'.repeat(24), 'x', '\u0000', 'a'.repeat(1000)]) {
      const sent = body && JSON.parse(JSON.stringify(body).replace(hex, JSON.stringify(id).slice(1, -1)));
      const answer = await home.owner.call(route.replace(hex, encodeURIComponent(id)), { body: sent });
      const status = contract.name === 'rocketchat/list-children' ? 404 : 400;
      expect(answer, id).toMatchObject({ status, body: { success: false } });
      expect(answer.body.error).toBeOneOf([
        ...['team-does-not-exist', 'Team not found', 'invalid-room', 'Resource not found'],
      ]);
    }
    expect(service.writes().slice(before)).toEqual([]);
  });

  test("refuses invalid input with the validator's text, and stores nothing", async () => {
    const { route, body: good } = await requestOf(contract, home);
    await home.owner.call('GET /v1/me');
    const before = service.writes().length;
    const [path, search] = route.split('?');
    const fields = takes ? (good as Record<string, unknown>) : Object.fromEntries(new URLSearchParams(search));
    const bad: unknown[] = [{}, [], { ...fields, surprise: 1 }];
    const values = [null, 42, true, {}, [], [{}], '', 'x', ['x', 'x'], { userId: [] }, 'x\ud800', '\u200b'];
    for (const field of Object.keys(fields)) bad.push(...values.map((value) => ({ ...fields, [field]: value })));
    for (const sent of bad) {
      const schema = (takes ?? query) as z.ZodMiniType;
      const read = takes ? sent : Object.fromEntries(new URLSearchParams(sent as Record<string, string>));
      const issues = z.safeParse(schema, read).error?.issues;
      if (!issues) continue;
      const answer = takes
        ? await home.owner.call(route, { body: JSON.stringify(sent), headers: { 'content-type': 'application/json' } })
        : await home.owner.call(`${path}?${new URLSearchParams(sent as Record<string, string>)}`);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        success: false,
        errorType: takes ? 'invalid-params' : 'error-invalid-params',
        error: issues.map(({ message }) => message).join('\n '),
      });
    }
    if (takes) {
      const large = await home.owner.call(route, { body: { ...fields, padding: 'x'.repeat(257 * 1024) } });
      expect([large.status, codeOf(contract, large.body)]).toEqual([413, 'body_too_large']);
      const surely = await service.call(line, { body: 'x'.repeat(257 * 1024) });
      expect(surely.status).toBe(401);
    }
    expect(service.writes().slice(before)).toEqual([]);
  });
});

test('the harness records every write, also one that is undone later', async () => {
  const before = service.writes().length;
  const { id } = (await home.owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body;
  expect((await home.owner.call(`DELETE /v1/teams/${id}`)).status).toBe(204);
  const of = (name: string) =>
    service
      .writes()
      .slice(before)
      .filter((call) => call.function === name);
  expect(of('teams/create')).toContainEqual(expect.objectContaining({ action: 'dynamodb:PutItem' }));
  expect(of('teams/delete')).toContainEqual(expect.objectContaining({ action: 'dynamodb:DeleteItem' }));
});

test.each([
  ['GET /api/v1/teams.nothing', 404],
  ['POST /api/v1/teams.', 404],
  ['GET /api/v1/channels.list', 404],
  ['GET /api/v1/teams.create', 405],
  ['DELETE /api/v1/teams.delete', 405],
])("%s is %i, with Rocket.Chat's text", async (route, status) => {
  const answer = await service.call(route);
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ status: 'error', message: 'API endpoint does not exist' });
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
});

test.each([
  ['GET /v1/nothing', 404, 'route_not_found'],
  ['GET /v1', 404, 'route_not_found'],
  ['PUT /v1/members', 405, 'method_not_allowed'],
  ['POST /v1/members/mem_x', 405, 'method_not_allowed'],
  ['GET /api/v1/teams/x/y', 404, 'route_not_found'],
  ['DELETE /api/v1/teams', 405, 'method_not_allowed'],
  ['POST /api/v1/teams/x', 405, 'method_not_allowed'],
])('%s is %i %s', async (route, status, code) => {
  const answer = await service.call(route);
  const { error = answer.body.errors?.[0].code } = answer.body;
  expect([answer.status, error]).toEqual([status, code]);
  if (status === 405) expect(answer.headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
});

function unsigned(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: service.stack?.issuer, sub: 'x', aud: 'muster', email: 'a@example.com', email_verified: true };
  return `${part({ alg: 'none' })}.${part({ ...claims, exp: 4_000_000_000 })}.`;
}
