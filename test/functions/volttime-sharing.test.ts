import { beforeAll, describe, expect, test } from 'vitest';
import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { once } from '../support/once.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';
import { describeWhole, testWhole } from '../support/whole.ts';

const service = useService();

interface Resource {
  readonly uuid: string;
  readonly id: number;
}

const postTo = async (by: Client, path: string, body: object): Promise<Resource> => {
  const answer = await by.call(`POST ${path}`, { body });
  expect(answer.status).toBe(200);
  return answer.body.data;
};
const makeTeam = (by: Client) =>
  postTo(by, '/api/v3/teams', { name: newAddress('team'), email: newAddress(), type: 'Company' });
const makeSite = (by: Client, team: Resource) =>
  postTo(by, '/api/v3/sites', { name: newAddress('site'), team_uuid: team.uuid, address: 'Quay 1' });
const makeCharger = (by: Client, site: Resource) =>
  postTo(by, `/api/v3/sites/${site.uuid}/chargers`, {
    identity: `CP-${newAddress('x').split('@')[0]}`,
    reference: 'Left',
  });
const uuids = ({ body }: Answer) => body.data.map(({ uuid }: Resource) => uuid);
const notFound = (model: string, key: unknown) => ({
  message: `No query results for model [App\\Models\\${model}] ${key}`,
});
const native = ({ uuid }: Resource) => shortIdFromUuid('team', uuid) as string;
const putMember = (by: Client, team: Resource, { memberId }: { memberId: string }, role = 'MEMBER') =>
  by.call(`PUT /v1/teams/${native(team)}/members/${memberId}`, { body: { role } });

/** Creates a site with chargers that is shared with a team of another organization. */
async function shared({ chargers = 0, given = {} }: { chargers?: number; given?: object } = {}) {
  const [home, away] = [await service.organization('Home'), await service.organization('Away')];
  const [ours, theirs] = [await makeTeam(home.owner), await makeTeam(away.owner)];
  const site = await makeSite(home.owner, ours);
  const made: Resource[] = [];
  for (let index = 0; index < chargers; index += 1) made.push(await makeCharger(home.owner, site));
  await share(service, site.uuid, theirs.uuid, given);
  const teams = `/api/v3/sites/${site.uuid}/teams`;
  return { home, away, us: home.owner, them: away.owner, ours, theirs, site, chargers: made, teams };
}

const limitTo = (by: Client, teams: string, team: Resource, chargers: readonly Pick<Resource, 'id'>[]) =>
  by.call(`PUT ${teams}/${team.uuid}/asset-access`, {
    body: {
      access_of_assets: 'limited_access',
      accessible_assets: chargers.map(({ id }) => ({ asset_type: 'charger', asset_id: id })),
    },
  });
const grant = (by: Client, teams: string, team: Resource, end?: string) =>
  by.call(`POST ${teams}/${team.uuid}/grant-sensitive-data`, {
    body: end ? { expires_never: false, data_access_expires_at: end } : { expires_never: true },
  });
const actions = async (by: Client): Promise<string[]> =>
  (await by.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action);
const chargerId = ({ uuid }: Resource) => shortIdFromUuid('charger', uuid) as string;
const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString();

test('the teams with access are listed for both organizations, the owner first', async () => {
  const { us, them, ours, theirs, site, teams } = await shared();
  const listed = await us.call(`GET ${teams}`);
  expect((await them.call(`GET ${teams}`)).body).toEqual(listed.body);
  expect((await them.call(`GET /api/v3/sites/${site.id}/teams`)).body).toEqual(listed.body);
  expect(Object.keys(listed.body)).toEqual(['data']);
  expect(uuids(listed)).toEqual([ours.uuid, theirs.uuid]);
  const [owning, other] = listed.body.data;
  expect(Object.keys(other)).toEqual([...['uuid', 'name', 'type', 'email', 'access', 'created_at', 'updated_at']]);
  expect(Object.keys(other.access)).toEqual([
    ...['is_owner', 'data_access', 'data_access_expires_at', 'can_access_all_assets', 'created_at', 'updated_at'],
  ]);
  expect(owning.access).toMatchObject({ is_owner: true, data_access: true, can_access_all_assets: true });
  expect(other.access).toMatchObject({
    ...{ is_owner: false, data_access: false, data_access_expires_at: null, can_access_all_assets: true },
  });
  for (const key of [theirs.uuid, theirs.uuid.toUpperCase(), theirs.id]) {
    for (const by of [us, them]) expect((await by.call(`GET ${teams}/${key}`)).body).toEqual({ data: other });
  }
  expect(uuids(await us.call(`GET ${teams}?page=1`))).toEqual([ours.uuid, theirs.uuid]);
  expect(uuids(await us.call(`GET ${teams}?page=2`))).toEqual([]);
});

