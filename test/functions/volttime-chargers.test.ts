import { beforeAll, describe, expect, test } from 'vitest';
import { CHARGER_ERRORS, CHARGER_STATUSES } from '../../lib/domain/charger.ts';
import { once } from '../support/once.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';
import { rounds, testWhole } from '../support/whole.ts';

const service = useService();

interface Resource {
  readonly uuid: string;
  readonly id: number;
}

const newIdentity = () => `CP-${newAddress('x').split('@')[0]}`;
const postTo = async (by: Client, path: string, body: object): Promise<Resource> => {
  const answer = await by.call(`POST ${path}`, { body });
  expect(answer.status).toBe(200);
  return answer.body.data;
};
const makeTeam = (by: Client) =>
  postTo(by, '/api/v3/teams', { name: newAddress('team'), email: newAddress(), type: 'Company' });
const makeSite = async (by: Client, team: Resource) =>
  postTo(by, '/api/v3/sites', { name: newAddress('site'), team_uuid: team.uuid });
const makeCharger = (by: Client, site: Resource, more: object = {}) =>
  postTo(by, `/api/v3/sites/${site.uuid}/chargers`, { identity: newIdentity(), ...more });
const uuids = ({ body }: { body: { data: Resource[] } }) => body.data.map(({ uuid }) => uuid);

/** Returns the /v1 id of the newest team. */
const nativeId = async (by: Client) => (await by.call('GET /v1/teams')).body.data.at(-1).id as string;

test('a charger is created, shown, changed and deleted', async () => {
  const { owner } = await service.organization();
  const site = await makeSite(owner, await makeTeam(owner));
  const identity = newIdentity();
  const made = await owner.call(`POST /api/v3/sites/${site.id}/chargers`, {
    body: { identity, reference: 'Left', x: 1 },
  });
  expect(made.status).toBe(200);
  const { data } = made.body;
  expect(data).toMatchObject({ identity, reference: 'Left', connection_status: 'never_seen', status: null });
  for (const key of [data.uuid, data.id]) {
    expect((await owner.call(`GET /api/v3/chargers/${key}`)).body).toEqual({ data });
  }
  const changed = await owner.call(`PATCH /api/v3/chargers/${data.id}`, { body: { reference: null } });
  expect(changed.body.data).toEqual({ ...data, reference: null, updated_at: changed.body.data.updated_at });
  const before = service.writes().length;
  expect((await owner.call(`PATCH /api/v3/chargers/${data.uuid}`, { body: { identity } })).body).toEqual(changed.body);
  expect(service.writes().slice(before)).toEqual([]);
  expect((await owner.call(`GET /api/v3/sites/${site.uuid}/chargers`)).body).toEqual({ data: [changed.body.data] });
  expect(await owner.call(`DELETE /api/v3/sites/${site.uuid}`)).toMatchObject({
    status: 409,
    body: { error: 'site_has_chargers' },
  });

  const deleted = await owner.call(`DELETE /api/v3/chargers/${data.id}`);
  expect(deleted).toMatchObject({ status: 200, body: { message: 'Charger deleted successfully' } });
  expect((await owner.call(`GET /api/v3/chargers/${data.uuid}`)).status).toBe(404);
  expect((await owner.call(`DELETE /api/v3/sites/${site.id}`)).status).toBe(200);
  const actions = (await owner.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action);
  expect(actions.slice(0, 4)).toEqual(['site.delete', 'charger.delete', 'charger.update', 'charger.create']);
});

