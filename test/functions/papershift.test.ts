import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { PapershiftProblem } from '../../lib/dialects/papershift/schemas.ts';
import { idAsUuid } from '../../lib/domain/ids.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import type { Member } from '../../lib/domain/member.ts';
import type { Organization } from '../../lib/domain/organization.ts';
import { teamIdAsUuid } from '../../lib/domain/team.ts';
import { listMembers } from '../../lib/organizations/members.ts';
import { getOrganization } from '../../lib/organizations/organizations.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { createTeam } from '../../lib/teams/create-team.ts';
import type { Call } from '../../packages/local/aws.ts';
import { depthOf } from '../support/depth.ts';
import { teamDocument } from '../support/requests.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';
import { testWhole } from '../support/whole.ts';

// Tests Papershift's dialect against JSON:API 1.1 and the behavior of clients. papershift-page.test.ts tests it against
// the product's documentation.

const MEDIA_TYPE = 'application/vnd.api+json';
const TEAMS = '/api/v1/teams';

const calls: Call[] = [];
const service = useService({ onCall: (call) => calls.push(call) });

interface Home {
  readonly id: string;
  readonly owner: Client;
  /** UUID of the default team. */
  readonly top: string;
}

async function newHome(name = 'Acme'): Promise<Home> {
  const { id, owner } = await service.organization(name);
  const top = (await owner.call(`GET ${TEAMS}`)).body.data[0].id;
  return { id, owner, top };
}

async function newTeam({ owner }: Home, name = newAddress('team'), parent?: string): Promise<string> {
  const made = await owner.call(`POST ${TEAMS}`, {
    body: teamDocument({ name, ...(parent && { parent_team_id: parent }) }),
  });
  expect(made.status).toBe(201);
  return made.body.data.id;
}

const ids = ({ body }: Answer): string[] => body.data.map(({ id }: { id: string }) => id);
const names = ({ body }: Answer): string[] =>
  body.data.map(({ attributes }: { attributes: { name: string } }) => attributes.name);

let home: Home;
beforeAll(async () => {
  home = await newHome();
});