test('members of a team with access see the site and its chargers in every list', async () => {
  const { us, them, away, theirs, site, chargers } = await shared({ chargers: 2 });
  const member = await service.member(them, 'USER');
  const nobody = await service.member(them, 'USER');
  await putMember(them, theirs, member);
  for (const by of [them, member]) {
    expect((await by.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(200);
    expect(uuids(await by.call('GET /api/v3/sites'))).toEqual([site.uuid]);
    expect(uuids(await by.call('GET /api/v3/chargers'))).toEqual(chargers.map(({ uuid }) => uuid));
    expect((await by.call(`GET /api/v3/chargers/${chargers[0]?.id}`)).status).toBe(200);
    expect((await by.call(`PATCH /api/v3/sites/${site.uuid}`, { body: { name: 'Theirs' } })).status).toBe(403);
  }
  expect((await nobody.call(`GET /api/v3/sites/${site.uuid}`)).body).toEqual(notFound('Site', site.uuid));
  expect(uuids(await nobody.call('GET /api/v3/sites'))).toEqual([]);
  // Chargers belong to the team that owns their site.
  expect(uuids(await them.call(`GET /api/v2/teams/${theirs.id}/chargers`))).toEqual([]);
  const { token } = (await them.call('POST /v1/access-tokens', { body: { name: 'Program', role: 'OPERATOR' } })).body;
  const headers = { authorization: `Bearer ${token}` };
  const body = { connection_status: 'online' };
  expect((await service.call(`GET /api/v3/sites/${site.uuid}`, { headers })).status).toBe(200);
  const report = `PUT /api/v3/chargers/${chargers[0]?.id}/status`;
  expect((await service.call(report, { body, headers })).status).toBe(200);
  expect((await us.call(`GET /api/v3/chargers/${chargers[0]?.id}`)).body.data.connection_status).toBe('online');
  // A deleted organization has no access through its teams.
  await them.call(`DELETE /v1/organizations/${away.id}`);
  expect((await service.call(report, { body, headers })).status).toBe(404);
});

describe('a request is refused', () => {
  let at: Awaited<ReturnType<typeof shared>>;
  let elsewhere: Resource;
  beforeAll(async () => {
    at = await shared({ chargers: 1 });
    elsewhere = await makeCharger(at.us, await makeSite(at.us, at.ours));
  });
  const today = () => new Date().toISOString().slice(0, 10);
  const required = 'The data access expires at field is required when expires never is false.';
  const afterToday = 'The data access expires at field must be a date after today.';
  const noDate = 'The data access expires at field must be a valid date.';

  test.each([
    [{}, 'expires_never', 'The expires never field is required.'],
    [{ expires_never: 'x' }, 'expires_never', 'The expires never field must be true or false.'],
    [{ expires_never: 2 }, 'expires_never', 'The expires never field must be true or false.'],
    [{ expires_never: false }, 'data_access_expires_at', required],
    [{ expires_never: '0', data_access_expires_at: '' }, 'data_access_expires_at', required],
    [{ expires_never: 0, data_access_expires_at: null }, 'data_access_expires_at', required],
    [{ expires_never: false, data_access_expires_at: 'soon' }, 'data_access_expires_at', noDate],
    [{ expires_never: false, data_access_expires_at: '2099-02-30' }, 'data_access_expires_at', noDate],
    [{ expires_never: false, data_access_expires_at: '2099-01-01T25:00' }, 'data_access_expires_at', noDate],
    [{ expires_never: false, data_access_expires_at: 4099680000 }, 'data_access_expires_at', noDate],
    [{ expires_never: false, data_access_expires_at: today() }, 'data_access_expires_at', afterToday],
    [{ expires_never: false, data_access_expires_at: `${today()}T23:59:59Z` }, 'data_access_expires_at', afterToday],
    [{ expires_never: false, data_access_expires_at: '2001-01-01' }, 'data_access_expires_at', afterToday],
  ])('for a grant of %j', async (body, field, sentence) => {
    const before = service.writes().length;
    const answer = await at.us.call(`POST ${at.teams}/${at.theirs.uuid}/grant-sensitive-data`, { body });
    expect([answer.status, answer.body]).toEqual([422, { message: sentence, errors: { [field]: [sentence] } }]);
    expect(service.writes().slice(before)).toEqual([]);
  });

  const asset = (asset_id: unknown, asset_type = 'charger') => ({ asset_type, asset_id });
  const limited = (accessible_assets: unknown) => ({ access_of_assets: 'limited_access', accessible_assets });
  const chargersRequired = 'The accessible assets field is required when access of assets is limited_access.';

  test.each([
    [() => ({}), { access_of_assets: 'The access of assets field is required.' }],
    [() => ({ access_of_assets: 'all' }), { access_of_assets: 'The selected access of assets is invalid.' }],
    [() => ({ access_of_assets: 'limited_access' }), { accessible_assets: chargersRequired }],
    [() => limited([]), { accessible_assets: chargersRequired }],
    [() => limited('x'), { accessible_assets: 'The accessible assets field must be an array.' }],
    [
      () => limited([{ asset_type: 'charger' }, asset('x'), asset(1.5), asset(1, 'meter')]),
      {
        'accessible_assets.0.asset_id': 'The accessible_assets.0.asset_id field is required.',
        'accessible_assets.1.asset_id': 'The accessible_assets.1.asset_id field must be an integer.',
        'accessible_assets.2.asset_id': 'The accessible_assets.2.asset_id field must be an integer.',
        'accessible_assets.3.asset_type': 'The selected accessible_assets.3.asset_type is invalid.',
      },
    ],
    [
      () => limited([asset(at.chargers[0]?.id), asset(1), asset(elsewhere.id)]),
      {
        'accessible_assets.1.asset_id': 'The selected accessible_assets.1.asset_id is invalid.',
        'accessible_assets.2.asset_id': 'The selected accessible_assets.2.asset_id is invalid.',
      },
    ],
    [
      () => limited(Array.from({ length: 501 }, (_, index) => asset(index + 1))),
      { accessible_assets: 'The accessible assets field must not have more than 500 items.' },
    ],
  ])('for an access to assets (%#)', async (body, sentences) => {
    const before = service.writes().length;
    const answer = await at.us.call(`PUT ${at.teams}/${at.theirs.uuid}/asset-access`, { body: body() });
    const errors = Object.fromEntries(Object.entries(sentences).map(([field, sentence]) => [field, [sentence]]));
    expect([answer.status, answer.body.errors]).toEqual([422, errors]);
    expect(service.writes().slice(before)).toEqual([]);
  });
});

/** The next grant replaces the one before. */
const sharedOnce = once(shared);

test.each([
  ['a day', () => inDays(2).slice(0, 10), () => `${inDays(2).slice(0, 10)}T00:00:00.000000Z`],
  ['a moment', () => '2099-12-31T10:30', () => '2099-12-31T10:30:00.000000Z'],
  ['a moment in the format of a database', () => '2099-12-31 10:30:15', () => '2099-12-31T10:30:15.000000Z'],
  ['a moment with an offset', () => '2099-12-31T10:30:00+02:00', () => '2099-12-31T08:30:00.000000Z'],
])('a grant may end at %s', async (_, end, shown) => {
  const { us, theirs, teams } = await sharedOnce();
  expect((await grant(us, teams, theirs, end())).body).toEqual({
    message: 'Sensitive data access granted successfully',
  });
  expect((await us.call(`GET ${teams}/${theirs.uuid}`)).body.data.access).toMatchObject({
    data_access: true,
    data_access_expires_at: shown(),
  });
});

describe('a member of an organization', () => {
  let at: Awaited<ReturnType<typeof shared>>;
  const people: Record<string, Client> = {};

  beforeAll(async () => {
    at = await shared({ chargers: 1 });
    const { us, them, ours, theirs } = at;
    people.admin = await service.member(us, 'ADMIN');
    for (const [name, by, team, role, rank] of [
      ['owner', us, ours, 'USER', 'OWNER'],
      ['operator', us, ours, 'OPERATOR', 'OWNER'],
      ['moderator', us, ours, 'USER', 'MODERATOR'],
      ['member', us, ours, 'USER', 'MEMBER'],
      ['viewer', us, ours, 'VIEWER', 'OWNER'],
      ['theirOwner', them, theirs, 'USER', 'OWNER'],
      ['theirMember', them, theirs, 'USER', 'MEMBER'],
    ] as const) {
      const member = await service.member(by, role);
      await putMember(by, team, member, rank);
      people[name] = member;
    }
    people.theirAdmin = await service.member(them, 'ADMIN');
    people.nobody = await service.member(us, 'USER');
    people.stranger = (await service.organization()).owner;
  });

  /** Returns the statuses of all requests about a team with access. */
  async function statuses(by: Client): Promise<number[]> {
    const { us, theirs, ours, teams, site, chargers } = at;
    const team = `${teams}/${theirs.uuid}`;
    const answers = [
      await by.call(`GET ${teams}`),
      await by.call(`GET ${team}`),
      await grant(by, teams, theirs),
      await by.call(`DELETE ${team}/revoke-sensitive-data`),
      await limitTo(by, teams, theirs, chargers),
      await by.call(`POST ${team}/transfer-ownership`),
    ];
    if (answers.at(-1)?.status === 200) {
      // The new owner transfers the site back.
      expect((await at.them.call(`POST ${teams}/${ours.uuid}/transfer-ownership`)).status).toBe(200);
    }
    answers.push(await by.call(`DELETE ${team}`));
    if (answers.at(-1)?.status === 200) {
      expect((await us.call(`GET ${team}`)).status).toBe(404);
      await share(service, site.uuid, theirs.uuid);
    }
    return answers.map(({ status }) => status);
  }

  test.each([
    ['owner', 200, 200],
    ['moderator', 200, 403],
    ['viewer', 200, 403],
    ['theirOwner', 200, 403],
    ['nobody', 404, 404],
    ['stranger', 404, 404],
    ['admin', 200, 200],
    ['operator', 200, 200],
    ['member', 200, 403],
    ['theirAdmin', 200, 403],
    ['theirMember', 200, 403],
  ])('who is the %s gets %i for reads and %i for changes', async (name, sees, changes) => {
    const expected = [sees, sees, ...Array.from({ length: 5 }, () => changes)];
    expect(await statuses(people[name] as Client)).toEqual(expected);
  });
});

test('requests about a team without access, a made-up team and the owner are refused', async () => {
  const { us, them, ours, site, teams, theirs, chargers } = await shared({ chargers: 1 });
  const without = await makeTeam(them);
  const gone = await makeTeam(them);
  await share(service, site.uuid, gone.uuid);
  await them.call(`DELETE /v1/teams/${native(gone)}`);
  const requests = (key: unknown) =>
    [
      ['GET', `${teams}/${key}`, undefined],
      ['DELETE', `${teams}/${key}`, undefined],
      ['POST', `${teams}/${key}/grant-sensitive-data`, { expires_never: true }],
      ['DELETE', `${teams}/${key}/revoke-sensitive-data`, undefined],
      ['PUT', `${teams}/${key}/asset-access`, { access_of_assets: 'full_access' }],
      ['POST', `${teams}/${key}/transfer-ownership`, undefined],
    ] as const;
  const before = await service.items();
  for (const key of [without.uuid, without.id, gone.uuid, gone.id, crypto.randomUUID(), '4503599627370497', 'x']) {
    for (const [method, path, body] of requests(key)) {
      const answer = await us.call(`${method} ${path}`, { body });
      expect([answer.status, answer.body]).toEqual([404, notFound('Team', key)]);
    }
  }
  for (const [method, path, body] of requests(ours.id).slice(1)) {
    const answer = await us.call(`${method} ${path}`, { body });
    expect([method, path, answer.status, answer.body.error]).toEqual([method, path, 403, 'site_owner_access']);
  }
  // Revoking a grant that doesn't exist changes nothing.
  const revoke = `DELETE ${teams}/${theirs.uuid}/revoke-sensitive-data`;
  expect(await us.call(revoke)).toMatchObject({
    status: 200,
    body: { message: 'Sensitive data access revoked successfully' },
  });
  expect(await service.items()).toEqual(before);
  expect((await limitTo(us, teams, theirs, chargers)).body).toEqual({ message: 'Asset access modified successfully' });
});

test('a team with limited access sees only its chargers', async () => {
  const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 4 });
  const [first, second, third] = chargers as [Resource, Resource, Resource, Resource];
  expect((await limitTo(us, teams, theirs, [third, first, third])).status).toBe(200);
  const seen = async () => {
    const bySite = uuids(await them.call(`GET /api/v3/sites/${site.uuid}/chargers`));
    expect(uuids(await them.call('GET /api/v3/chargers'))).toEqual(bySite);
    return bySite;
  };
  expect(await seen()).toEqual([first.uuid, third.uuid]);
  expect(uuids(await them.call(`GET /api/v3/sites/${site.uuid}/chargers?page=1`))).toEqual([first.uuid, third.uuid]);
  expect((await them.call(`GET ${teams}/${theirs.uuid}`)).body.data.access.can_access_all_assets).toBe(false);
  expect((await them.call(`GET /api/v3/chargers/${first.id}`)).status).toBe(200);
  const report = { connection_status: 'online' };
  expect((await them.call(`PUT /api/v3/chargers/${third.id}/status`, { body: report })).status).toBe(200);
  for (const request of [`GET /api/v3/chargers/${second.id}`, `PUT /api/v3/chargers/${second.uuid}/status`]) {
    const answer = await them.call(request, request.startsWith('PUT') ? { body: report } : {});
    expect(answer.status).toBe(404);
  }
  // A deleted charger leaves the access, and a new charger doesn't enter it.
  await us.call(`DELETE /api/v3/chargers/${first.uuid}`);
  await makeCharger(us, site);
  expect(await seen()).toEqual([third.uuid]);
  await us.call(`DELETE /api/v3/chargers/${third.uuid}`);
  expect(await seen()).toEqual([]);
  const all = { access_of_assets: 'full_access', accessible_assets: null };
  expect((await us.call(`PUT ${teams}/${theirs.uuid}/asset-access`, { body: all })).status).toBe(200);
  expect(await seen()).toHaveLength(3);
  expect((await them.call(`GET ${teams}/${theirs.id}`)).body.data.access.can_access_all_assets).toBe(true);
});

