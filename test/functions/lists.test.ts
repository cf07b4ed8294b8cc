import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService({ environment: { AUDIT_DAYS: '1200' } });
let owner: Client;
let foreign: Client;
const invited: string[] = [];
const joined: string[] = [];

beforeAll(async () => {
  ({ owner } = await service.organization());
  foreign = (await service.organization()).owner;
  joined.push((await owner.call('GET /v1/members')).body.data[0].id);
  for (let index = 0; index < 7; index += 1) {
    const answer = await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
    invited.unshift(answer.body.id);
    const token = await service.linkToken(answer.body.email);
    const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
    joined.push(accepted.body.member.id);
  }
});

const lists = () =>
  [
    ['GET /v1/members', joined],
    ['GET /v1/invitations', invited],
  ] as const;
const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);

describe.each([
  ['GET /v1/members', 0],
  ['GET /v1/invitations', 1],
] as const)('%s', (route, index) => {
  const expected = () => lists()[index]?.[1] as string[];

  test.each(someOf(2, [3, 8, 1, 2, 7, 100]))(
    'returns every row once, in order, by pages and by cursors of %i rows',
    async (perPage) => {
      const byPage: string[] = [];
      for (let page = 1; page <= 10; page += 1) {
        const { data, meta } = (await owner.call(`${route}?page=${page}&perPage=${perPage}`)).body;
        expect(meta).toMatchObject({ total: expected().length, page, perPage });
        byPage.push(...ids({ data }));
      }
      expect(byPage.slice(0, perPage * 10)).toEqual(expected().slice(0, perPage * 10));

      const byCursor: string[] = [];
      let cursor = '';
      do {
        const { data, meta } = (await owner.call(`${route}?perPage=${perPage}${cursor && `&cursor=${cursor}`}`)).body;
        byCursor.push(...ids({ data }));
        expect(data.length).toBeLessThanOrEqual(perPage);
        cursor = meta.nextCursor ?? '';
      } while (cursor);
      expect(byCursor).toEqual(expected());
    },
  );

  test('refuses forged cursors and cursors of other lists and organizations', async () => {
    const cursor = (await owner.call(`${route}?perPage=1`)).body.meta.nextCursor as string;
    const other = route.includes('members') ? 'GET /v1/invitations' : 'GET /v1/members';
    const ofOtherList = (await owner.call(`${other}?perPage=1`)).body.meta.nextCursor as string;
    const forged = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const bad of [forged, ofOtherList, 'x', '', 'eyJwayI6IngifQ', `${cursor}A`, encodeURIComponent('../..')]) {
      expect(await owner.call(`${route}?cursor=${bad}`)).toMatchObject({
        status: 400,
        body: { error: 'invalid_cursor' },
      });
    }
    expect((await foreign.call(`${route}?cursor=${cursor}`)).body.error).toBe('invalid_cursor');
    expect((await owner.call(`${route}?cursor=${cursor}&page=2`)).body.error).toBe('validation_failed');
  });

  test('returns an empty page with the total past the end', async () => {
    const answer = await owner.call(`${route}?page=1000&perPage=100`);
    expect(answer).toMatchObject({
      status: 200,
      body: { data: [], meta: { total: expected().length, nextCursor: null } },
    });
  });
});