/** Sends a request unchanged, with no other headers than the given ones. */
function raw(route: string, { body, ...headers }: { body?: string } & Record<string, string> = {}) {
  const [method, path] = route.split(' ') as [string, string];
  const authorization = `Bearer ${home.owner.token}`;
  return fetch(service.api + path, {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
}

describe('content negotiation', () => {
  const body = () => JSON.stringify(teamDocument({ name: newAddress('team') }));

  test.each([
    [MEDIA_TYPE, 201],
    ['APPLICATION/vnd.api+JSON', 201],
    [`${MEDIA_TYPE}; profile="https://example.com/timestamps"`, 201],
    [`${MEDIA_TYPE};profile="https://example.com/a;ext=b https://example.com/c, d"`, 201],
    [undefined, 201],
    [`${MEDIA_TYPE}; charset=utf-8`, 415],
    [`${MEDIA_TYPE}; ext="https://jsonapi.org/ext/atomic"`, 415],
    [`${MEDIA_TYPE}; profile="https://example.com/p"; ext="https://jsonapi.org/ext/atomic"`, 415],
    ['application/json', 415],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
  ])('answers a body of the type %s with %i', async (contentType, status) => {
    const answer = await raw(`POST ${TEAMS}`, { body: body(), ...(contentType && { 'content-type': contentType }) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
    if (status === 415)
      expect(await answer.json()).toMatchObject({ errors: [{ status: '415', title: 'Unsupported Media Type' }] });
  });

  test.each([
    [undefined, 200],
    ['*/*', 200],
    ['application/json', 200],
    ['text/html, application/*;q=0.8', 200],
    [MEDIA_TYPE, 200],
    [`${MEDIA_TYPE};q=0.5`, 200],
    [`${MEDIA_TYPE}; profile="https://example.com/p"`, 200],
    [`${MEDIA_TYPE}; charset=utf-8, ${MEDIA_TYPE}`, 200],
    [`${MEDIA_TYPE}; ext="https://example.com/e", ${MEDIA_TYPE}; profile="x"`, 200],
    [`${MEDIA_TYPE}; charset=utf-8`, 406],
    [`${MEDIA_TYPE}; ext="https://example.com/e"`, 406],
    [`${MEDIA_TYPE}; charset=utf-8, */*`, 406],
    [`${MEDIA_TYPE}; charset=utf-8, ${MEDIA_TYPE}; ext="https://example.com/e"`, 406],
  ])('answers a request that accepts %s with %i', async (accept, status) => {
    const answer = await raw(`GET ${TEAMS}`, accept === undefined ? {} : { accept });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
    expect(answer.headers.get('vary')).toBe('Accept');
    if (status === 406) {
      expect(await answer.json()).toMatchObject({ errors: [{ code: 'not_acceptable', source: { header: 'Accept' } }] });
    }
  });

  test('accepts any content type of a request without a body', async () => {
    const id = await newTeam(home);
    for (const contentType of ['text/plain', `${MEDIA_TYPE}; charset=utf-8`, 'application/json']) {
      expect((await raw(`GET ${TEAMS}/${id}`, { 'content-type': contentType })).status).toBe(200);
    }
    expect((await raw(`DELETE ${TEAMS}/${id}`, { 'content-type': 'application/json' })).status).toBe(200);
  });
});

describe('every error is a JSON:API document', () => {
  test.each([
    ['unknown routes', `GET ${TEAMS}/x/relationships/parent_team`, {}, 404, 'route_not_found'],
    ['a slash at the end', `GET ${TEAMS}/`, {}, 404, 'route_not_found'],
    ['unknown methods', `PATCH ${TEAMS}`, { body: '{}' }, 405, 'method_not_allowed'],
    ['no credential', `GET ${TEAMS}`, { authorization: '' }, 401, 'unauthenticated'],
    ['invalid JSON', `POST ${TEAMS}`, { body: '{' }, 400, 'malformed_body'],
    ['a body over 256 KB', `POST ${TEAMS}`, { body: `"${'x'.repeat(257 * 1024)}"` }, 413, 'body_too_large'],
  ] as const)('for %s: %s', async (_, route, sending, status, code) => {
    const answer = await raw(route, { ...sending, ...('body' in sending && { 'content-type': MEDIA_TYPE }) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
    expect(answer.headers.get('vary')).toBe('Accept');
    const { errors } = z.parse(PapershiftProblem, await answer.json());
    expect(errors).toMatchObject([{ status: String(status), code, meta: { attribute: 'base', code } }]);
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  test('and that of a defect shows only the request id', async () => {
    await service.faults([{ function: 'papershift/list-teams', fault: 'refuse', times: -1 }]);
    const answer = await raw(`GET ${TEAMS}`);
    await service.faults([]);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
    const { errors } = z.parse(PapershiftProblem, await answer.json());
    expect(errors).toEqual([
      {
        id: expect.stringMatching(/./),
        status: '500',
        code: 'internal_error',
        title: 'Internal Server Error',
        detail: 'Something went wrong on our side.',
        meta: { attribute: 'base', code: 'internal_error', message: 'Something went wrong on our side.' },
      },
    ]);
  });

  test('with the common status of several mistakes, or 400 for mixed ones', async () => {
    const send = (attributes: object, query = '') =>
      home.owner.call(`POST ${TEAMS}${query}`, { body: teamDocument({ ...attributes }) });
    const both = await send({ name: '', parent_team_id: 5 });
    expect(both).toMatchObject({ status: 422, body: { errors: [{ code: 'blank' }, { code: 'invalid' }] } });
    const list = await home.owner.call(`GET ${TEAMS}?sort=x&include=y&page[size]=0`);
    expect(list.status).toBe(400);
    expect(list.body.errors.map(({ source }: { source: object }) => source)).toEqual([
      { parameter: 'include' },
      { parameter: 'sort' },
      { parameter: 'page[size]' },
    ]);
  });
});

describe('an invalid document is refused', () => {
  const team = { type: 'team' };
  const named = { ...team, attributes: { name: 'x' } };
  const related = (parent_team: unknown) => ({ data: { ...named, relationships: { parent_team } } });
  const unknown = teamIdAsUuid(`team_${'0'.repeat(20)}`);

  test.each([
    ['an array or null', [], 400, 'no_object', ''],
    ['an array or null', null, 400, 'no_object', ''],
    ['no data', {}, 400, 'missing', ''],
    ['only meta', { meta: {} }, 400, 'missing', ''],
    ['several resources', { data: [named] }, 400, 'no_object', '/data'],
    ['null data', { data: null }, 400, 'no_object', '/data'],
    ['no type', { data: { attributes: { name: 'x' } } }, 400, 'missing', '/data'],
    ['a type that isn’t text', { data: { ...named, type: 1 } }, 400, 'no_text', '/data/type'],
    ['another type', { data: { ...named, type: 'teams' } }, 409, 'resource_conflict', '/data/type'],
    ['an id that isn’t text', { data: { ...named, id: 1 } }, 400, 'no_text', '/data/id'],
    ['attributes that aren’t an object', { data: { ...team, attributes: [] } }, 400, 'no_object', '/data/attributes'],
    [
      'relationships that aren’t an object',
      { data: { ...named, relationships: 'x' } },
      400,
      'no_object',
      '/data/relationships',
    ],
    ['a relationship that isn’t an object', related('x'), 400, 'no_object', '/data/relationships/parent_team'],
    ['a relationship without data', related({ meta: {} }), 400, 'missing', '/data/relationships/parent_team'],
    [
      'linkage that isn’t an object',
      related({ data: ['x'] }),
      400,
      'no_object',
      '/data/relationships/parent_team/data',
    ],
    [
      'linkage to another type',
      related({ data: { type: 'user', id: unknown } }),
      ...([409, 'resource_conflict', '/data/relationships/parent_team/data'] as const),
    ],
    ['linkage without an id', related({ data: team }), 400, 'missing', '/data/relationships/parent_team/data'],
    ['no parent, by linkage', related({ data: null }), 422, 'blank', '/data/relationships/parent_team'],
    [
      'an unknown parent, by linkage',
      related({ data: { ...team, id: unknown } }),
      ...([404, 'team_not_found', '/data/relationships/parent_team'] as const),
    ],
    [
      'memberships',
      { data: { ...named, relationships: { team_memberships: { data: [] } } } },
      ...([403, 'field_read_only', '/data/relationships/team_memberships'] as const),
    ],
    [
      'two parents',
      {
        data: {
          ...team,
          attributes: { name: 'x', parent_team_id: unknown },
          relationships: { parent_team: { data: { ...team, id: unknown.replace('0', '1') } } },
        },
      },
      ...([422, 'ambiguous', '/data/attributes/parent_team_id'] as const),
    ],
  ] as const)('for %s: %j', async (_, body, status, code, pointer) => {
    const id = await newTeam(home);
    for (const route of [`POST ${TEAMS}`, `PUT ${TEAMS}/${id}`]) {
      const answer = await home.owner.call(route, { body });
      expect(answer, route).toMatchObject({
        status,
        body: { errors: [{ status: String(status), code, source: { pointer } }] },
      });
    }
  });

  test.each([
    ['without attributes', {}, 'blank', '/data'],
    ['without a name', { attributes: {} }, 'blank', '/data/attributes'],
    ['with null', { attributes: { name: null } }, 'blank', '/data/attributes/name'],
    ['with blanks', { attributes: { name: ' ' } }, 'blank', '/data/attributes/name'],
    ['with a number', { attributes: { name: 7 } }, 'invalid', '/data/attributes/name'],
    ['with control characters', { attributes: { name: 'a\u0007b' } }, 'invalid', '/data/attributes/name'],
    ['with a lone surrogate', { attributes: { name: '\ud800' } }, 'invalid', '/data/attributes/name'],
    ['with too many characters', { attributes: { name: 'x'.repeat(101) } }, 'too_long', '/data/attributes/name'],
  ])('without a valid name: %s', async (_, data, code, pointer) => {
    const answer = await home.owner.call(`POST ${TEAMS}`, { body: { data: { ...team, ...data } } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ code, source: { pointer }, meta: { attribute: 'name' } }] },
    });
  });

  test.each([
    ['unknown', unknown, 404, 'team_not_found'],
    ['not a UUID', 'x', 404, 'team_not_found'],
    ['a foreign UUID', '3aab0a84-8ed3-4ddf-8572-f1799bb60e0a', 404, 'team_not_found'],
    ['not text', 5, 422, 'invalid'],
    ['null', null, 422, 'blank'],
  ])('with a parent that is %s', async (_, parent_team_id, status, code) => {
    const id = await newTeam(home);
    const source = { pointer: '/data/attributes/parent_team_id' };
    for (const route of [`POST ${TEAMS}`, `PUT ${TEAMS}/${id}`]) {
      const answer = await home.owner.call(route, { body: teamDocument({ name: newAddress(), parent_team_id }) });
      expect(answer, route).toMatchObject({ status, body: { errors: [{ code, source }] } });
    }
  });

  test('with a client-generated id: 403, or 409 for an existing id', async () => {
    const id = await newTeam(home);
    const create = (sent: unknown) =>
      home.owner.call(`POST ${TEAMS}`, { body: { data: { ...team, id: sent, attributes: { name: newAddress() } } } });
    const source = { pointer: '/data/id' };
    expect(await create(unknown)).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'client_id_forbidden', source }] },
    });
    expect(await create('7')).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'client_id_forbidden', source }] },
    });
    expect(await create(id)).toMatchObject({ status: 409, body: { errors: [{ code: 'client_id_taken', source }] } });
  });

  test('without the team’s id in PATCH, or with another id in PATCH and PUT', async () => {
    const [id, other] = [await newTeam(home), await newTeam(home)];
    const send = (method: string, sent?: string) =>
      home.owner.call(`${method} ${TEAMS}/${id}`, { body: teamDocument({}, sent) });
    expect(await send('PATCH')).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'missing', source: { pointer: '/data' } }] },
    });
    expect((await send('PUT')).status).toBe(200);
    for (const method of ['PATCH', 'PUT']) {
      expect((await send(method, id)).status).toBe(200);
      expect((await send(method, id.toUpperCase())).status).toBe(200);
      for (const wrong of [other, 'x', '']) {
        const answer = await send(method, wrong);
        expect(answer).toMatchObject({
          status: 409,
          body: { errors: [{ code: 'resource_conflict', source: { pointer: '/data/id' } }] },
        });
      }
    }
  });

  test('with a parent that would make a cycle or is too deep: 422', async () => {
    const own = await newHome();
    let [first, last] = [await newTeam(own), ''];
    last = first;
    for (let depth = 3; depth <= 10; depth += 1) last = await newTeam(own, newAddress(), last);
    const source = { pointer: '/data/attributes/parent_team_id' };
    for (const parent_team_id of [first, last]) {
      const answer = await own.owner.call(`PUT ${TEAMS}/${first}`, { body: teamDocument({ parent_team_id }) });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: 'team_cycle', source }] } });
    }
    const deep = await own.owner.call(`POST ${TEAMS}`, { body: teamDocument({ name: 'x', parent_team_id: last }) });
    expect(deep).toMatchObject({ status: 422, body: { errors: [{ code: 'team_too_deep', source }] } });
  });

  test('if it sets the default team’s parent (403), and so is deleting the default team (403) or a team with children (409)', async () => {
    const id = await newTeam(home);
    await newTeam(home, newAddress(), id);
    const moved = await home.owner.call(`PUT ${TEAMS}/${home.top}`, { body: teamDocument({ parent_team_id: id }) });
    expect(moved).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'default_team', meta: { attribute: 'parent_team_id' } }] },
    });
    expect(
      (await home.owner.call(`PUT ${TEAMS}/${home.top}`, { body: teamDocument({ parent_team_id: null }) })).status,
    ).toBe(200);
    const deleted = await home.owner.call(`DELETE ${TEAMS}/${home.top}`);
    expect(deleted).toMatchObject({ status: 403, body: { errors: [{ code: 'default_team' }] } });
    const above = await home.owner.call(`DELETE ${TEAMS}/${id}`);
    expect(above).toMatchObject({ status: 409, body: { errors: [{ code: 'team_has_children' }] } });
  });

  test('without any change', async () => {
    const id = await newTeam(home);
    const before = await service.items();
    for (const attributes of [
      { name: 'Acme', parent_team_id: home.top },
      { name: newAddress(), parent_team_id: id },
      { name: newAddress(), account_id: id },
      { name: newAddress(), discarded_at: new Date().toISOString() },
    ]) {
      expect((await home.owner.call(`PUT ${TEAMS}/${id}`, { body: teamDocument(attributes) })).status).toBeGreaterThan(
        400,
      );
    }
    expect(await service.items()).toEqual(before);
  });
});