test('sensitive data is shown only to owners and to teams with a grant', async () => {
  const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 1 });
  const [charger] = chargers as [Resource];
  const error = { status: 'Faulted', error: 'OtherError', error_info: 'Card 4711' };
  await us.call(`PUT /api/v3/chargers/${charger.id}/status`, { body: error });
  const fields = async (by: Client) => {
    const [one, listed] = [
      (await by.call(`GET /api/v3/sites/${site.uuid}`)).body.data,
      (await by.call('GET /api/v3/sites')).body.data[0],
    ];
    const all = [
      (await by.call(`GET /api/v3/chargers/${charger.id}`)).body.data,
      (await by.call(`GET /api/v3/sites/${site.id}/chargers`)).body.data[0],
      (await by.call('GET /api/v3/chargers')).body.data[0],
    ];
    expect(listed).toEqual(one);
    for (const each of all) expect(each).toEqual(all[0]);
    expect(all[0].status).toBe('Faulted');
    return [one.address, all[0].reference, all[0].error_info];
  };
  const [shown, hidden] = [
    ['Quay 1', 'Left', 'Card 4711'],
    [null, null, null],
  ];
  expect([await fields(us), await fields(them)]).toEqual([shown, hidden]);
  await grant(us, teams, theirs);
  expect([await fields(us), await fields(them)]).toEqual([shown, shown]);
  const reported = await them.call(`PUT /api/v3/chargers/${charger.id}/status`, { body: { error_info: 'Card 12' } });
  expect(reported.body.data.error_info).toBe('Card 12');
  await us.call(`DELETE ${teams}/${theirs.uuid}/revoke-sensitive-data`);
  expect(await fields(them)).toEqual(hidden);
  const blind = await them.call(`PUT /api/v3/chargers/${charger.id}/status`, { body: { error_info: 'Card 4711' } });
  expect(blind.body.data.error_info).toBe(null);
  expect(await fields(us)).toEqual(shown);
});