describe('a search', () => {
  const address = `juergen-${newAddress()}`;
  let organization: Awaited<ReturnType<typeof service.organization>>;
  let member: Client;

  beforeAll(async () => {
    organization = await service.organization();
    member = await service.member(organization.owner, 'ADMIN', address);
    await member.call('PATCH /v1/me', { body: { firstName: 'Jürgen', lastName: 'Müller-Lüdenscheidt' } });
    for (let index = 0; index < 4; index += 1) await service.member(organization.owner, 'USER');
  });

  const searched = async (search: string, more = '') => {
    const answer = await organization.owner.call(`GET /v1/members?search=${encodeURIComponent(search)}${more}`);
    return answer.body.data.map(({ userProfile }: { userProfile: { email: string } }) => userProfile.email);
  };

  test('finds members by parts of their names, username and address', async () => {
    for (const search of ['jurgen', 'LUDENSCHEIDT jür', address.slice(0, 20), address, address.toUpperCase()]) {
      expect(await searched(search), search).toEqual([address]);
    }
    for (const search of ['jurgen nobody', '%', '*', '^', `x${address}`]) expect(await searched(search)).toEqual([]);
    await member.call('PATCH /v1/me', { body: { username: 'dr.kloebner' } });
    expect(await searched('kloebner')).toEqual([address]);
  });

  test('is combined with the other filters', async () => {
    expect(await searched('jurgen', '&role=ADMIN')).toEqual([address]);
    expect(await searched('jurgen', '&role=USER')).toEqual([]);
    expect(await searched(address, '&role=USER')).toEqual([]);
    expect(await searched('jurgen', `&email=${organization.owner.email}`)).toEqual([]);
    expect(await searched('jurgen', `&userId=${(await member.call('GET /v1/me')).body.id}`)).toEqual([address]);
  });

  test('goes on with its own cursor, and with no other search’s', async () => {
    const { data, meta } = (await organization.owner.call('GET /v1/members?search=example&perPage=4')).body;
    expect(data).toHaveLength(4);
    const next = `perPage=4&cursor=${meta.nextCursor}`;
    const rest = (await organization.owner.call(`GET /v1/members?search=example&${next}`)).body;
    expect([rest.data.length, rest.meta.nextCursor]).toEqual([2, null]);
    expect((await organization.owner.call(`GET /v1/members?search=exampl&${next}`)).body.error).toBe('invalid_cursor');
  });

  test('finds no member of another organization, and refuses what is empty or too long', async () => {
    const other = await foreign.call(`GET /v1/members?search=${address}`);
    expect(other.body.data).toEqual([]);
    for (const bad of ['', '%20', '%E2%80%8B', 'x'.repeat(255)]) {
      for (const list of ['members', 'invitations']) {
        const answer = await organization.owner.call(`GET /v1/${list}?search=${bad}`);
        expect(answer, bad).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
        expect(Object.keys(answer.body.details)).toEqual(['search']);
      }
    }
  });

  test('finds invitations by a part of the address, also as people write it', async () => {
    const { owner } = organization;
    const name = newAddress().split('@')[0];
    const international = `${name}@münchen.example`;
    await owner.call('POST /v1/invitations', { body: { email: international, role: 'USER' } });
    await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
    for (const search of [name as string, `${name} munchen`, international, `${name}@xn--mnchen`]) {
      const { data } = (await owner.call(`GET /v1/invitations?search=${encodeURIComponent(search)}`)).body;
      expect(data, search).toHaveLength(1);
      const revoked = await owner.call(`GET /v1/invitations?status=REVOKED&search=${encodeURIComponent(search)}`);
      expect(revoked.body.data).toEqual([]);
    }
  });
});

test('the audit log is newest first, without a total, and a cursor goes through it across months', async () => {
  await service.clock('40d');
  await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
  const whole = (await owner.call('GET /v1/audit-logs?perPage=100')).body;
  expect(whole.meta).toEqual({ perPage: 100, nextCursor: null });
  expect(whole.data).toHaveLength(16);
  expect(whole.data[0].action).toBe('invitation.create');
  expect(whole.data.at(-1).action).toBe('organization.create');
  const times = whole.data.map(({ createdAt }: { createdAt: string }) => createdAt);
  expect(times).toEqual([...times].sort().reverse());

  const listed: string[] = [];
  let cursor = '';
  do {
    const { data, meta } = (await owner.call(`GET /v1/audit-logs?perPage=3${cursor && `&cursor=${cursor}`}`)).body;
    listed.push(...ids({ data }));
    cursor = meta.nextCursor ?? '';
  } while (cursor);
  expect(listed).toEqual(ids(whole));

  // Three years without an entry: pages may be empty, and the cursor still reaches the first entry.
  await service.clock('1100d');
  const returned = await service.person(owner.email);
  const later: string[] = [];
  cursor = '';
  do {
    const { data, meta } = (await returned.call(`GET /v1/audit-logs${cursor && `?cursor=${cursor}`}`)).body;
    later.push(...ids({ data }));
    cursor = meta.nextCursor ?? '';
  } while (cursor);
  await service.clock(0);
  expect(later).toEqual(ids(whole));
});

test('an audit entry past its retention is hidden at once, before TTL deletes it', async () => {
  const { id, owner } = await service.organization();
  await owner.call(`PATCH /v1/organizations/${id}`, { body: { name: 'Renamed' } });
  const actions = async (offset: string) => {
    await service.clock(offset);
    const later = (await service.person(owner.email)).in(id);
    return (await later.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action);
  };
  expect(await actions('1d')).toEqual(['organization.update', 'organization.create']);
  expect(await actions('1201d')).toEqual([]);
  await service.clock(0);
});