describe('clients can', () => {
  test('send back all attributes, also read-only ones', async () => {
    const id = await newTeam(home);
    const { data } = (await home.owner.call(`GET ${TEAMS}/${id}?include=parent_team`)).body;
    for (const method of ['PATCH', 'PUT']) {
      const again = await home.owner.call(`${method} ${TEAMS}/${id}?include=parent_team`, { body: { data } });
      expect(again.status).toBe(200);
      expect(again.body.data).toEqual(data);
    }
    const changed = { ...data.attributes, account_id: id };
    const refused = await home.owner.call(`PATCH ${TEAMS}/${id}`, { body: teamDocument(changed, id) });
    expect(refused).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'field_read_only', detail: "Account can't be set" }] },
    });
  });

  test('send their own meta, data without attributes, null as id, and unknown fields', async () => {
    const { data } = (
      await home.owner.call(`POST ${TEAMS}`, {
        body: {
          meta: {},
          jsonapi: { version: '1.1' },
          data: {
            id: null,
            lid: 'a',
            type: 'team',
            attributes: { name: newAddress('team'), account_id: null, discarded_at: null, color: 'red' },
            relationships: { users: { data: [] }, parent_team: { data: { type: 'team', id: home.top } } },
          },
        },
      })
    ).body;
    expect(data.attributes).toMatchObject({ account_id: idAsUuid(home.id), parent_team_id: home.top });
    const patched = await home.owner.call(`PATCH ${TEAMS}/${data.id}`, {
      body: { meta: {}, data: { id: data.id, type: 'team' } },
    });
    expect(patched.body.data).toEqual(data);
  });

  test('send raw or encoded brackets, and a body with DELETE', async () => {
    const id = await newTeam(home);
    const inBrackets = `fields[team]=name&filter[id]=eq:${id}&page[size]=1`;
    const encoded = inBrackets.replaceAll('[', '%5B').replaceAll(']', '%5D');
    const [one, other] = [await raw(`GET ${TEAMS}?${inBrackets}`), await raw(`GET ${TEAMS}?${encoded}`)];
    const { data } = (await one.json()) as Answer['body'];
    expect(data).toMatchObject([{ id, attributes: { name: expect.any(String) } }]);
    expect(((await other.json()) as Answer['body']).data).toEqual(data);
    const deleted = await raw(`DELETE ${TEAMS}/${id}`, {
      'content-type': MEDIA_TYPE,
      body: JSON.stringify({ data: { type: 'teams', id } }),
    });
    expect(deleted.status).toBe(200);
  });

  test('retry with an idempotency key, which creates once and repeats the location', async () => {
    const sending = { body: teamDocument({ name: newAddress('team') }), headers: { 'idempotency-key': newAddress() } };
    const [one, other] = [
      await home.owner.call(`POST ${TEAMS}`, sending),
      await home.owner.call(`POST ${TEAMS}`, sending),
    ];
    expect(other.status).toBe(201);
    expect(other.body).toEqual(one.body);
    expect(other.headers.get('location')).toBe(one.headers.get('location'));
    expect(other.headers.get('idempotent-replayed')).toBe('true');
    const reused = await home.owner.call(`POST ${TEAMS}`, { ...sending, body: teamDocument({ name: 'x' }) });
    expect(reused).toMatchObject({ status: 422, body: { errors: [{ code: 'idempotency_key_reused' }] } });
  });

  test.each([
    ['de', 'Name muss ausgefüllt werden', 'muss ausgefüllt werden'],
    ['de-AT,de;q=0.9,en;q=0.5', 'Name muss ausgefüllt werden', 'muss ausgefüllt werden'],
    ['en', "Name can't be blank", "can't be blank"],
    ['fr', "Name can't be blank", "can't be blank"],
  ])('read errors in the language %s', async (language, detail, message) => {
    const headers = { 'accept-language': language };
    const answer = await home.owner.call(`POST ${TEAMS}`, { body: teamDocument({ name: '' }), headers });
    expect(answer.body.errors).toEqual([
      {
        status: '422',
        code: 'blank',
        title: 'Unprocessable Entity',
        detail,
        source: { pointer: '/data/attributes/name' },
        meta: { attribute: 'name', code: 'blank', message },
      },
    ]);
  });
});