test('an identity is unique in an organization, also in parallel requests, and is freed by a deletion', async () => {
  const { owner } = await service.organization();
  const [here, there] = [await makeSite(owner, await makeTeam(owner)), await makeSite(owner, await makeTeam(owner))];
  const identity = newIdentity();
  const answers = await Promise.all(
    [identity, identity.toLowerCase(), identity].map((same, index) =>
      owner.call(`POST /api/v3/sites/${(index % 2 ? there : here).uuid}/chargers`, { body: { identity: same } }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
  const message = 'The identity has already been taken.';
  expect(answers.find(({ status }) => status === 422)?.body).toEqual({
    message,
    errors: { identity: [message] },
    error: 'charger_identity_taken',
  });
  const winner = answers.find(({ status }) => status === 200)?.body.data as Resource;
  const other = await makeCharger(owner, here);
  const renamed = await owner.call(`PATCH /api/v3/chargers/${other.uuid}`, { body: { identity } });
  expect(renamed.body.error).toBe('charger_identity_taken');
  await owner.call(`DELETE /api/v3/chargers/${winner.uuid}`);
  const again = await owner.call(`PATCH /api/v3/chargers/${other.uuid}`, { body: { identity } });
  expect([again.status, again.body.data.identity]).toEqual([200, identity]);
  // The same identity in another letter case is allowed for the same charger.
  const folded = await owner.call(`PATCH /api/v3/chargers/${other.uuid}`, {
    body: { identity: identity.toLowerCase() },
  });
  expect(folded.body.data.identity).toBe(identity.toLowerCase());
});

test('identities of other organizations are not revealed, also when a site is transferred', async () => {
  const [one, two] = [(await service.organization()).owner, (await service.organization()).owner];
  const [ours, theirs] = [await makeTeam(one), await makeTeam(two)];
  const [here, there] = [await makeSite(one, ours), await makeSite(two, theirs)];
  const make = (by: Client, site: Resource, identity: string) =>
    by.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity } });
  const [same, moved] = [newIdentity(), newIdentity()];
  // The answer is the same whether another organization has the identity or not.
  const [first, second, third] = [
    await make(one, here, same),
    await make(two, there, same),
    await make(one, here, moved),
  ];
  expect([first, second, third].map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await make(one, here, moved)).body.error).toBe('charger_identity_taken');

  await share(service, here.uuid, theirs.uuid);
  const route = `POST /api/v3/sites/${here.uuid}/teams/${theirs.uuid}/transfer-ownership`;
  expect((await one.call(route)).status).toBe(200);
  expect(await service.sweep()).toMatchObject({ failed: 0 });
  // Transferred identities count in the new organization only, and duplicates are kept.
  expect((await make(two, there, moved)).body.error).toBe('charger_identity_taken');
  const rest = await makeSite(one, ours);
  expect([(await make(one, rest, same)).status, (await make(one, rest, moved)).status]).toEqual([200, 200]);
  const identities = (await two.call(`GET /api/v3/sites/${here.uuid}/chargers`)).body.data.map(
    (row: { identity: string }) => row.identity,
  );
  expect(identities).toEqual([same, moved]);
  const twin = first.body.data as Resource;
  expect((await two.call(`PATCH /api/v3/chargers/${twin.uuid}`, { body: { identity: newIdentity() } })).status).toBe(
    200,
  );
  expect((await two.call(`PATCH /api/v3/chargers/${twin.uuid}`, { body: { identity: same } })).body.error).toBe(
    'charger_identity_taken',
  );
  expect((await two.call(`DELETE /api/v3/chargers/${twin.uuid}`)).status).toBe(200);
});

testWhole('all identities of a large site move with it, also after an interrupted run', async () => {
  const [one, two] = [(await service.organization()).owner, (await service.organization()).owner];
  const theirs = await makeTeam(two);
  const site = await makeSite(one, await makeTeam(one));
  const made: string[] = [];
  for (let count = 0; count < 30; count += 1) {
    made.push(newIdentity());
    await one.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity: made.at(-1) } });
  }
  await share(service, site.uuid, theirs.uuid);
  await one.call(`POST /api/v3/sites/${site.uuid}/teams/${theirs.uuid}/transfer-ownership`);
  const scopes = async () => {
    const rows = (await service.items()).filter(
      ({ type, identity }) => type === 'Charger' && made.includes(`${identity}`),
    );
    return new Set(rows.map(({ identityIn }) => identityIn));
  };
  await service.faults([{ action: 'dynamodb:PutItem', key: 'CHARGERIDENTITY#', fault: 'refuse', skip: 28, times: 1 }]);
  await service.sweep();
  await service.faults([]);
  expect((await scopes()).size).toBe(2);
  await service.clock('20m');
  await service.sweep();
  await service.clock(0);
  expect((await scopes()).size).toBe(1);
});