test('a grant expires by the clock, before the sweep records it', async () => {
  const { us, them, home, away, theirs, site, teams } = await shared();
  await grant(us, teams, theirs, inDays(3));
  const at = async (offset: string) => {
    await service.clock(offset);
    const [ours, other] = [
      (await service.person(us.email)).in(home.id),
      (await service.person(them.email)).in(away.id),
    ];
    const { access } = (await ours.call(`GET ${teams}/${theirs.uuid}`)).body.data;
    const { address } = (await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data;
    const [listed] = (await other.call('GET /api/v3/sites')).body.data;
    expect(listed.address).toBe(address);
    return [access.data_access, access.data_access_expires_at !== null, address];
  };
  const [before, after, again] = [await at('2d'), await at('3d'), await at('1d')];
  await service.clock(0);
  expect([before, after, again]).toEqual([
    [true, true, 'Quay 1'],
    [false, false, null],
    [true, true, 'Quay 1'],
  ]);
  // A grant without an expiry replaces one with an expiry.
  await grant(us, teams, theirs);
  expect(await at('5000d')).toEqual([true, false, 'Quay 1']);
  await service.clock(0);
});

testWhole(
  'a team whose access is limited and widened again sees sensitive data of the remaining chargers only',
  async () => {
    const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 3 });
    const [first, second, third] = chargers as [Resource, Resource, Resource];
    await grant(us, teams, theirs);
    const shown = async () => {
      const { data } = (await them.call(`GET /api/v3/sites/${site.uuid}/chargers`)).body;
      return data
        .filter((row: { reference: string | null }) => row.reference !== null)
        .map((row: Resource) => row.uuid);
    };
    expect(await shown()).toEqual(uuids({ body: { data: chargers } } as never));
    await limitTo(us, teams, theirs, [first, second]);
    const all = { access_of_assets: 'full_access' };
    expect((await us.call(`PUT ${teams}/${theirs.uuid}/asset-access`, { body: all })).status).toBe(200);
    expect(await shown()).toEqual([first.uuid, second.uuid]);
    // A deleted charger leaves the grant. A new grant covers all chargers.
    await us.call(`DELETE /api/v3/chargers/${first.uuid}`);
    expect(await shown()).toEqual([second.uuid]);
    await grant(us, teams, theirs);
    expect(await shown()).toEqual([second.uuid, third.uuid]);
  },
);

