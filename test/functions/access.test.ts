import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

interface Resource {
  readonly id: string;
  readonly uuid: string;
}

interface Page {
  readonly data: readonly { readonly memberId: string; readonly siteId: string }[];
  readonly meta: { readonly nextCursor: string | null };
}

type Person = Client & { readonly memberId: string };

let owner: Client;
let top: Resource;
let team: Resource;
let site: Resource & { readonly number: number };
const people: Record<string, Person> = {};
const person = (name: string) => people[name] as Person;

async function makeTeam(name: string, parentTeamId?: string): Promise<Resource> {
  const { id } = (await owner.call('POST /v1/teams', { body: { name, isPrivate: true, parentTeamId } })).body;
  const { data } = (await owner.call('GET /api/v3/teams')).body;
  return { id, uuid: data.find((row: { name: string }) => row.name === name).uuid };
}

async function makeSite(teamUuid: string, name: string): Promise<Resource & { readonly number: number }> {
  const { data } = (await owner.call('POST /api/v3/sites', { body: { name, team_uuid: teamUuid } })).body;
  const log = (await owner.call('GET /v1/audit-logs?action=site.create&perPage=1')).body.data;
  return { id: log[0].resourceId, uuid: data.uuid, number: data.id };
}

const putMember = (id: string, memberId: string, role: string) =>
  owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role } });
const explain = async (query: string, by = owner) => by.call(`GET /v1/access${query}`);

beforeAll(async () => {
  owner = (await service.organization('Acme')).owner;
  top = await makeTeam('Top');
  team = await makeTeam('Team', top.id);
  site = await makeSite(team.uuid, 'Depot');
  for (const role of ['USER', 'VIEWER', 'OPERATOR', 'ADMIN']) {
    people[role] = await service.member(owner, role);
    people[`above ${role}`] = await service.member(owner, role);
    people[`outside ${role}`] = await service.member(owner, role);
    await putMember(team.id, person(role).memberId, 'OWNER');
    await putMember(top.id, person(`above ${role}`).memberId, 'MEMBER');
  }
  people['plain USER'] = await service.member(owner, 'USER');
  await putMember(team.id, person('plain USER').memberId, 'MEMBER');
});

describe('the access of a member to a site', () => {
  const seeing = ['site:read', 'sensitive:read'];
  const reporting = [...seeing, 'charger:report'];
  test.each([
    ['USER', 'TEAM', 'OWNER', [...seeing, 'site:manage']],
    ['plain USER', 'TEAM', 'MEMBER', seeing],
    ['VIEWER', 'TEAM', 'OWNER', seeing],
    ['OPERATOR', 'TEAM', 'OWNER', [...reporting, 'site:manage']],
    ['ADMIN', 'TEAM', 'OWNER', [...reporting, 'site:manage']],
    ['above USER', 'PARENT_TEAM', 'MEMBER', seeing],
    ['above VIEWER', 'PARENT_TEAM', 'MEMBER', seeing],
    ['above OPERATOR', 'PARENT_TEAM', 'MEMBER', reporting],
    ['above ADMIN', 'PARENT_TEAM', 'MEMBER', [...reporting, 'site:manage']],
    ['outside ADMIN', 'ADMIN', null, [...reporting, 'site:manage']],
  ])('is explained for %s by %s', async (name, by, placeRole, actions) => {
    const { memberId, call } = person(name);
    const role = name.split(' ').at(-1);
    const query = `?site=${site.uuid}&member=${memberId}`;
    const answer = await explain(query);
    const placeTeamId = { TEAM: team.id, PARENT_TEAM: top.id }[by] ?? null;
    expect(answer.body.data).toMatchObject([
      {
        ...{ memberId, siteId: site.id, siteUuid: site.uuid, siteName: 'Depot', actions, chargerIds: null },
        reasons: [
          {
            ...{
              by,
              role,
              teamId: team.id,
              teamName: 'Team',
              placeTeamId,
              placeRole,
              share: 'OWNER',
              chargerIds: null,
            },
            ...{ sensitive: true, sensitiveUntil: null, actions },
          },
        ],
      },
    ]);
    // Members get the same explanation of their own access, and endpoints enforce what is explained.
    expect((await explain(query, { ...person(name), call })).body).toEqual(answer.body);
    const status = async (route: string, body?: object) => (await call(route, { body })).status;
    expect(await status(`GET /api/v3/sites/${site.uuid}`)).toBe(200);
    expect(await status(`PATCH /api/v3/sites/${site.uuid}`, { name: 'Depot' })).toBe(
      actions.includes('site:manage') ? 200 : 403,
    );
  });

  test.each(['outside USER', 'outside VIEWER', 'outside OPERATOR'])('is empty for %s', async (name) => {
    const { memberId } = person(name);
    expect((await explain(`?site=${site.uuid}&member=${memberId}`)).body.data).toEqual([]);
    expect((await explain(`?member=${memberId}`)).body.data).toEqual([]);
    // They don't learn that the site exists.
    const { status, body } = await explain(`?site=${site.uuid}`, person(name));
    expect([status, body.error]).toEqual([404, 'site_not_found']);
    expect((await explain('', person(name))).body.data).toEqual([]);
  });
});