describe('an included resource', () => {
  let own: Home;
  let above: string;
  let below: string;
  beforeAll(async () => {
    own = await newHome();
    above = await newTeam(own, 'Above');
    below = await newTeam(own, 'Below', above);
    const { memberId } = await service.member(own.owner, 'USER');
    const native = (await own.owner.call('GET /v1/teams')).body.data;
    const { id } = native.find(({ name }: { name: string }) => name === 'Below');
    await own.owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role: 'MODERATOR' } });
  });

  test('is linked from its team, once', async () => {
    const { body } = await own.owner.call(`GET ${TEAMS}/${below}?include=parent_team,team_memberships`);
    const { relationships } = body.data;
    expect(relationships.parent_team).toEqual({ data: { id: above, type: 'team' } });
    expect(relationships.team_memberships.meta).toEqual({ total: 2 });
    const linked = [relationships.parent_team.data, ...relationships.team_memberships.data];
    expect(body.included.map(({ id, type }: Record<string, string>) => ({ id, type }))).toEqual(linked);
    expect(body.included[0]).toMatchObject({ attributes: { name: 'Above' } });
    expect(body.included[0]).not.toHaveProperty('relationships');
    expect(
      body.included
        .slice(1)
        .map(({ attributes }: Answer['body']) => attributes.role)
        .sort(),
    ).toEqual(['moderator', 'owner']);
  });

  test('is in a list once, and not if it is primary data of the list', async () => {
    const all = await own.owner.call(`GET ${TEAMS}?include=parent_team`);
    expect(ids(all)).toEqual([own.top, above, below]);
    expect(all.body.included).toEqual([]);
    expect(
      all.body.data.map(({ relationships }: Answer['body']) => relationships.parent_team.data?.id ?? null),
    ).toEqual([null, own.top, above]);
    const other = await newTeam(own, newAddress(), above);
    const some = await own.owner.call(`GET ${TEAMS}?include=parent_team&filter[parent_team_id]=eq:${above}`);
    expect(ids(some)).toEqual([below, other]);
    expect(some.body.included.map(({ id }: { id: string }) => id)).toEqual([above]);
  });

  test('is missing from an empty `included`, which is absent without an include parameter', async () => {
    const of = async (query: string) => (await own.owner.call(`GET ${TEAMS}/${own.top}${query}`)).body;
    expect((await of('?include=parent_team')).included).toEqual([]);
    expect((await of('?include=')).included).toEqual([]);
    expect(await of('?include=')).not.toHaveProperty('data.relationships');
    expect(await of('')).not.toHaveProperty('included');
  });

  test('is returned by create and update too', async () => {
    const body = teamDocument({ name: newAddress(), parent_team_id: above });
    const made = await own.owner.call(`POST ${TEAMS}?include=parent_team,team_memberships`, { body });
    expect(made.body.included).toMatchObject([
      { id: above },
      { type: 'team_membership', attributes: { role: 'owner' } },
    ]);
    for (const method of ['PATCH', 'PUT']) {
      const changed = await own.owner.call(
        `${method} ${TEAMS}/${made.body.data.id}?include=parent_team,team_memberships`,
        {
          body: teamDocument({ name: newAddress() }, made.body.data.id),
        },
      );
      expect(changed.body.included).toEqual(made.body.included);
    }
  });

  test('matches the filters on it', async () => {
    const roles = async (filter: string) => {
      const { body } = await own.owner.call(`GET ${TEAMS}/${below}?include=team_memberships&${filter}`);
      const { data } = body.data.relationships.team_memberships;
      expect(data.map(({ id }: { id: string }) => id)).toEqual(body.included.map(({ id }: { id: string }) => id));
      return body.included.map(({ attributes }: Answer['body']) => attributes.role);
    };
    expect(await roles('filter[team_memberships][role]=eq:owner')).toEqual(['owner']);
    expect(await roles('filter[team_memberships][role]=!eq:owner')).toEqual(['moderator']);
    expect(await roles('filter[team_memberships][created_at]=gt:2099-01-01')).toEqual([]);
    const parents = async (filter: string) =>
      (await own.owner.call(`GET ${TEAMS}/${below}?include=parent_team&filter[parent_team]${filter}`)).body.included
        .length;
    expect(await parents('[name]=ct:bov')).toBe(1);
    expect(await parents('[name]=ct:x')).toBe(0);
  });

  test('is never a private team that the caller can’t see, or a former member', async () => {
    const { id } = (await own.owner.call('POST /v1/teams', { body: { name: newAddress(), isPrivate: true } })).body;
    const child = await newTeam(own, newAddress(), teamIdAsUuid(id));
    const member = await service.member(own.owner, 'USER');
    for (const query of [`/${child}?include=parent_team`, `?include=parent_team&filter[id]=eq:${child}`]) {
      expect((await member.call(`GET ${TEAMS}${query}`)).body.included).toEqual([]);
      expect((await own.owner.call(`GET ${TEAMS}${query}`)).body.included).toHaveLength(1);
    }
    const { data } = (await own.owner.call('GET /v1/teams')).body;
    const native = data.find(({ name }: { name: string }) => name === 'Above').id;
    await own.owner.call(`PUT /v1/teams/${native}/members/${member.memberId}`, { body: {} });
    const included = async () =>
      (await own.owner.call(`GET ${TEAMS}/${above}?include=team_memberships`)).body.included.length;
    expect(await included()).toBe(2);
    await own.owner.call(`DELETE /v1/members/${member.memberId}`);
    expect(await included()).toBe(1);
  });
});