test('an identity may have all characters that OCPP allows', async () => {
  const { owner } = await service.organization();
  const site = await makeSite(owner, await makeTeam(owner));
  const identity = `aZ09*-_=:+|@.${newIdentity()}`.slice(0, 45).padEnd(45, 'x');
  expect(await postTo(owner, `/api/v3/sites/${site.uuid}/chargers`, { identity })).toMatchObject({ identity });
});

describe('an invalid request is refused:', () => {
  const madeOnce = once(async () => {
    const { owner } = await service.organization();
    const site = await makeSite(owner, await makeTeam(owner));
    return { owner, site, charger: await makeCharger(owner, site) };
  });

  test.each([
    [{ identity: undefined }, { identity: ['The identity field is required.'] }],
    [{ identity: 'x'.repeat(46) }, { identity: ['The identity field must not be greater than 45 characters.'] }],
    [{ identity: 42 }, { identity: ['The identity field must be a string.'] }],
    ...['a b', 'a/b', 'Säule', 'a\u200bb', 'a,b', 'a#b'].map((identity): [object, Record<string, string[]>] => [
      { identity },
      { identity: ['The identity field may have letters, digits, and *-_=:+|@. only.'] },
    ]),
    [{ reference: ['x'] }, { reference: ['The reference field must be a string.'] }],
  ])('a charger with %j', async (sent, errors) => {
    const { owner, site } = await madeOnce();
    const before = service.writes().length;
    const answer = await owner.call(`POST /api/v3/sites/${site.uuid}/chargers`, {
      body: { identity: newIdentity(), ...sent },
    });
    expect(answer).toMatchObject({ status: 422, body: { message: Object.values(errors)[0]?.[0], errors } });
    expect(service.writes().slice(before)).toEqual([]);
  });

  test.each([
    [{ connection_status: 'never_seen' }, { connection_status: ['The selected connection status is invalid.'] }],
    [{ status: 'Broken' }, { status: ['The selected status is invalid.'] }],
    [{ error: 'Error' }, { error: ['The selected error is invalid.'] }],
    [{ error_info: 42 }, { error_info: ['The error info field must be a string.'] }],
  ])('a report of %j', async (body, errors) => {
    const { owner, charger } = await madeOnce();
    const before = service.writes().length;
    const answer = await owner.call(`PUT /api/v3/chargers/${charger.uuid}/status`, { body });
    expect(answer).toMatchObject({ status: 422, body: { errors } });
    expect(service.writes().slice(before)).toEqual([]);
  });
});

test('a report sets the status of a charger until the next report', async () => {
  const { owner } = await service.organization();
  const charger = await makeCharger(owner, await makeSite(owner, await makeTeam(owner)));
  const report = async (body: object) =>
    (await owner.call(`PUT /api/v3/chargers/${charger.id}/status`, { body })).body.data;
  const faulted = { status: 'Faulted', error: 'GroundFailure', error_info: 'Wet' };
  expect(await report({ connection_status: 'online', ...faulted })).toMatchObject({
    connection_status: 'online',
    ...faulted,
  });
  const offline = await report({ connection_status: 'offline' });
  expect(offline).toMatchObject({ connection_status: 'offline', ...faulted });
  expect(await report({})).toEqual(offline);
  expect(await report({ status: 'Available', error: 'NoError', error_info: '' })).toMatchObject({
    ...{ connection_status: 'offline', status: 'Available', error: 'NoError', error_info: null },
  });
  expect(await report({ status: null, error: null })).toMatchObject({ status: null, error: null });
  for (const status of CHARGER_STATUSES) expect((await report({ status })).status).toBe(status);
  for (const error of CHARGER_ERRORS) expect((await report({ error })).error).toBe(error);
  const [latest] = (await owner.call('GET /v1/audit-logs')).body.data;
  expect(latest).toMatchObject({ action: 'charger.report', metadata: { after: { error: 'WeakSignal' } } });
});

