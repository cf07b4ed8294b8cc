import { afterEach, describe, expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '../../lib/domain/audit.ts';
import { EVENT_TYPES } from '../../lib/domain/event.ts';
import { EVENT_DECLARATIONS } from '../../lib/domain/event-schemas.ts';
import type { PublishedEvent } from '../support/events.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

// After every test file, each audit entry is compared with its event: test/support/events.ts.

const lines: string[] = [];
const service = useService({ onLog: (_, line) => void lines.push(line) });

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

const PUT = 'events:PutEvents';

async function invite(owner: Client, email = newAddress()) {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return { id: body.id as string, email };
}

/** Returns the events of an organization, in the order in which the bus got them. */
async function eventsOf(organizationId: string): Promise<PublishedEvent[]> {
  return (await service.events()).filter(({ detail }) => detail.organizationId === organizationId);
}

const typesOf = async (organizationId: string) => (await eventsOf(organizationId)).map(({ detail }) => detail.type);

/** Returns the entries of the audit log, the oldest first, with the ids that events have. */
async function log(owner: Client): Promise<{ id: string; action: keyof typeof EVENT_TYPES }[]> {
  return (await owner.call('GET /v1/audit-logs?perPage=100')).body.data.toReversed();
}

/** Returns the ids without those that came before. */
const first = (events: readonly PublishedEvent[]) => [...new Set(events.map(({ detail }) => detail.id))];

test('every action of the audit log has an event, with a declaration', () => {
  expect(Object.keys(EVENT_TYPES).sort()).toEqual([...AUDIT_ACTIONS].sort());
  expect(Object.keys(EVENT_DECLARATIONS).sort()).toEqual([...AUDIT_ACTIONS].sort());
  expect(Object.values(EVENT_TYPES)).toEqual(
    expect.arrayContaining(['invitation.accepted', 'invitation.expired', 'invitation.delivery_failed', 'member.left']),
  );
  for (const type of Object.values(EVENT_TYPES)) expect(type).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
});

test('an event has the form of EventBridge, with ids only', async () => {
  const { id: organizationId, owner, memberId } = await service.organization('Privacy Inc');
  const { id } = await invite(owner, newAddress('private'));
  const [created, invited] = await eventsOf(organizationId);
  expect(created).toMatchObject({ 'detail-type': 'organization.created', detail: { after: { ownerId: memberId } } });
  expect(invited).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    source: 'muster',
    'detail-type': 'invitation.created',
    account: '000000000000',
    region: 'eu-central-1',
    resources: [],
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    detail: {
      id: expect.stringMatching(/^aud_/),
      type: 'invitation.created',
      version: 1,
      time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      organizationId,
      actor: { type: 'user', id: (await owner.call('GET /v1/me')).body.id },
      resource: { type: 'invitation', id },
      after: { role: 'USER', expiresAt: expect.any(String) },
      requestId: expect.any(String),
    },
  });
  const [entry] = (await log(owner)).slice(-1);
  expect(invited?.detail.id, 'the id of the audit entry').toBe(entry?.id);
});