test.each([
  ['name', ['name'], undefined],
  ['name,discarded_at', ['discarded_at', 'name'], undefined],
  ['name,parent_team', ['name'], ['parent_team']],
  ['parent_team', undefined, ['parent_team']],
  ['', undefined, undefined],
])('fields[team]=%s returns only these fields', async (fields, attributes, relationships) => {
  const id = await newTeam(home);
  for (const path of [`/${id}?`, `?filter[id]=eq:${id}&`]) {
    const { body } = await home.owner.call(`GET ${TEAMS}${path}include=parent_team&fields[team]=${fields}`);
    const [data] = [body.data].flat();
    expect(data.attributes && Object.keys(data.attributes)).toEqual(attributes);
    expect(data.relationships && Object.keys(data.relationships)).toEqual(relationships);
    expect(body.included[0].attributes && Object.keys(body.included[0].attributes)).toEqual(attributes);
  }
});

test.each([
  ['fields[team_membership]=role', ['role']],
  ['fields[team_membership]=', undefined],
  ['fields[team]=name', ['team_id', 'user_id', 'role', 'created_at', 'updated_at']],
])('%s applies to resources of its type', async (fields, attributes) => {
  const id = await newTeam(home);
  const { body } = await home.owner.call(`GET ${TEAMS}/${id}?include=team_memberships&${fields}`);
  expect(body.included[0].attributes && Object.keys(body.included[0].attributes)).toEqual(attributes);
});

