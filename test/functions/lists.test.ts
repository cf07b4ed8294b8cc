import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

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

  test.each([1, 2, 3, 7, 8, 100])(
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
