import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { rounds, testWhole } from '../support/whole.ts';

const service = useService();

/** A team with its ids in /v1 and in Volt Time's dialect. */
interface MadeTeam {
  readonly id: string;
  readonly uuid: string;
}

async function makeTeam(by: Client, parentTeamId?: string): Promise<MadeTeam> {
  const name = newAddress('team');
  const { id } = (await by.call('POST /v1/teams', { body: { name, isPrivate: true, parentTeamId } })).body;
  const { data } = (await by.call('GET /api/v3/teams')).body;
  return { id, uuid: data.find((row: { name: string }) => row.name === name).uuid };
}

async function makeSite(by: Client, { uuid }: MadeTeam, name = 'Depot') {
  const { status, body } = await by.call('POST /api/v3/sites', { body: { name, team_uuid: uuid } });
  expect(status).toBe(200);
  return body.data as { readonly uuid: string; readonly id: number; readonly name: string };
}

const putMember = (by: Client, team: MadeTeam, { memberId }: { memberId: string }, role = 'MEMBER') =>
  by.call(`PUT /v1/teams/${team.id}/members/${memberId}`, { body: { role } });
const names = ({ body }: { body: { data: { name: string }[] } }) => body.data.map(({ name }) => name);
const notFound = (model: string, key: unknown) => ({
  message: `No query results for model [App\\Models\\${model}] ${key}`,
});

test('a site is created, shown, changed and deleted', async () => {
  const { owner } = await service.organization();
  const team = await makeTeam(owner);
  const sent = { name: ' Depot ', team_uuid: team.uuid.toUpperCase(), address: 'Quay 1', timezone: 'Europe/Amsterdam' };
  const made = await owner.call('POST /api/v3/sites', { body: { ...sent, unknown: 1 } });
  expect(made.status).toBe(200);
  const { data } = made.body;
  expect(Object.keys(data)).toEqual([
    ...['uuid', 'id', 'name', 'address', 'timezone', 'team_uuid', 'created_at', 'updated_at'],
  ]);
  expect(data).toMatchObject({ name: 'Depot', address: 'Quay 1', timezone: 'Europe/Amsterdam', team_uuid: team.uuid });
  for (const key of [data.uuid, data.uuid.toUpperCase(), data.id]) {
    expect((await owner.call(`GET /api/v3/sites/${key}`)).body).toEqual({ data });
  }
  const changed = await owner.call(`PATCH /api/v3/sites/${data.id}`, {
    body: { name: 'Yard', address: '', team_uuid: 1 },
  });
  expect(changed.body.data).toEqual({ ...data, name: 'Yard', address: null, updated_at: changed.body.data.updated_at });
  expect((await owner.call(`GET /api/v3/sites/${data.uuid}`)).body).toEqual(changed.body);
  expect((await owner.call('GET /api/v3/sites')).body).toEqual({ data: [changed.body.data] });
  // An update without changes writes nothing.
  const before = service.writes().length;
  expect(
    (await owner.call(`PATCH /api/v3/sites/${data.uuid}`, { body: { name: 'Yard', address: null } })).body,
  ).toEqual(changed.body);
  expect(service.writes().slice(before)).toEqual([]);

  const deleted = await owner.call(`DELETE /api/v3/sites/${data.id}`);
  expect(deleted).toMatchObject({ status: 200, body: { message: 'Site deleted successfully' } });
  expect(await owner.call(`GET /api/v3/sites/${data.uuid}`)).toMatchObject({
    status: 404,
    body: notFound('Site', data.uuid),
  });
  expect((await owner.call('GET /api/v3/sites')).body).toEqual({ data: [] });
  const log = (await owner.call('GET /v1/audit-logs')).body.data;
  const actions = log.map(({ action }: { action: string }) => action);
  expect(actions.slice(0, 3)).toEqual(['site.delete', 'site.update', 'site.create']);
});

describe('a site is refused with', () => {
  test.each([
    [{ name: undefined }, { name: ['The name field is required.'] }],
    [{ name: 'x'.repeat(256) }, { name: ['The name field must not be greater than 255 characters.'] }],
    [{ team_uuid: undefined }, { team_uuid: ['The team uuid field is required.'] }],
    [{ team_uuid: 'x' }, { team_uuid: ['The selected team uuid is invalid.'] }],
    [{ team_uuid: '00000000-0000-8000-8000-0000007ea000' }, { team_uuid: ['The selected team uuid is invalid.'] }],
    [{ address: 42 }, { address: ['The address field must be a string.'] }],
    [{ timezone: 'Mars/Olympus' }, { timezone: ['The timezone field must be a valid timezone.'] }],
    [{ timezone: '+01:00' }, { timezone: ['The timezone field must be a valid timezone.'] }],
  ])('%j, and nothing is stored', async (sent, errors) => {
    const { owner } = await service.organization();
    const team = await makeTeam(owner);
    const before = service.writes().length;
    const body = { name: 'Depot', team_uuid: team.uuid, ...sent };
    const answer = await owner.call('POST /api/v3/sites', { body });
    expect(answer).toMatchObject({ status: 422, body: { message: Object.values(errors)[0]?.[0], errors } });
    expect(service.writes().slice(before)).toEqual([]);
  });
});

