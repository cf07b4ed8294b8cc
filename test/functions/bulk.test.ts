import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();

const times = <T>(count: number, of: (index: number) => T) => Array.from({ length: count }, (_, index) => of(index));
const bulk = (owner: Client, invitations: unknown, more: object = {}) =>
  owner.call('POST /v1/invitations/bulk', { body: { invitations, ...more } });
const rowsFor = (count: number) => times(count, () => ({ email: newAddress(), role: 'USER' }));
const statuses = (data: { status: number }[]) => data.map(({ status }) => status);

testWhole(
  'a bulk of 100 invitations returns a row for each, in order, and the next sweep sends the mails',
  async () => {
    const { owner } = await service.organization();
    const rows = rowsFor(100);
    const { status, body } = await bulk(owner, rows);
    expect(status).toBe(200);
    expect(body.data.map(({ index }: { index: number }) => index)).toEqual(times(100, (index) => index));
    expect(new Set(statuses(body.data))).toEqual(new Set([201]));
    expect(body.data.map(({ invitation }: { invitation: { email: string } }) => invitation.email)).toEqual(
      rows.map(({ email }) => email),
    );
    expect(body.data[0].invitation.delivery).toMatchObject({ state: 'QUEUED', attempts: 0 });
    expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(100);
    expect(await service.sweep()).toMatchObject({ sent: 100, failed: 0 });
    for (const { email } of rows) expect(await service.mails(email)).toHaveLength(1);
    const token = await service.linkToken(rows[42]?.email as string);
    expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
  },
);

test('an invalid row doesn’t stop the others', async () => {
  const { owner } = await service.organization();
  const member = await service.member(owner, 'USER');
  const waiting = newAddress();
  await owner.call('POST /v1/invitations', { body: { email: waiting, role: 'USER' } });
  const expired = newAddress();
  await owner.call('POST /v1/invitations', { body: { email: expired, role: 'USER', expiresInDays: 1 } });
  await service.clock('2d');
  const admin = (await service.person(owner.email)).in((await owner.call('GET /v1/organizations')).body.data[0].id);
  const fresh = newAddress();
  const { body } = await bulk(admin, [
    { email: newAddress(), role: 'ADMIN', message: 'Hello', language: 'de', expiresInDays: 3 },
    { email: 'nonsense', role: 'USER' },
    { email: newAddress(), role: 'BOSS' },
    { email: newAddress(), role: 'USER', surprise: 1 },
    { email: newAddress(), role: 'USER', sendEmail: false },
    'text',
    null,
    { email: member.email, role: 'USER' },
    { email: waiting, role: 'USER' },
    { email: expired, role: 'USER' },
    { email: fresh, role: 'USER' },
    { email: ` ${fresh.toUpperCase()} `, role: 'USER' },
    { email: owner.email, role: 'USER' },
  ]);
  expect(body.data.map(({ status, error }: { status: number; error?: string }) => error ?? status)).toEqual([
    201,
    ...times(6, () => 'validation_failed'),
    'already_member',
    'already_invited',
    201,
    201,
    'already_invited',
    'already_member',
  ]);
  expect(body.data[1].details).toEqual({ email: ['must be an e-mail address'] });
  expect(body.data[0].invitation).toMatchObject({ message: 'Hello', language: 'de', role: 'ADMIN' });
  await service.clock(0);
});

test('rows that are all invalid read no counters: if nobody awaits a read that fails, the function dies', async () => {
  const { owner } = await service.organization();
  await service.faults([
    { function: 'invitations/bulk', action: 'dynamodb:Query', key: 'LIMIT', fault: 'refuse', times: -1 },
  ]);
  const rows = [{ email: 'nonsense', role: 'USER' }];
  const { status, body } = await owner.call('POST /v1/invitations/bulk', {
    body: { invitations: rows },
    headers: { 'idempotency-key': 'invalid' },
  });
  await service.faults([]);
  expect([status, statuses(body.data)]).toEqual([200, [400]]);
});