describe('access to a charger', () => {
  let owner: Client;
  let team: Resource;
  let native: string;
  let site: Resource;
  let charger: Resource;
  const people: Record<string, Client & { readonly memberId: string }> = {};

  beforeAll(async () => {
    const home = await service.organization();
    owner = home.owner;
    const top = (await owner.call('POST /v1/teams', { body: { name: 'Top' } })).body.id;
    const made = await makeTeam(owner);
    native = await nativeId(owner);
    await owner.call(`PATCH /v1/teams/${native}`, { body: { parentTeamId: top } });
    team = made;
    site = await makeSite(owner, team);
    charger = await makeCharger(owner, site);
    const addPerson = async (name: string, role: string, at?: string, as = 'MEMBER') => {
      const member = await service.member(owner, role);
      people[name] = member;
      if (at) await owner.call(`PUT /v1/teams/${at}/members/${member.memberId}`, { body: { role: as } });
    };
    await addPerson('owner', 'USER', native, 'OWNER');
    await addPerson('member', 'USER', native);
    await addPerson('operator', 'OPERATOR', native);
    await addPerson('operator above', 'OPERATOR', top);
    await addPerson('operator elsewhere', 'OPERATOR');
    await addPerson('viewer', 'VIEWER', native, 'OWNER');
    await addPerson('nobody', 'USER');
    await addPerson('admin', 'ADMIN');
  });

  test.each([
    ['owner', { lists: 200, reads: 200, manages: 200, reports: 403 }],
    ['operator', { lists: 200, reads: 200, manages: 403, reports: 200 }],
    ['viewer', { lists: 200, reads: 200, manages: 403, reports: 403 }],
    ['nobody', { lists: 403, reads: 404, manages: 404, reports: 404 }],
    ['member', { lists: 200, reads: 200, manages: 403, reports: 403 }],
    ['operator above', { lists: 200, reads: 200, manages: 403, reports: 200 }],
    ['operator elsewhere', { lists: 403, reads: 404, manages: 404, reports: 404 }],
    ['admin', { lists: 200, reads: 200, manages: 200, reports: 200 }],
  ] as const)('as %s is %j', async (name, expected) => {
    const by = people[name] as Client;
    const status = async (route: string, body?: object) => (await by.call(route, { body })).status;
    const one = await makeCharger(owner, site);
    const seen = expected.reads === 200;
    expect({
      lists: await status(`GET /api/v2/teams/${team.id}/chargers`),
      reads: await status(`GET /api/v3/chargers/${charger.uuid}`),
      manages: await status(`PATCH /api/v3/chargers/${one.uuid}`, { reference: 'Other' }),
      reports: await status(`PUT /api/v3/chargers/${one.uuid}/status`, { status: 'Available', error_info: name }),
    }).toEqual(expected);
    expect(await status(`GET /api/v3/sites/${site.uuid}/chargers`)).toBe(expected.reads);
    expect(await status(`POST /api/v3/sites/${site.id}/chargers`, { identity: newIdentity() })).toBe(expected.manages);
    expect(uuids(await by.call('GET /api/v3/chargers')).includes(charger.uuid)).toBe(seen);
    expect(await status(`DELETE /api/v3/chargers/${one.uuid}`)).toBe(expected.manages);
    for (const uuid of uuids(await owner.call('GET /api/v3/chargers')).slice(1)) {
      await owner.call(`DELETE /api/v3/chargers/${uuid}`);
    }
  });

  test('by an access token with the role OPERATOR allows reports', async () => {
    const person = people.owner as Client;
    const made = (await person.call('POST /v1/access-tokens', { body: { name: 'Backend', role: 'OPERATOR' } })).body;
    const call = (route: string, body?: object) =>
      service.call(route, { body, headers: { authorization: `Bearer ${made.token}` } });
    const reported = await call(`PUT /api/v3/chargers/${charger.uuid}/status`, { connection_status: 'online' });
    expect([reported.status, reported.body.data.connection_status]).toEqual([200, 'online']);
    expect(uuids(await call('GET /api/v3/chargers'))).toEqual([charger.uuid]);
    expect((await person.call(`PUT /api/v3/chargers/${charger.uuid}/status`, { body: {} })).status).toBe(403);
    const reader = (await person.call('POST /v1/access-tokens', { body: { name: 'Reader', role: 'VIEWER' } })).body;
    const headers = { authorization: `Bearer ${reader.token}` };
    const refused = await service.call(`PUT /api/v3/chargers/${charger.uuid}/status`, { body: {}, headers });
    expect(refused.status).toBe(403);
  });

  test('is listed for a team by its integer or its UUID', async () => {
    for (const key of [team.id, team.uuid]) {
      expect(uuids(await owner.call(`GET /api/v2/teams/${key}/chargers`))).toEqual([charger.uuid]);
    }
    await owner.call(`PATCH /v1/teams/${native}`, { body: { isPrivate: true } });
    const answer = await (people.nobody as Client).call(`GET /api/v2/teams/${team.id}/chargers`);
    expect(answer).toMatchObject({
      status: 404,
      body: { message: `No query results for model [App\\Models\\Team] ${team.id}` },
    });
    await owner.call(`PATCH /v1/teams/${native}`, { body: { isPrivate: false } });
  });
});