test('the way of an invitation is told: accepted, expired, not delivered, complained', async () => {
  const { id, owner } = await service.organization();
  const joining = await invite(owner);
  await service.call('POST /v1/invitations/accept', { body: { token: await service.linkToken(joining.email) } });
  const bounced = await invite(owner);
  const bounce = { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: bounced.email, status: '5.1.1' }] };
  await service.mailEvent({ eventType: 'Bounce', mail: { destination: [bounced.email] }, bounce });
  const refused = await invite(owner);
  const mail = { destination: [refused.email] };
  await service.mailEvent({ eventType: 'Reject', mail, reject: { reason: 'Bad content' } });
  await service.mailEvent({ eventType: 'Complaint', mail, complaint: { complaintFeedbackType: 'abuse' } });
  const late = await invite(owner);
  await service.clock('8d');
  await service.sweep();
  const events = (await eventsOf(id)).map(({ detail: { type, resource, before, after } }) => ({
    ...{ type, id: resource.id },
    ...(before && { before }),
    ...(after && { after }),
  }));
  expect(events).toContainEqual({
    ...{ type: 'invitation.accepted', id: joining.id },
    after: { memberId: expect.stringMatching(/^mem_/), userId: expect.stringMatching(/^usr_/), role: 'USER' },
  });
  expect(events).toContainEqual({
    ...{ type: 'invitation.delivery_failed', id: bounced.id, before: { state: 'SENT' } },
    after: { state: 'BOUNCED', reason: expect.stringContaining('Permanent') },
  });
  expect(events).toContainEqual({
    ...{ type: 'invitation.delivery_failed', id: refused.id, before: { state: 'SENT' } },
    after: { state: 'FAILED', reason: 'Reject Bad content' },
  });
  expect(events).toContainEqual(expect.objectContaining({ type: 'invitation.complained', id: refused.id }));
  expect(events).toContainEqual({ type: 'invitation.expired', id: late.id });
});

test('a refused change has no event, and a change in two organizations has one in each', async () => {
  const { id, owner } = await service.organization();
  await invite(owner, owner.email).catch(() => undefined);
  const { email } = await invite(owner);
  const again = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(again.status).toBe(409);
  expect(await typesOf(id)).toEqual(['organization.created', 'invitation.created']);
});

describe('while the bus', () => {
  test.each(
    someOf(2, [
      ['fails', { fault: 'error', times: 2 }],
      ['doesn’t take some events of a call', { fault: 'partial', times: 2 }],
      ['throttles for longer than a run tries', { fault: 'throttle', times: 5 }],
      ['gives no answer', { fault: 'hang' }],
      ['is not allowed', { fault: 'refuse', times: 4 }],
    ]),
  )('%s, events wait, and are published once', async (_, fault) => {
    const { id, owner } = await service.organization();
    await service.events();
    await service.faults([{ action: PUT, ...fault }]);
    await invite(owner);
    await invite(owner);
    await expect
      .poll(() => typesOf(id), { timeout: 20_000 })
      .toEqual([...['organization.created', 'invitation.created', 'invitation.created']]);
  });

  test.each(['drop-answer', 'kill-worker-after'])(
    'has an event but its answer is lost (%s), the event comes twice with one id',
    async (fault) => {
      const { id, owner } = await service.organization();
      await service.events();
      await service.faults([{ action: PUT, fault }]);
      await invite(owner);
      await expect.poll(() => typesOf(id), { timeout: 20_000 }).toHaveLength(3);
      const [, one, other] = await eventsOf(id);
      expect(one?.detail).toEqual(other?.detail);
      expect(one?.id, 'the id of the bus differs').not.toBe(other?.id);
    },
  );

  test('isn’t reached since the worker dies, the event comes once', async () => {
    const { id, owner } = await service.organization();
    await service.events();
    await service.faults([{ action: PUT, fault: 'kill-worker-before', times: 2 }]);
    await invite(owner);
    await expect.poll(() => typesOf(id), { timeout: 20_000 }).toEqual(['organization.created', 'invitation.created']);
  });

  testWhole('refuses the events of one organization, those of others are published', async () => {
    const [one, other] = [await service.organization(), await service.organization()];
    await service.events();
    await service.faults([{ action: PUT, fault: 'partial', key: one.id, times: -1 }]);
    await Promise.all([invite(one.owner), invite(other.owner), invite(one.owner), invite(other.owner)]);
    // Reading waits for what can't be published.
    await expect.poll(async () => first(await eventsOf(other.id)).length, { timeout: 20_000 }).toBe(3);
    expect(await typesOf(one.id)).toEqual(['organization.created']);
    await service.faults([]);
    await expect.poll(() => typesOf(one.id), { timeout: 20_000 }).toHaveLength(3);
  });
});