testWhole('a row whose address got too many mails says when to retry', async () => {
  const { owner } = await service.organization();
  const email = newAddress();
  // The clock is one minute into a window of ten, so that all mails are in one window.
  await service.clock(`${660_000 - (Date.now() % 600_000)}ms`);
  for (let mails = 0; mails < 10; mails += 1) {
    const { body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    await owner.call(`DELETE /v1/invitations/${body.id}`);
  }
  const { body } = await bulk(owner, [...rowsFor(1), { email, role: 'USER' }]);
  expect(body.data.map(({ error }: { error?: string }) => error)).toEqual([undefined, 'recipient_rate_exceeded']);
  expect(body.data[1].retryAfter).toBeGreaterThan(0);
  expect(body.data[1].retryAfter).toBeLessThanOrEqual(600);
  await service.clock(0);
});

test('a dry run returns the same statuses and writes nothing, even with an idempotency key', async () => {
  const { owner } = await service.organization();
  await owner.call('GET /v1/me');
  const rows = [...rowsFor(2), { email: owner.email, role: 'USER' }, { email: 'x', role: 'USER' }];
  const before = await service.items();
  const dry = await bulk(owner, rows, { dryRun: true });
  const { muster } = owner;
  await muster.invitations.bulk({ invitations: [{ email: newAddress(), role: 'USER' }], dryRun: true });
  expect(await service.items()).toEqual(before);
  const real = await bulk(owner, rows);
  expect(statuses(dry.body.data)).toEqual(statuses(real.body.data));
  expect(dry.body.data.map(({ error }: { error?: string }) => error)).toEqual([
    undefined,
    undefined,
    'already_member',
    'validation_failed',
  ]);
  expect(dry.body.data[0].invitation.id).toBeNull();
});

test.each([[[]], [rowsFor(101)], ['x'], [null], [{}]])(
  'a bulk must have 1 to 100 rows: %j is refused',
  async (rows) => {
    const { owner } = await service.organization();
    expect(await bulk(owner, rows)).toMatchObject({
      status: 400,
      body: { details: { invitations: expect.anything() } },
    });
  },
);

describe('in parallel requests', () => {
  test('for the same people, each person is invited once', async () => {
    const { owner } = await service.organization();
    const rows = rowsFor(30);
    const answers = await Promise.all(times(4, () => bulk(owner, rows)));
    for (const index of rows.keys()) {
      const outcomes = answers.map(({ body }) => body.data[index].error ?? 'invited').sort();
      expect(outcomes).toEqual(['already_invited', 'already_invited', 'already_invited', 'invited']);
    }
    expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(30);
  });

  test('for the same people, by bulk and one by one, each person is invited once', async () => {
    const { owner } = await service.organization();
    const rows = rowsFor(20);
    const [all, ...single] = await Promise.all([
      bulk(owner, rows),
      ...rows.map((body) => owner.call('POST /v1/invitations', { body })),
    ]);
    for (const [index, { status }] of single.entries()) {
      expect([status, all.body.data[index].status].sort()).toEqual([201, 409]);
    }
  });
});

testWhole('throttling and conflicts don’t change the result of a bulk', async () => {
  const { owner } = await service.organization();
  const rows = rowsFor(60);
  await service.faults([
    { function: 'invitations/bulk', action: 'dynamodb:PutItem', fault: 'conflict', times: 3 },
    { function: 'invitations/bulk', action: 'dynamodb:PutItem', fault: 'drop-answer', skip: 4, times: 1 },
    { function: 'invitations/bulk', action: 'dynamodb:BatchGetItem', fault: 'throttle', times: 2 },
  ]);
  const { status, body } = await bulk(owner, rows);
  await service.faults([]);
  expect([status, new Set(statuses(body.data))]).toEqual([200, new Set([201])]);
  expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(60);
});

test('an interrupted bulk continues where it stopped when it is retried with its idempotency key', async () => {
  const { id, owner } = await service.organization();
  const rows = rowsFor(60);
  const send = () =>
    owner.call('POST /v1/invitations/bulk', { body: { invitations: rows }, headers: { 'idempotency-key': 'broken' } });
  await service.faults([
    { function: 'invitations/bulk', action: 'dynamodb:PutItem', skip: 1, fault: 'kill-worker-after' },
  ]);
  // Without the harness: the gateway answers 500 for a killed function.
  const headers = { authorization: `Bearer ${owner.token}`, 'x-organization-id': id, 'idempotency-key': 'broken' };
  const died = await fetch(`${service.api}/v1/invitations/bulk`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ invitations: rows }),
  });
  expect(died.status).toBe(500);
  await service.faults([]);
  const total = (await owner.call('GET /v1/invitations')).body.meta.total;
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThan(60);
  await service.clock('30s');
  const { status, body } = await send();
  await service.clock(0);
  expect([status, new Set(statuses(body.data))]).toEqual([200, new Set([201])]);
  expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(60);
});