testWhole('each grant of a team expires separately, and its managers are mailed after the last one', async () => {
  const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 2 });
  const [first, second] = chargers as [Resource, Resource];
  await limitTo(us, teams, theirs, [first]);
  await grant(us, teams, theirs, inDays(2));
  const given = { assets: [chargerId(second)], sensitive: { expiresAt: inDays(4) } };
  await share(service, site.uuid, theirs.uuid, given);
  const state = async (offset: string) => {
    await service.clock(offset);
    // The second run sends the mails that the first one queued.
    await service.sweep();
    await service.sweep();
    const row = (await service.items()).find((item) => item.type === 'SiteAccess' && item.teamId === native(theirs));
    const mails = (await service.mails(them.email)).filter(({ subject }) => subject.includes('no more'));
    return [(row?.grants as { assets: string[] }[] | undefined)?.map(({ assets }) => assets), mails.length];
  };
  const [whole, half, none] = [await state('0d'), await state('3d'), await state('5d')];
  await service.clock(0);
  expect([whole, half, none]).toEqual([
    [[[chargerId(second)], [chargerId(first)]], 0],
    [[[chargerId(second)]], 0],
    [undefined, 1],
  ]);
});

test('a team whose access is removed sees nothing from the next request on', async () => {
  const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 1, given: { sensitive: {} } });
  expect(await us.call(`DELETE ${teams}/${theirs.id}`)).toMatchObject({
    status: 200,
    body: { message: 'Team access removed successfully' },
  });
  for (const path of [`sites/${site.uuid}`, `sites/${site.uuid}/teams`, `chargers/${chargers[0]?.uuid}`]) {
    expect((await them.call(`GET /api/v3/${path}`)).status).toBe(404);
  }
  expect(uuids(await them.call('GET /api/v3/sites'))).toEqual([]);
  expect(uuids(await them.call('GET /api/v3/chargers'))).toEqual([]);
  expect((await us.call(`DELETE ${teams}/${theirs.id}`)).body).toEqual(notFound('Team', theirs.id));
  // Access that is given again has no earlier grants.
  await share(service, site.uuid, theirs.uuid);
  expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBe(null);
});