describe('the refusal of a query names the parameter', () => {
  test.each([
    ...['include=users', 'include=parent_team.parent_team', 'include=parent_team,x', 'include=Parent_team'],
    ...['fields[teams]=name', 'fields[team]=color', 'fields[team_membership]=name', 'fields=name', 'fields[team][x]=y'],
    ...['foo=1', 'foo[bar]=1', 'sortby=name', 'filters[name]=x', '[name]=x', 'page[=1', 'page%00=1'],
  ])('for one team and for the list: %s', async (query) => {
    const [parameter] = new URLSearchParams(query).keys();
    const id = await newTeam(home);
    for (const route of [`GET ${TEAMS}`, `GET ${TEAMS}/${id}`, `DELETE ${TEAMS}/${id}`]) {
      const answer = await home.owner.call(`${route}?${query}`);
      expect(answer, route).toMatchObject({
        status: 400,
        body: { errors: [{ status: '400', source: { parameter } }] },
      });
    }
  });

  test.each([
    ...['sort=color', 'sort=name,-x', 'sort=--name', 'sort[name]=1', 'sort=parent_team.name'],
    ...['page[size]=0', 'page[size]=1001', 'page[number]=0', 'page[number]=-1', 'page[number]=x', 'page[number]=1.5'],
    ...[
      'page[offset]=-1',
      'page[limit]=0',
      'page[limit]=1001',
      'page[cursor]=x',
      'page=1',
      'page[size]=',
      'page[number]=1e1',
    ],
    ...[
      'filter[color]=eq:x',
      'filter[name]=like:x',
      'filter=x',
      'filter[name][x][y]=1',
      'filter[]=x',
      'filter[_blank]=1',
    ],
    ...[
      'filter[name_blank]=yes',
      'filter[name]=blank:2',
      'filter[discarded_at]=gt:yesterday',
      'filter[discarded_at]=eq:2026-13-01',
    ],
    ...['filter[users][name]=ct:Peter', 'filter[parent_team][name]=eq:x'],
  ])('for the list: %s', async (query) => {
    const [parameter] = new URLSearchParams(query).keys();
    const answer = await home.owner.call(`GET ${TEAMS}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ status: '400', source: { parameter } }] } });
  });

  test.each(['page[number]=1&page[limit]=5', 'page[offset]=0&page[size]=5'])(
    'for the list with mixed pagination: %s',
    async (query) => {
      const answer = await home.owner.call(`GET ${TEAMS}?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'mixed_pages' }] } });
    },
  );

  test.each(['sort=name', 'page[number]=1', 'filter[name]=eq:x'])('for one team: %s', async (query) => {
    const [parameter] = new URLSearchParams(query).keys();
    const answer = await home.owner.call(`GET ${TEAMS}/${home.top}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ source: { parameter } }] } });
  });

  test('for a page of more than 25 teams with included resources', async () => {
    expect((await home.owner.call(`GET ${TEAMS}?include=&page[size]=25`)).status).toBe(200);
    const answer = await home.owner.call(`GET ${TEAMS}?include=parent_team&page[size]=26`);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'no_page', source: { parameter: 'page[size]' } }] },
    });
  });

  test('except names that JSON:API reserves for implementations, which are ignored', async () => {
    expect((await home.owner.call(`GET ${TEAMS}?camelCase=1&utm_source=x&a-b[c]=2`)).status).toBe(200);
  });
});

describe('the list of teams', () => {
  let own: Home;
  const NAMES = ['Alpha', 'beta', 'Beta 2', 'Älter', 'Zulu', 'gamma, delta'];
  beforeAll(async () => {
    own = await newHome('Top');
    for (const name of NAMES) await newTeam(own, name);
  });
  const list = async (query: string) => names(await own.owner.call(`GET ${TEAMS}?${query}`));

  test('is sorted as requested, then by creation', async () => {
    expect(await list('')).toEqual(['Top', ...NAMES]);
    expect(await list('sort=name')).toEqual(['Alpha', 'Älter', 'beta', 'Beta 2', 'gamma, delta', 'Top', 'Zulu']);
    expect(await list('sort=-name')).toEqual(['Zulu', 'Top', 'gamma, delta', 'Beta 2', 'beta', 'Älter', 'Alpha']);
    expect(await list('sort=-id')).toEqual(['Top', ...NAMES].reverse());
    expect(await list('sort=account_id,-id')).toEqual(['Top', ...NAMES].reverse());
    expect(await list('sort=parent_team_id')).toEqual([...NAMES, 'Top']);
    expect(await list('sort=-parent_team_id,name')).toEqual([
      'Top',
      'Alpha',
      'Älter',
      'beta',
      'Beta 2',
      'gamma, delta',
      'Zulu',
    ]);
  });

  test.each([
    ['filter[name]=eq:ALPHA', ['Alpha']],
    ['filter[name]=Alpha', ['Alpha']],
    ['filter[name]=!eq:alpha&filter[name]=pre:a', []],
    ['filter[name]=pre:beta', ['beta', 'Beta 2']],
    ['filter[name]=suf:2', ['Beta 2']],
    ['filter[name]=ct:lt', ['Älter', 'gamma, delta']],
    ['filter[name]=!ct:a', ['Top', 'Älter', 'Zulu']],
    ['filter[name]=in:alpha,zulu,nobody', ['Alpha', 'Zulu']],
    ['filter[name]=!in:alpha,zulu', ['Top', 'beta', 'Beta 2', 'Älter', 'gamma, delta']],
    ['filter[name]=gte:beta+2&filter[name]=lt:top', ['Beta 2', 'gamma, delta']],
    ['filter[name]=gt:top', ['Älter', 'Zulu']],
    ['filter[name]=lte:beta', ['Alpha', 'beta']],
    ['filter[name]=blank', []],
    ['filter[parent_team_id_blank]=1', ['Top']],
    ['filter[parent_team_id_blank]=0&filter[name]=pre:z', ['Zulu']],
    ['filter[parent_team_id_present]=1&filter[name]=pre:t', []],
    ['filter[parent_team_id]=blank:1', ['Top']],
    ['filter[parent_team_id]=eq:', ['Top']],
    ['filter[discarded_at_present]=1', []],
    ['filter[discarded_at_blank]=1&filter[name]=pre:t', ['Top']],
  ])('is filtered by %s', async (query, expected) => {
    expect(await list(query)).toEqual(expected);
  });

  test('is filtered by account_id', async () => {
    expect(await list(`filter[account_id]=eq:${idAsUuid(own.id).toUpperCase()}`)).toHaveLength(7);
    expect(await list(`filter[account_id]=eq:${idAsUuid(home.id)}`)).toEqual([]);
    expect(idAsUuid(own.id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test.each([
    ['page[size]=3', 3],
    ['page[limit]=2', 2],
    ['page[size]=7', 7],
    ['page[number]=1&page[size]=100', 100],
    ['page[offset]=0&page[limit]=3', 3],
  ])('is read page by page through its links: %s', async (query, size) => {
    const all = ['Top', ...NAMES];
    const forwards: string[] = [];
    let link: string | null = `${service.api}${TEAMS}?sort=id&${query}`;
    let links: Record<string, string | null> = {};
    while (link) {
      const { body } = await own.owner.call(`GET ${(link as string).slice(service.api.length)}`);
      expect(Object.keys(body.links)).toEqual(['self', 'first', 'last', 'prev', 'next']);
      expect(body.meta).toEqual({ total: all.length });
      forwards.push(...names({ body } as Answer));
      expect(body.data.length).toBeLessThanOrEqual(size);
      links = body.links;
      link = links.next as string | null;
    }
    expect(forwards).toEqual(all);
    expect(links.self).toBe(links.last);
    const backwards: string[] = [];
    for (let back: string | null = links.last as string; back; ) {
      const { body } = await own.owner.call(`GET ${(back as string).slice(service.api.length)}`);
      backwards.unshift(...names({ body } as Answer));
      back = body.links.prev;
    }
    expect(backwards).toEqual(all);
  });

  test('is empty past its end, with a link to the last page', async () => {
    const { body } = await own.owner.call(`GET ${TEAMS}?page[number]=9&page[size]=3`);
    expect(body.data).toEqual([]);
    expect(body.links.next).toBeNull();
    expect(new URL(body.links.prev).searchParams.get('page[number]')).toBe('3');
    const none = (await own.owner.call(`GET ${TEAMS}?filter[name]=eq:nobody`)).body;
    expect(none).toMatchObject({ data: [], meta: { total: 0 }, links: { prev: null, next: null } });
  });

  test('has deleted teams only with a filter for them, and their names can be reused', async () => {
    const id = await newTeam(own, 'Gone');
    const { discarded_at } = (await own.owner.call(`DELETE ${TEAMS}/${id}`)).body.data.attributes;
    expect(await list('')).not.toContain('Gone');
    expect(await list('filter[discarded_at_present]=1')).toEqual(['Gone']);
    expect(await list('filter[discarded_at_present]=0&filter[name]=pre:g')).toEqual(['gamma, delta']);
    for (const [filter, found] of [
      [`eq:${discarded_at}`, ['Gone']],
      [`eq:${discarded_at.replace('Z', '+00:00').replace('+', '%2B')}`, ['Gone']],
      [`gt:${discarded_at}`, []],
      [`gte:${discarded_at}`, ['Gone']],
      ['gt:2020-01-01', ['Gone']],
      ['lt:2020-01-01', []],
      [`!in:${discarded_at}`, ['Top', ...NAMES]],
    ] as const) {
      expect(await list(`filter[discarded_at]=${filter}`), filter).toEqual(found);
    }
    const [shown] = (await own.owner.call(`GET ${TEAMS}?filter[discarded_at_present]=1`)).body.data;
    expect(shown.meta.permissions).toEqual({
      actions: { edit: false, delete: false },
      team_memberships: { create: false, edit: false, delete: false },
    });
    for (const method of ['GET', 'DELETE']) expect((await own.owner.call(`${method} ${TEAMS}/${id}`)).status).toBe(404);
    expect((await own.owner.call(`PUT ${TEAMS}/${id}`, { body: teamDocument({ name: 'x' }) })).status).toBe(404);
    await own.owner.call(`DELETE ${TEAMS}/${await newTeam(own, 'Gone')}`);
  });
});

test('meta has the caller’s permissions: owners of a team and ADMINs may do all except delete the default team', async () => {
  const own = await newHome();
  const user = await service.member(own.owner, 'USER');
  const viewer = await service.member(own.owner, 'VIEWER');
  const made = await user.call(`POST ${TEAMS}`, { body: teamDocument({ name: newAddress() }) });
  const { id } = made.body.data;
  const all = { create: true, edit: true, delete: true };
  const none = { create: false, edit: false, delete: false };
  expect(made.body.data.meta.permissions).toEqual({ actions: { edit: true, delete: true }, team_memberships: all });
  for (const [who, team, actions, memberships] of [
    [user, id, { edit: true, delete: true }, all],
    [own.owner, id, { edit: true, delete: true }, all],
    [viewer, id, { edit: false, delete: false }, none],
    [user, own.top, { edit: false, delete: false }, none],
    [own.owner, own.top, { edit: true, delete: false }, all],
  ] as const) {
    const one = (await who.call(`GET ${TEAMS}/${team}`)).body.data;
    expect(one.meta).toEqual({ permissions: { actions, team_memberships: memberships } });
    const [same] = (await who.call(`GET ${TEAMS}?filter[id]=eq:${team}`)).body.data;
    expect(same).toEqual(one);
  }
});

test('a team has the same names, members, visibility and audit log in every dialect', async () => {
  const own = await newHome();
  const made = await own.owner.call(`POST ${TEAMS}`, { body: teamDocument({ name: 'Nord' }) });
  const native = (await own.owner.call('GET /v1/teams')).body.data.find(
    ({ name }: { name: string }) => name === 'Nord',
  );
  expect(teamIdAsUuid(native.id)).toBe(made.body.data.id);
  expect(native).toMatchObject({ isPrivate: false, memberCount: 1 });
  expect((await own.owner.call('POST /v1/teams', { body: { name: 'NORD' } })).body.error).toBe('team_name_taken');
  const hidden = (await own.owner.call('POST /v1/teams', { body: { name: 'Hidden', isPrivate: true } })).body.id;
  const member = await service.member(own.owner, 'USER');
  expect((await member.call(`GET ${TEAMS}/${teamIdAsUuid(hidden)}`)).status).toBe(404);
  expect(names(await member.call(`GET ${TEAMS}`))).toEqual(['Acme', 'Nord']);
  // The hidden team is not revealed as a parent, or by a taken id.
  const below = teamDocument({ name: newAddress(), parent_team_id: teamIdAsUuid(hidden) });
  expect((await member.call(`POST ${TEAMS}`, { body: below })).status).toBe(404);
  const same = teamDocument({ name: newAddress() }, teamIdAsUuid(hidden));
  expect((await member.call(`POST ${TEAMS}`, { body: same })).status).toBe(403);
  await own.owner.call(`DELETE ${TEAMS}/${made.body.data.id}`);
  const log = (await own.owner.call('GET /v1/audit-logs')).body.data;
  expect(log[0]).toMatchObject({ action: 'team.delete', resourceId: native.id });
});

describe('the owner of a team who isn’t an ADMIN', () => {
  let own: Home;
  let user: Client;
  let hidden: string;
  beforeAll(async () => {
    own = await newHome();
    user = await service.member(own.owner, 'USER');
    hidden = await hide();
  });
  const hide = async () => {
    const { body } = await own.owner.call('POST /v1/teams', { body: { name: newAddress(), isPrivate: true } });
    return teamIdAsUuid(body.id);
  };

  test.each(['PUT', 'PATCH'])(
    'changes the team by %s, and can send back a parent that they can’t see',
    async (method) => {
      const id = (await user.call(`POST ${TEAMS}`, { body: teamDocument({ name: newAddress() }) })).body.data.id;
      const send = (who: Client, attributes: object) =>
        who.call(`${method} ${TEAMS}/${id}`, { body: teamDocument({ ...attributes }, id) });
      const name = newAddress();
      expect((await send(user, { name })).body.data.attributes.name).toBe(name);
      const above = await newTeam(own);
      expect((await send(user, { parent_team_id: above })).body.data.attributes.parent_team_id).toBe(above);
      expect((await send(own.owner, { parent_team_id: hidden })).status).toBe(200);
      expect((await send(user, { parent_team_id: hidden })).status).toBe(200);
      const refused = await send(user, { parent_team_id: await hide() });
      expect(refused).toMatchObject({ status: 404, body: { errors: [{ meta: { attribute: 'parent_team_id' } }] } });
    },
  );

  test('deletes the team', async () => {
    const id = (await user.call(`POST ${TEAMS}`, { body: teamDocument({ name: newAddress() }) })).body.data.id;
    expect((await user.call(`DELETE ${TEAMS}/${id}`)).status).toBe(200);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])(
    'can’t use %s on other teams, and private ones are not found',
    async (method) => {
      const other = await newTeam(own);
      const send = (id: string) => {
        const body = teamDocument({ name: newAddress() }, id);
        return user.call(`${method} ${TEAMS}/${id}`, method === 'DELETE' ? {} : { body });
      };
      expect(await send(other)).toMatchObject({ status: 403, body: { errors: [{ code: 'forbidden' }] } });
      expect(await send(hidden)).toMatchObject({ status: 404, body: { errors: [{ code: 'team_not_found' }] } });
    },
  );
});

testWhole(
  'a list of 1,000 teams with filters and sort takes one round trip and three calls',
  {
    timeout: 180_000,
  },
  async () => {
    const own = await newHome('Top');
    useTableOf(service);
    const organization = (await getOrganization(own.id)) as Organization;
    const [actor] = (await listMembers(own.id, { limit: 1 })) as [Member];
    const joining = [{ member: actor, role: 'OWNER' }] as const;
    const auditContext = {
      now: new Date(),
      by: { type: 'user', id: actor.userId },
      origin: { requestId: 'test', sourceAddress: null },
    } as const;
    const made = Array.from({ length: 999 }, (_, index) => `Team ${String((index * 7) % 999).padStart(3, '0')}`);
    // By the code of the endpoint, without a request for each.
    for (const name of made) {
      const counters = await readCounters(own.id);
      const creation = { actor, organization, joining, counters, limits: DEFAULT_LIMITS };
      await createTeam(auditContext, creation, { name, isPrivate: false });
    }

    // Parallel calls may not overlap on a busy machine, so the best of three attempts counts.
    const measured = async (query: string) => {
      const found: { answer: Answer; calls: number; trips: number }[] = [];
      await service.faults([{ function: 'papershift/list-teams', fault: 'delay', ms: 60, times: -1 }]);
      for (let time = 1; time <= 3; time += 1) {
        const before = calls.length;
        const answer = await own.owner.call(`GET ${TEAMS}?${query}`);
        const parts = calls.slice(before).filter((part) => part.function === 'papershift/list-teams');
        found.push({ answer, calls: new Set(parts.map(({ call }) => call)).size, trips: depthOf(parts) });
      }
      await service.faults([]);
      return found.sort((one, other) => one.trips - other.trips)[0] as (typeof found)[number];
    };
    const listed = await measured(
      'filter[name]=pre:team%205&filter[parent_team_id_present]=1&sort=-name&page[size]=1000',
    );
    expect(names(listed.answer)).toEqual(
      made
        .filter((name) => name.startsWith('Team 5'))
        .sort()
        .reverse(),
    );
    expect(listed).toMatchObject({ calls: 3, trips: 1 });
    const whole = await measured('sort=name&page[size]=1000');
    expect(whole.answer.body.data).toHaveLength(1000);
    expect(whole).toMatchObject({ calls: 3, trips: 1 });
    // Team memberships of 25 teams and their members take two more round trips.
    const included = await measured('include=parent_team,team_memberships&sort=name');
    expect(included.answer.body.data).toHaveLength(25);
    expect(included.answer.body.included).toHaveLength(26);
    expect(included.calls).toBeLessThanOrEqual(3 + 25 + 25);
    expect(included.trips).toBeLessThanOrEqual(3);

    const full = await own.owner.call(`POST ${TEAMS}`, { body: teamDocument({ name: 'One more' }) });
    expect(full).toMatchObject({ status: 409, body: { errors: [{ code: 'team_limit_reached' }] } });
  },
);