test('a site is named by its UUID, its integer or its id', async () => {
  const [first, ...others] = await Promise.all(
    [site.uuid, site.uuid.toUpperCase(), site.number, site.id].map(async (key) => (await explain(`?site=${key}`)).body),
  );
  expect(first.data.length).toBeGreaterThan(5);
  for (const other of others) expect(other.data).toEqual(first.data);
});

test('the members with access to a site are listed in pages, each once, without members who have no access', async () => {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, meta }: Page = (await explain(`?site=${site.uuid}&perPage=3${cursor && `&cursor=${cursor}`}`)).body;
    expect(data.length).toBeLessThanOrEqual(3);
    found.push(...data.map(({ memberId }) => memberId));
    cursor = meta.nextCursor;
  }
  const { data } = (await owner.call('GET /v1/members?perPage=100')).body;
  const outside = ['USER', 'VIEWER', 'OPERATOR'].map((role) => person(`outside ${role}`).memberId);
  expect(found).toEqual(data.map(({ id }: { id: string }) => id).filter((id: string) => !outside.includes(id)));
});

test('the sites that a member has access to are listed in pages, each once, also through several teams', async () => {
  const member = await service.member(owner, 'USER');
  const made: string[] = [];
  for (const name of ['One', 'Two', 'Three']) {
    const { id, uuid } = await makeTeam(newAddress(name));
    await putMember(id, member.memberId, 'MEMBER');
    for (const number of [1, 2]) made.push((await makeSite(uuid, `${name} ${number}`)).id);
  }
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, meta }: Page = (await explain(`?perPage=4${cursor && `&cursor=${cursor}`}`, member)).body;
    found.push(...data.map(({ siteId }) => siteId));
    cursor = meta.nextCursor;
  }
  expect(found).toEqual(made.sort());
  expect(
    (await explain(`?member=${member.memberId}`)).body.data.map(({ siteId }: { siteId: string }) => siteId),
  ).toEqual(made);
});

describe('an explanation is refused', () => {
  test.each(['USER', 'VIEWER', 'OPERATOR'])('to a %s who asks about another member', async (role) => {
    const { memberId } = person('ADMIN');
    for (const query of [`?member=${memberId}`, `?site=${site.uuid}&member=${memberId}`, '?member=nonsense']) {
      const { status, body } = await explain(query, person(role));
      expect([status, body.error]).toEqual([403, 'forbidden']);
    }
  });

  test('for ids of another organization, made-up ids and malformed ids', async () => {
    const other = (await service.organization('Other')).owner;
    const { memberId } = person('USER');
    for (const key of [site.uuid, site.id, site.number, crypto.randomUUID(), 'x', '0']) {
      expect((await explain(`?site=${key}`, other)).body.error).toBe('site_not_found');
    }
    expect((await explain(`?member=${memberId}`, other)).body.error).toBe('member_not_found');
    expect((await explain('?member=mem_x')).body.error).toBe('member_not_found');
    expect((await explain(`?site=${site.uuid}&cursor=x`)).body.error).toBe('invalid_cursor');
  });
});