test('a transferred site belongs to the other team, and the former owner keeps access without sensitive data', async () => {
  const { us, them, ours, theirs, site, chargers, teams } = await shared({ chargers: 2 });
  await limitTo(us, teams, theirs, chargers.slice(0, 1));
  await grant(us, teams, theirs, inDays(3));
  expect((await us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`)).body).toEqual({
    message: 'Site ownership transferred successfully',
  });
  const listed = (await us.call(`GET ${teams}`)).body.data;
  expect(listed.map(({ uuid, access }: { uuid: string; access: object }) => ({ uuid, ...access }))).toMatchObject([
    { uuid: theirs.uuid, is_owner: true, data_access: true, data_access_expires_at: null, can_access_all_assets: true },
    { uuid: ours.uuid, is_owner: false, data_access: false, can_access_all_assets: true },
  ]);
  const { data } = (await us.call(`GET /api/v3/sites/${site.uuid}`)).body;
  expect([data.team_uuid, data.address]).toEqual([theirs.uuid, null]);
  expect(uuids(await us.call('GET /api/v3/chargers'))).toEqual(chargers.map(({ uuid }) => uuid));
  // The former owner can't manage the site.
  expect((await us.call(`PATCH /api/v3/sites/${site.uuid}`, { body: { name: 'Ours' } })).status).toBe(403);
  expect((await us.call(`POST ${teams}/${ours.uuid}/transfer-ownership`)).status).toBe(403);
  expect((await us.call(`DELETE ${teams}/${theirs.uuid}`)).status).toBe(403);
  expect((await them.call(`PATCH /api/v3/sites/${site.uuid}`, { body: { name: 'Theirs' } })).status).toBe(200);
  expect(uuids(await them.call(`GET /api/v2/teams/${theirs.id}/chargers`))).toEqual(chargers.map(({ uuid }) => uuid));
  // The new owner can't be deleted, and the former owner can.
  expect((await them.call(`DELETE /v1/teams/${native(theirs)}`)).body.error).toBe('team_has_sites');
  expect((await us.call(`DELETE /v1/teams/${native(ours)}`)).status).toBe(204);
  expect((await us.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
  expect(uuids(await them.call(`GET ${teams}`))).toEqual([theirs.uuid]);
});

test('changes of a site’s sharing are in the audit log of both organizations, with ids only', async () => {
  const { us, them, ours, theirs, site, chargers, teams } = await shared({ chargers: 1 });
  await limitTo(us, teams, theirs, chargers);
  await grant(us, teams, theirs);
  await us.call(`DELETE ${teams}/${theirs.uuid}/revoke-sensitive-data`);
  await us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`);
  await them.call(`DELETE ${teams}/${ours.uuid}`);
  const done = [
    ...['site-access.remove', 'site.transfer', 'site-sensitive.revoke', 'site-sensitive.grant'],
    ...['site-access.update', 'site-access.create'],
  ];
  for (const by of [us, them]) {
    const entries = (await by.call('GET /v1/audit-logs')).body.data.filter(({ action }: { action: string }) =>
      done.includes(action),
    );
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(done);
    for (const { resourceId } of entries) expect(resourceId).toBe(shortIdFromUuid('site', site.uuid));
    expect(entries[1].metadata).toEqual({ before: { teamId: native(ours) }, after: { teamId: native(theirs) } });
  }
});

describeWhole('no items are left', () => {
  /** Returns the types of the items that contain a text, without audit entries. */
  const leftOf = async (...texts: string[]) => {
    for (let tick = 0; tick < 3; tick += 1) await service.sweep();
    return (await service.items())
      .filter((item) => texts.some((text) => JSON.stringify(item).includes(text)))
      .map(({ type }) => type)
      .filter((type) => type !== 'AuditEntry');
  };
  const siteId = ({ uuid }: Resource) => shortIdFromUuid('site', uuid) as string;
  const later = async (run: () => Promise<void>) => {
    await service.clock('1m');
    await run();
    await service.clock(0);
  };

  test('of a deleted site that was shared with many teams', async () => {
    const { us, them, theirs, site, home } = await shared();
    for (let index = 0; index < 30; index += 1) await share(service, site.uuid, (await makeTeam(us)).uuid);
    expect((await us.call(`DELETE /api/v3/sites/${site.uuid}`)).status).toBe(200);
    expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
    expect(uuids(await them.call('GET /api/v3/sites'))).toEqual([]);
    await later(async () => {
      // Two runs of the sweep may overlap.
      await Promise.all([service.sweep(), service.sweep()]);
      expect(await leftOf(siteId(site))).toEqual([]);
    });
    const teams = (await service.items()).filter(
      ({ type, organizationId }) => type === 'Team' && organizationId === home.id,
    );
    expect(new Set(teams.map(({ sharedSites = 0 }) => sharedSites))).toEqual(new Set([0]));
    expect((await them.call(`DELETE /v1/teams/${native(theirs)}`)).status).toBe(204);
  });

  test('of a deleted team', async () => {
    const { us, them, theirs, site, teams, ours } = await shared();
    const nobody = await service.member(them, 'USER');
    await putMember(them, theirs, nobody);
    expect((await them.call(`DELETE /v1/teams/${native(theirs)}`)).status).toBe(204);
    for (const by of [them, nobody]) {
      expect((await by.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
      expect(uuids(await by.call('GET /api/v3/sites'))).toEqual([]);
    }
    expect(uuids(await us.call(`GET ${teams}`))).toEqual([ours.uuid]);
    await later(async () => expect(await leftOf(native(theirs))).toEqual(['DiscardedTeam']));
    expect((await actions(us))[0]).toBe('site-access.remove');
  });

  test('for a person who is removed or leaves the team, and their access ends at once', async () => {
    const { them, theirs, site } = await shared();
    const [removed, left] = [await service.member(them, 'USER'), await service.member(them, 'USER')];
    for (const each of [removed, left]) await putMember(them, theirs, each, 'OWNER');
    const status = async (by: Client) => (await by.call(`GET /api/v3/sites/${site.uuid}`)).status;
    expect([await status(removed), await status(left)]).toEqual([200, 200]);
    await them.call(`DELETE /v1/members/${removed.memberId}`);
    await them.call(`DELETE /v1/teams/${native(theirs)}/members/${left.memberId}`);
    expect([await status(removed), await status(left)]).toEqual([404, 404]);
    expect(uuids(await left.call('GET /api/v3/sites'))).toEqual([]);
  });

  test('of a deleted organization’s teams and sites, and of other teams’ access to its sites', async () => {
    const { us, them, home, ours, theirs, site, teams } = await shared({ chargers: 27 });
    const back = await makeSite(them, theirs);
    await share(service, back.uuid, ours.uuid);
    const discarded = await makeTeam(us);
    await share(service, back.uuid, discarded.uuid);
    await us.call(`DELETE /v1/teams/${native(discarded)}`);
    await us.call(`DELETE /v1/organizations/${home.id}`);
    expect((await them.call(`GET ${teams}`)).status).toBe(404);
    expect(uuids(await them.call('GET /api/v3/sites'))).toEqual([back.uuid]);
    expect(uuids(await them.call(`GET /api/v3/sites/${back.uuid}/teams`))).toEqual([theirs.uuid]);
    expect((await them.call(`POST /api/v3/sites/${back.uuid}/teams/${ours.uuid}/transfer-ownership`)).status).toBe(404);
    await later(async () => expect(await leftOf(home.id, siteId(site), native(ours), native(discarded))).toEqual([]));
    expect((await actions(them)).filter((action) => action === 'site-access.remove')).toHaveLength(3);
    expect((await them.call(`DELETE /api/v3/sites/${back.uuid}`)).status).toBe(200);
    expect((await them.call(`DELETE /v1/teams/${native(theirs)}`)).status).toBe(204);
  });
});

describeWhole('in parallel requests', () => {
  const rounds = Array.from({ length: 4 }, (_, round) => round);

  test('a site that is transferred to two teams has one owner', async () => {
    for (const _ of rounds) {
      const { us, ours, theirs, site, teams } = await shared();
      const other = await makeTeam(us);
      await share(service, site.uuid, other.uuid);
      const answers = await Promise.all(
        [theirs, other].map(({ uuid }) => us.call(`POST ${teams}/${uuid}/transfer-ownership`)),
      );
      const owner = (await us.call(`GET ${teams}`)).body.data[0];
      expect([theirs.uuid, other.uuid]).toContain(owner.uuid);
      // The second caller may manage the new owning team too.
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
      expect(answers.every(({ status }) => [200, 403].includes(status))).toBe(true);
      const rows = (await us.call(`GET ${teams}`)).body.data;
      expect(rows.filter(({ access }: { access: { is_owner: boolean } }) => access.is_owner)).toHaveLength(1);
      expect(rows.map(({ uuid }: Resource) => uuid)).toContain(ours.uuid);
    }
  });

  test('a team that is limited and removed has no access', async () => {
    for (const _ of rounds) {
      const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 1 });
      const [limited, removed, granted] = await Promise.all([
        limitTo(us, teams, theirs, chargers),
        us.call(`DELETE ${teams}/${theirs.uuid}`),
        grant(us, teams, theirs, inDays(2)),
      ]);
      expect(removed.status).toBe(200);
      for (const { status } of [limited, granted]) expect([200, 404]).toContain(status);
      expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
      expect((await us.call(`GET ${teams}/${theirs.uuid}`)).status).toBe(404);
    }
  });

  test('a charger that is deleted is in no access that is set', async () => {
    for (const _ of rounds) {
      const { us, them, theirs, site, chargers, teams } = await shared({ chargers: 2 });
      const [limited, deleted] = await Promise.all([
        limitTo(us, teams, theirs, chargers),
        us.call(`DELETE /api/v3/chargers/${chargers[0]?.uuid}`),
      ]);
      expect(deleted.status).toBe(200);
      expect([200, 422]).toContain(limited.status);
      const seen = uuids(await them.call(`GET /api/v3/sites/${site.uuid}/chargers`));
      expect(seen).toEqual([chargers[1]?.uuid]);
      const row = (await service.items()).find(
        (item) => item.type === 'SiteAccess' && item.teamId === native(theirs) && !item.isOwner,
      );
      expect((row?.assets as string[] | undefined)?.length ?? 1).toBe(1);
    }
  });

  test('a site that is deleted and transferred is either deleted completely or transferred', async () => {
    for (const _ of rounds) {
      const { us, them, site, teams, theirs } = await shared();
      const [deleted, granted, transferred] = await Promise.all([
        us.call(`DELETE /api/v3/sites/${site.uuid}`),
        grant(us, teams, theirs, inDays(2)),
        us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`),
      ]);
      expect([200, 403]).toContain(deleted.status);
      expect([200, 403, 404]).toContain(granted.status);
      expect([200, 404]).toContain(transferred.status);
      expect([deleted.status, transferred.status]).toContain(200);
      expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(transferred.status);
    }
  });
});

describeWhole('after a change between read and write', () => {
  /** Sends a request whose write is delayed by conflicts until another request is done. */
  async function overtaken(
    name: string,
    about: Resource,
    send: () => Promise<Answer>,
    meanwhile: () => Promise<Answer>,
  ): Promise<Answer> {
    const where = { function: `volttime/${name}`, action: 'dynamodb:UpdateItem' };
    const attempts = async () =>
      (await service.calls(where.function)).filter(({ action }) => action === where.action).length;
    const before = await attempts();
    await service.faults([{ ...where, key: native(about), fault: 'conflict', times: -1 }]);
    const answer = send();
    await expect.poll(attempts, { timeout: 10_000 }).toBeGreaterThan(before);
    expect((await meanwhile()).status).toBeLessThan(300);
    await service.faults([]);
    return answer;
  }

  /** Creates an owner of a team who isn't an ADMIN. */
  async function ownerOf(us: Client, ours: Resource) {
    const person = await service.member(us, 'USER');
    await putMember(us, ours, person, 'OWNER');
    return person;
  }

  test('the second of two transfers is refused', async () => {
    const { us, ours, theirs, site, teams } = await shared();
    const other = await makeTeam((await service.organization()).owner);
    await share(service, site.uuid, other.uuid);
    const person = await ownerOf(us, ours);
    const late = await overtaken(
      'transfer-site',
      theirs,
      () => person.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`),
      () => us.call(`POST ${teams}/${other.uuid}/transfer-ownership`),
    );
    expect(late.status).toBe(403);
    const rows = (await us.call(`GET ${teams}`)).body.data;
    expect(rows.map(({ access }: { access: { is_owner: boolean } }) => access.is_owner)).toEqual([true, false, false]);
  });

  test('a deleted charger is refused for an access', async () => {
    const { us, theirs, chargers, teams, them, site } = await shared({ chargers: 2 });
    const late = await overtaken(
      'update-asset-access',
      theirs,
      () => limitTo(us, teams, theirs, chargers),
      () => us.call(`DELETE /api/v3/chargers/${chargers[0]?.uuid}`),
    );
    expect([late.status, Object.keys(late.body.errors)]).toEqual([422, ['accessible_assets.0.asset_id']]);
    expect(uuids(await them.call(`GET /api/v3/sites/${site.uuid}/chargers`))).toEqual([chargers[1]?.uuid]);
  });

  test('a grant for a team whose access was removed is refused', async () => {
    const { us, theirs, teams } = await shared();
    const late = await overtaken(
      'grant-sensitive-data',
      theirs,
      () => grant(us, teams, theirs, inDays(2)),
      () => us.call(`DELETE ${teams}/${theirs.uuid}`),
    );
    expect(late.body).toEqual(notFound('Team', theirs.uuid));
  });

  test('a deleted team can’t become the owner', async () => {
    const { us, them, theirs, teams } = await shared();
    const late = await overtaken(
      'transfer-site',
      theirs,
      () => us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`),
      () => them.call(`DELETE /v1/teams/${native(theirs)}`),
    );
    expect(late.body).toEqual(notFound('Team', theirs.uuid));
  });

  test('a removed or demoted owner can’t grant sensitive data', async () => {
    const { us, ours, theirs, teams } = await shared();
    const [removed, demoted] = [await ownerOf(us, ours), await ownerOf(us, ours)];
    const gone = await overtaken(
      'grant-sensitive-data',
      theirs,
      () => grant(removed, teams, theirs),
      () => us.call(`DELETE /v1/members/${removed.memberId}`),
    );
    const lower = await overtaken(
      'grant-sensitive-data',
      theirs,
      () => grant(demoted, teams, theirs),
      () => putMember(us, ours, demoted, 'MEMBER'),
    );
    expect([gone.status, lower.status]).toEqual([404, 403]);
    expect((await us.call(`GET ${teams}/${theirs.uuid}`)).body.data.access.data_access).toBe(false);
  });

  test('a team that became the owner can’t be limited', async () => {
    const { us, theirs, chargers, teams } = await shared({ chargers: 1 });
    const late = await overtaken(
      'update-asset-access',
      theirs,
      () => limitTo(us, teams, theirs, chargers),
      () => us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`),
    );
    expect(late.status).toBe(403);
  });
});