describe('access to a site', () => {
  let owner: Client;
  let team: MadeTeam;
  let site: { readonly uuid: string; readonly id: number };
  let foreign: Client;
  const people: Record<string, Client & { readonly memberId: string }> = {};
  let token: string;

  beforeAll(async () => {
    const home = await service.organization('Home');
    owner = home.owner;
    foreign = (await service.organization('Foreign')).owner;
    const top = await makeTeam(owner);
    team = await makeTeam(owner, top.id);
    const below = await makeTeam(owner, team.id);
    site = await makeSite(owner, team);
    for (const name of ['owner', 'member', 'above', 'below', 'nobody'])
      people[name] = await service.member(owner, 'USER');
    people.admin = await service.member(owner, 'ADMIN');
    people.viewer = await service.member(owner, 'VIEWER');
    const person = (name: string) => people[name] as Client & { readonly memberId: string };
    await putMember(owner, team, person('owner'), 'OWNER');
    await putMember(owner, team, person('viewer'), 'OWNER');
    await putMember(owner, team, person('member'));
    await putMember(owner, top, person('above'), 'OWNER');
    await putMember(owner, below, person('below'), 'OWNER');
    const made = await foreign.call('POST /v1/access-tokens', { body: { name: 'Foreign' } });
    token = made.body.token;
  });

  const requests = () =>
    [
      ['GET', `/api/v3/sites/${site.uuid}`, undefined],
      ['PATCH', `/api/v3/sites/${site.uuid}`, { address: newAddress() }],
    ] as const;
  const statuses = async (client: Pick<Client, 'call'>) => {
    const answers = [];
    for (const [method, path, body] of requests())
      answers.push((await client.call(`${method} ${path}`, { body })).status);
    const made = await client.call('POST /api/v3/sites', { body: { name: 'Another', team_uuid: team.uuid } });
    if (made.status === 200) await owner.call(`DELETE /api/v3/sites/${made.body.data.uuid}`);
    return [...answers, made.status];
  };

  test.each([
    ['owner', [200, 200, 200], ['Depot']],
    ['viewer', [200, 403, 403], ['Depot']],
    ['above', [200, 403, 403], ['Depot']],
    ['below', [404, 404, 422], []],
    ['admin', [200, 200, 200], ['Depot']],
    ['member', [200, 403, 403], ['Depot']],
    ['nobody', [404, 404, 422], []],
  ] as const)('as %s of the team is %j', async (name, expected, seen) => {
    const client = people[name] as Client;
    expect(await statuses(client)).toEqual(expected);
    expect(names(await client.call('GET /api/v3/sites'))).toEqual(seen);
    const deleted = await client.call(`DELETE /api/v3/sites/${(await makeSite(owner, team, 'To delete')).id}`);
    expect(deleted.status).toBe(expected[1]);
    for (const { uuid } of (await owner.call('GET /api/v3/sites')).body.data.slice(1)) {
      await owner.call(`DELETE /api/v3/sites/${uuid}`);
    }
  });

  test('of strangers and tokens of other organizations is 404', async () => {
    expect(await statuses(foreign)).toEqual([404, 404, 422]);
    expect(names(await foreign.call('GET /api/v3/sites'))).toEqual([]);
    const program: Pick<Client, 'call'> = {
      call: (route, sending) =>
        service.call(route, { ...sending, headers: { ...sending?.headers, authorization: `Bearer ${token}` } }),
    };
    expect(await statuses(program)).toEqual([404, 404, 422]);
    const outside = await foreign.call(`GET /api/v3/sites/${site.uuid}`);
    for (const key of [
      'x',
      '0',
      '-1',
      '1.5',
      '1'.repeat(17),
      '9007199254740991',
      crypto.randomUUID(),
      'a'.repeat(1000),
    ]) {
      expect((await owner.call(`GET /api/v3/sites/${key}`)).body).toEqual(notFound('Site', key));
    }
    expect(outside.body).toEqual(notFound('Site', site.uuid));
    const forged = { authorization: `Bearer ${token.slice(0, -4)}AAAA` };
    for (const key of [site.uuid, 'x']) {
      expect((await service.call(`GET /api/v3/sites/${key}`, { headers: forged })).status).toBe(401);
    }
  });

  test('by a token of the organization needs no header, and is limited by the token’s role', async () => {
    const { body } = await owner.call('POST /v1/access-tokens', { body: { name: 'Reader', role: 'VIEWER' } });
    const program: Pick<Client, 'call'> = {
      call: (route, sending) =>
        service.call(route, { ...sending, headers: { ...sending?.headers, authorization: `Bearer ${body.token}` } }),
    };
    // The token's owner created the team and so is in it, and a VIEWER sees sites of their teams.
    expect(await statuses(program)).toEqual([200, 403, 403]);
    expect(names(await program.call('GET /api/v3/sites'))).toEqual(['Depot']);
  });

  test('ends when a person leaves the team', async () => {
    const leaver = await service.member(owner, 'USER');
    await putMember(owner, team, leaver, 'OWNER');
    expect(await statuses(leaver)).toEqual([200, 200, 200]);
    await owner.call(`DELETE /v1/teams/${team.id}/members/${leaver.memberId}`);
    expect(await statuses(leaver)).toEqual([404, 404, 422]);
  });
});