test('lists return every charger once, in order and in pages, across sites', async () => {
  const { owner } = await service.organization();
  const teams = [await makeTeam(owner), await makeTeam(owner)] as [Resource, Resource];
  const expected: string[][] = [];
  for (const team of teams) {
    await makeSite(owner, team);
    const rows: string[] = [];
    for (const count of [11, 3, 20]) {
      const site = await makeSite(owner, team);
      for (let index = 0; index < count; index += 1) rows.push((await makeCharger(owner, site)).uuid);
      const listed = await owner.call(`GET /api/v3/sites/${site.id}/chargers`);
      expect(uuids(listed)).toEqual(rows.slice(-count));
    }
    expected.push(rows);
  }
  const readPages = async (path: string) => {
    const pages: string[][] = [];
    for (let page = 1; ; page += 1) {
      const answer = await owner.call(`GET ${path}?page=${page}`);
      pages.push(uuids(answer));
      if (!answer.body.links.next) return pages;
    }
  };
  const all = expected.flat();
  expect(uuids(await owner.call('GET /api/v3/chargers'))).toEqual(all);
  expect(await readPages('/api/v3/chargers')).toEqual([all.slice(0, 25), all.slice(25, 50), all.slice(50)]);
  for (const [index, { id }] of teams.entries()) {
    const own = expected[index] as string[];
    expect(uuids(await owner.call(`GET /api/v2/teams/${id}/chargers`))).toEqual(own);
    expect(await readPages(`/api/v2/teams/${id}/chargers`)).toEqual([own.slice(0, 25), own.slice(25)]);
  }
});

test('a site is not deleted while a charger is added', async () => {
  const { owner } = await service.organization();
  const team = await makeTeam(owner);
  const post = (to: Resource) =>
    owner.call(`POST /api/v3/sites/${to.uuid}/chargers`, { body: { identity: newIdentity() } });
  for (let round = 0; round < rounds(8); round += 1) {
    const empty = await makeSite(owner, team);
    const [made, deleted] = await Promise.all([post(empty), owner.call(`DELETE /api/v3/sites/${empty.uuid}`)]);
    expect([
      [200, 409],
      [404, 200],
    ]).toContainEqual([made.status, deleted.status]);
  }
});