test('the events of an organization come in the order of its audit log, also if some fail at first', async () => {
  const { id, owner } = await service.organization();
  const others = [await service.organization(), await service.organization()];
  await service.events();
  await service.faults([
    { action: PUT, fault: 'partial', key: id, skip: 3, times: 2 },
    { action: PUT, fault: 'throttle', skip: 9, times: 1 },
  ]);
  for (let round = 0; round < 12; round += 1) {
    await Promise.all([invite(owner), ...others.map((each) => invite(each.owner))]);
    // Each round is a batch of its own.
    await service.events();
  }
  await expect.poll(async () => first(await eventsOf(id)), { timeout: 20_000 }).toHaveLength(13);
  expect(first(await eventsOf(id))).toEqual((await log(owner)).map((entry) => entry.id));
});

test('many changes at once are published, each once', async () => {
  const { id, owner } = await service.organization();
  const invitations = Array.from({ length: 60 }, () => ({ email: newAddress(), role: 'USER' }));
  expect((await owner.call('POST /v1/invitations/bulk', { body: { invitations } })).status).toBe(200);
  expect(await typesOf(id)).toEqual(['organization.created', ...invitations.map(() => 'invitation.created')]);
});

describe('the function', () => {
  const attribute = (value: unknown): object =>
    typeof value === 'string'
      ? { S: value }
      : { M: Object.fromEntries(Object.entries(value as object).map(([key, of]) => [key, attribute(of)])) };
  const record = (sequence: string, entry: Readonly<Record<string, unknown>>, seconds = Date.now() / 1000) => ({
    eventName: 'INSERT',
    dynamodb: {
      ...{ ApproximateCreationDateTime: seconds, SequenceNumber: sequence },
      NewImage: Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, attribute(value)])),
    },
  });
  const entryOf = (organizationId: string, more: object = {}) => ({
    ...{ pk: `AUDIT#${organizationId}#2026-11`, sk: 'aud_1', type: 'AuditEntry', id: `aud_${'1'.padStart(26, '0')}` },
    ...{ action: 'organization.update', organizationId, createdAt: new Date().toISOString(), requestId: 'request' },
    ...{ actor: { type: 'user', id: 'usr_1' }, resource: { type: 'organization', id: organizationId }, ...more },
  });
  const publish = async (...Records: object[]) =>
    (await service.call('POST /_local/invoke', { body: { function: 'events/publish', event: { Records } } })).body;

  test('tells which records have to come again', async () => {
    const [one, other] = ['org_111', 'org_222'];
    await service.faults([{ action: PUT, fault: 'partial', key: one, times: -1 }]);
    const answer = await publish(record('1', entryOf(other)), record('2', entryOf(one)), record('3', entryOf(other)));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  });

  test('publishes nothing for what an import has brought, which is older than its row', async () => {
    const organizationId = 'org_333';
    const old = new Date(Date.now() - 25 * 60 * 60_000).toISOString();
    expect(await publish(record('1', entryOf(organizationId, { createdAt: old })))).toEqual({ batchItemFailures: [] });
    expect(await eventsOf(organizationId)).toEqual([]);
  });

  test('puts aside what it can’t read, which doesn’t hold back the rest', async () => {
    const organizationId = 'org_444';
    const before = lines.length;
    const answer = await publish(
      record('1', entryOf(organizationId, { action: 'moon.land' })),
      record('2', { ...entryOf(organizationId), actor: 'nobody' }),
      record('3', entryOf(organizationId)),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await typesOf(organizationId)).toEqual(['organization.updated']);
    expect(lines.slice(before).filter((line) => line.includes('Event put aside'))).toHaveLength(2);
  });

  test('tells in the log when events are late', async () => {
    await service.faults([{ action: PUT, fault: 'throttle', times: -1 }]);
    const before = lines.length;
    await publish(record('1', entryOf('org_555'), Date.now() / 1000 - 20));
    await publish(record('2', entryOf('org_555'), Date.now() / 1000 - 400));
    const told = lines.slice(before).flatMap((line) => /Events (late|not published)/.exec(line)?.[0] ?? []);
    expect(told).toEqual(['Events not published', 'Events late']);
  });
});