test('a person sees the sites of all their organizations, as one list or in pages', async () => {
  const [one, two] = [await service.organization('One'), await service.organization('Two')];
  const person = await service.member(one.owner, 'ADMIN');
  await service.member(two.owner, 'ADMIN', person.email);
  const anywhere = await service.person(person.email);
  for (const { owner } of [one, two]) {
    const [first, second] = [await makeTeam(owner), await makeTeam(owner)];
    await makeTeam(owner);
    for (let index = 0; index < 15; index += 1) await makeSite(owner, index % 2 ? first : second, `Site ${index}`);
  }
  const whole = (await anywhere.call('GET /api/v3/sites')).body;
  expect(Object.keys(whole)).toEqual(['data']);
  expect(whole.data).toHaveLength(30);
  const pages = [];
  for (const page of [1, 2, 3]) pages.push((await anywhere.call(`GET /api/v3/sites?page=${page}`)).body);
  expect(pages.map(({ data }) => data.length)).toEqual([25, 5, 0]);
  expect(pages.flatMap(({ data }) => data)).toEqual(whole.data);
  expect(pages.map(({ links }) => Boolean(links.next))).toEqual([true, false, false]);
  const { token } = (await anywhere.in(two.id).call('POST /v1/access-tokens', { body: { name: 'Program' } })).body;
  const byToken = await service.call('GET /api/v3/sites', { headers: { authorization: `Bearer ${token}` } });
  expect(byToken.body.data).toEqual(whole.data.slice(15));
});

test('a team that owns sites is not deleted, also when a site is created in parallel', async () => {
  const { owner } = await service.organization();
  const owning = await makeTeam(owner);
  const site = await makeSite(owner, owning);
  const refused = await owner.call(`DELETE /v1/teams/${owning.id}`);
  expect(refused).toMatchObject({ status: 409, body: { error: 'team_has_sites' } });
  await owner.call(`DELETE /api/v3/sites/${site.uuid}`);
  expect((await owner.call(`DELETE /v1/teams/${owning.id}`)).status).toBe(204);
  for (let round = 0; round < rounds(8); round += 1) {
    const team = await makeTeam(owner);
    const [made, deleted] = await Promise.all([
      owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: team.uuid } }),
      owner.call(`DELETE /v1/teams/${team.id}`),
    ]);
    expect([
      [200, 409],
      [422, 204],
    ]).toContainEqual([made.status, deleted.status]);
  }
});

testWhole('sites are deleted with their organization', async () => {
  const { id, owner } = await service.organization();
  const team = await makeTeam(owner);
  for (let index = 0; index < 26; index += 1) await makeSite(owner, team);
  const site = await makeSite(owner, team);
  for (let index = 0; index < 26; index += 1) {
    await owner.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity: newAddress('cp').slice(0, 45) } });
  }
  await owner.call(`DELETE /v1/organizations/${id}`);
  expect((await owner.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
  await service.clock('2m');
  // Deleted memberships leave jobs for the second run.
  await service.sweep();
  await service.sweep();
  await service.clock(0);
  const left = (await service.items()).filter((item) => JSON.stringify(item).includes(id));
  expect(new Set(left.map(({ type }) => type))).toEqual(new Set(['AuditEntry']));
});
