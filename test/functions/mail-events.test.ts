import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { rounds, someOf, testWhole } from '../support/whole.ts';

// So many mails come back here that the brake would pause the others.
const LIMITS = JSON.stringify({ bouncesPerThousand: 1_000_000, complaintsPerThousand: 1_000_000 });
const service = useService({ environment: { LIMITS } });

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

const AT = '2026-11-20T10:00:05.000Z';
const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;
const delivery = async (owner: Client, id: string) => (await read(owner, id)).delivery;
const itemOf = async (id: string) => (await service.items()).find((item) => item.id === id) as Record<string, unknown>;
const mailsTo = async (email: string) => (await service.mails(email)).length;

async function invite(owner: Client, email = newAddress()) {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return { id: body.id as string, email };
}

async function invited() {
  const { id: organizationId, owner } = await service.organization();
  return { organizationId, owner, ...(await invite(owner)) };
}

test.each(
  someOf(1, [
    ['bounce', { state: 'BOUNCED', reason: 'Permanent/General 5.1.1' }],
    ['complaint', { state: 'COMPLAINED' }],
  ]),
)('a mail to the simulator’s address %s is answered as SES answers it', async (local, shown) => {
  const { owner } = await service.organization();
  const { id } = await invite(owner, `${local}+${newAddress().split('@')[0]}@simulator.amazonses.com`);
  await expect.poll(() => delivery(owner, id), { timeout: 15_000 }).toMatchObject(shown);
});

/** Returns the `mail` part of an SES event about the newest mail to an address. */
const about = (email: string, more: object = {}) => ({ destination: [email], ...more });
const sent = (mail: object) => ({ eventType: 'Send', mail, send: {} });
const delivered = (mail: object) => ({ eventType: 'Delivery', mail, delivery: { timestamp: AT } });
const delayed = (mail: object) => ({
  eventType: 'DeliveryDelay',
  mail,
  deliveryDelay: { delayType: 'MailboxFull', timestamp: AT },
});
const rejected = (mail: object) => ({ eventType: 'Reject', mail, reject: { reason: 'Bad content' } });
const complained = (mail: object) => ({
  eventType: 'Complaint',
  mail,
  complaint: { complaintFeedbackType: 'abuse', timestamp: AT, feedbackId: 'complaint' },
});
const notSpam = (mail: object) => ({
  ...complained(mail),
  complaint: { complaintFeedbackType: 'not-spam', timestamp: AT, feedbackId: 'not-spam' },
});
/** An automatic reply, which SES reports as a bounce without a diagnostic code. */
const replied = (mail: object) => ({
  eventType: 'Bounce',
  mail,
  bounce: {
    ...{ bounceType: 'Transient', bounceSubType: 'General', timestamp: AT, feedbackId: 'reply' },
    bouncedRecipients: [{ emailAddress: 'who@example.com' }],
  },
});
const bounced = (mail: object, bounceType = 'Permanent', feedbackId = 'bounce') => {
  const emailAddress = 'who@example.com';
  const diagnosticCode = `smtp; 550 5.1.1 <${emailAddress}>: user unknown`;
  const bouncedRecipients = [{ emailAddress, status: '5.1.1', diagnosticCode }];
  return {
    eventType: 'Bounce',
    mail,
    bounce: { bounceType, bounceSubType: 'General', bouncedRecipients, timestamp: AT, feedbackId },
  };
};

async function entriesOf(owner: Client, id: string) {
  const { body } = await owner.call('GET /v1/audit-logs?perPage=100');
  return (body.data as Record<string, unknown>[]).filter(
    ({ resourceId, actorType }) => resourceId === id && actorType === 'ses',
  );
}

test.each([
  { event: delivered, shown: { state: 'DELIVERED', at: AT, reason: null } },
  { event: bounced, shown: { state: 'BOUNCED', at: AT, reason: 'Permanent/General 5.1.1' }, action: 'bounce' },
  { event: complained, shown: { state: 'COMPLAINED', at: AT, reason: 'abuse' }, action: 'complain' },
  { event: rejected, shown: { state: 'FAILED', reason: 'Reject Bad content' }, action: 'reject' },
  { event: delayed, shown: { state: 'SENT', reason: 'Delayed/MailboxFull' } },
])(
  'the delivery state $shown.state is shown with time and reason, and important ones are in the audit log',
  async (one) => {
    const { owner, id, email } = await invited();
    const [{ messageId } = expect.fail()] = await service.mails(email);
    await service.mailEvent(one.event(about(email)));
    expect(await delivery(owner, id)).toMatchObject({ ...one.shown, attempts: 1 });
    const listed = (await owner.call('GET /v1/invitations')).body.data[0];
    expect(listed.delivery).toEqual(await delivery(owner, id));
    const { state, reason } = one.shown;
    const entry = {
      action: `invitation.${one.action}`,
      actorId: messageId,
      sourceAddress: null,
      metadata: { before: { state: 'SENT' }, after: { state, reason } },
    };
    expect(await entriesOf(owner, id)).toEqual(one.action ? [expect.objectContaining(entry)] : []);
  },
);

test.each(
  someOf(1, [
    ['before the delivery event', [replied, delivered]],
    ['after the delivery event', [delivered, replied]],
  ]),
)('an out-of-office reply %s doesn’t change the delivery state, and stops no mails', async (_, events) => {
  const { owner, id, email } = await invited();
  for (const event of events) await service.mailEvent(event(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'DELIVERED', reason: null });
  expect(await entriesOf(owner, id)).toEqual([]);
  expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
});

test('an out-of-office reply as the only event is shown as the reason of a sent mail', async () => {
  const { owner, id, email } = await invited();
  await service.mailEvent(replied(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'SENT', reason: 'Transient/General' });
});

test('a not-spam report is not a complaint', async () => {
  const { owner, id, email } = await invited();
  await service.mailEvent(delivered(about(email)));
  const before = await read(owner, id);
  await service.mailEvent(notSpam(about(email)));
  expect(await read(owner, id)).toEqual(before);
  expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
});

test('a repeated event is recorded once, also in parallel', async () => {
  const { owner, id, email } = await invited();
  const event = bounced(about(email), 'Transient');
  await Promise.all([1, 2, 3, 4].map(() => service.mailEvent(event)));
  await service.mailEvent(event);
  expect(await entriesOf(owner, id)).toHaveLength(1);
  expect(
    (await service.items()).filter(({ type, invitationId }) => type === 'MailEvent' && invitationId === id),
  ).toEqual([expect.objectContaining({ kind: 'softBounce', ttl: expect.any(Number) })]);
});

test('a recorded event is not recorded again after a later one', async () => {
  const { owner, id, email } = await invited();
  const [full, down] = ['MailboxFull', 'RecipientServerError'].map((delayType, index) => ({
    ...delayed(about(email)),
    deliveryDelay: { delayType, timestamp: `2026-11-20T1${index}:00:00.000Z` },
  })) as [object, object];
  for (const event of [full, down, full]) await service.mailEvent(event);
  expect(await delivery(owner, id)).toMatchObject({ state: 'SENT', reason: 'Delayed/RecipientServerError' });
});

test('the strongest event decides the delivery state, in any order and in parallel', async () => {
  const events = [sent, delivered, bounced, complained, delayed];
  const run = async (how: (all: (() => Promise<void>)[]) => Promise<unknown>) => {
    const { owner, id, email } = await invited();
    await how(events.map((event) => () => service.mailEvent(event(about(email)))));
    expect(await delivery(owner, id)).toMatchObject({ state: 'COMPLAINED', reason: 'abuse', at: AT });
  };
  await run(async (all) => {
    for (const one of all) await one();
  });
  await run(async (all) => {
    for (const one of all.reverse()) await one();
  });
  for (let round = 0; round < rounds(8); round += 1) await run((all) => Promise.all(all.map((one) => one())));

  const { owner, id, email } = await invited();
  await service.mailEvent(delivered(about(email)));
  await service.mailEvent(sent(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'DELIVERED' });
  await service.mailEvent(bounced(about(email), 'Undetermined'));
  await service.mailEvent(delivered(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'BOUNCED', reason: 'Undetermined/General 5.1.1' });
});

test('events of an earlier mail don’t change the state of a later mail, except a permanent bounce', async () => {
  const { owner, id, email } = await invited();
  const [{ messageId } = expect.fail()] = await service.mails(email);
  expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
  for (const event of [sent, delivered, delayed, rejected]) await service.mailEvent(event({ messageId }));
  await service.mailEvent(bounced({ messageId }, 'Transient'));
  expect(await delivery(owner, id)).toMatchObject({ state: 'SENT', reason: null });
  await service.mailEvent(delivered(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'DELIVERED' });
  await service.mailEvent(bounced({ messageId }));
  expect(await delivery(owner, id), 'a permanent bounce applies to the later mail too').toMatchObject({
    state: 'BOUNCED',
  });
});

test('an event that arrives before the mail is recorded as sent is kept', async () => {
  const { owner } = await service.organization();
  const email = newAddress();
  const fault = { fault: 'delay', ms: 1500, action: 'dynamodb:UpdateItem', key: 'INVITATION#' };
  await service.faults([{ ...fault, function: 'invitations/create' }]);
  const inviting = invite(owner, email);
  await expect.poll(() => mailsTo(email)).toBe(1);
  const [item = expect.fail()] = (await service.items()).filter((one) => one.email === email);
  expect(item.delivery).toMatchObject({ state: 'QUEUED' });
  await service.mailEvent(delivered(about(email)));
  const { id } = await inviting;
  expect(await read(owner, id)).toMatchObject({
    sentAt: expect.any(String),
    delivery: { state: 'DELIVERED', attempts: 1, at: AT },
  });
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect(await mailsTo(email)).toBe(1);
});

test('a mail that was sent but not recorded is not sent again after an SES event', async () => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'drop-answer' }]);
  const { id, email } = await invite(owner);
  expect(await delivery(owner, id)).toMatchObject({ state: 'QUEUED', attempts: 1, reason: 'ECONNRESET' });
  await service.mailEvent(sent(about(email)));
  expect(await read(owner, id)).toMatchObject({
    sentAt: expect.any(String),
    delivery: { state: 'SENT', attempts: 1, reason: null },
  });
  await service.clock('30m');
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect(await mailsTo(email)).toBe(1);
});

describe('a permanent bounce or a complaint', () => {
  test.each(someOf(1, [bounced, complained]))(
    'stops all further mail of the invitation, which can still be accepted',
    async (event) => {
      const { owner, id, email } = await invited();
      await service.mailEvent(event(about(email)));
      const { expiresAt } = await read(owner, id);
      expect((await itemOf(id)).dueAt).toMatch(new RegExp(`^${expiresAt}#`));
      const refused = await owner.call(`POST /v1/invitations/${id}/resend`);
      expect([refused.status, refused.body.error]).toEqual([409, 'invitation_mail_stopped']);
      await service.clock('6d');
      expect(await service.sweep()).toMatchObject({ unsent: 0, failed: 0 });
      expect(await mailsTo(email)).toBe(1);
      const body = { token: await service.linkToken(email) };
      expect((await service.call('POST /v1/invitations/accept', { body })).status).toBe(200);
    },
  );

  test('doesn’t change the expiry', async () => {
    const { owner, id, email } = await invited();
    await service.mailEvent(bounced(about(email)));
    await service.clock('8d');
    expect(await service.sweep()).toMatchObject({ failed: 0 });
    expect(await read(owner, id)).toMatchObject({ status: 'EXPIRED', delivery: { state: 'BOUNCED' } });
    expect((await itemOf(id)).status).toBe('EXPIRED');
  });

  test('stops a queued mail', async () => {
    const { owner, id, email } = await invited();
    const [{ messageId } = expect.fail()] = await service.mails(email);
    await service.faults([{ action: 'ses:SendRawEmail', key: email, fault: 'throttle', times: -1 }]);
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    expect(await delivery(owner, id)).toMatchObject({ state: 'QUEUED' });
    await service.mailEvent(bounced({ messageId }));
    await service.faults([]);
    await service.clock('30m');
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
    expect(await mailsTo(email)).toBe(1);
  });

  test('of an ended invitation is recorded, and doesn’t revive it', async () => {
    const { owner, id, email } = await invited();
    expect((await owner.call(`DELETE /v1/invitations/${id}`)).status).toBe(204);
    await service.mailEvent(complained(about(email)));
    expect(await read(owner, id)).toMatchObject({ status: 'REVOKED', delivery: { state: 'COMPLAINED' } });
    expect(await itemOf(id)).not.toHaveProperty('dueAt');
    expect((await invite(owner, email)).id, 'another invitation is allowed').not.toBe(id);
    expect(await mailsTo(email)).toBe(2);
  });
});

test('a transient bounce stops no mails', async () => {
  const { owner, id, email } = await invited();
  await service.mailEvent(bounced(about(email), 'Transient'));
  expect(await delivery(owner, id)).toMatchObject({ state: 'BOUNCED', reason: 'Transient/General 5.1.1' });
  expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
  await service.mailEvent(delivered(about(email)));
  await service.clock('4d');
  expect(await service.sweep()).toMatchObject({ failed: 0 });
  expect(await mailsTo(email), 'the mail, the resend and a reminder').toBe(3);
});

test('events of deleted or unknown invitations leave only the counts of the brake', async () => {
  const { organizationId, owner, id, email } = await invited();
  const [{ messageId } = expect.fail()] = await service.mails(email);
  const person = await service.person(email);
  await person.call('GET /v1/me');
  expect((await person.call('DELETE /v1/me')).status).toBe(204);
  const before = service.writes().length;
  await service.mailEvent(bounced({ messageId }));
  const tags = { organization: [organizationId], invitation: [`inv_${'0'.repeat(26)}`], mail: ['1'] };
  await service.mailEvent(bounced({ messageId: 'unknown', tags }));
  await service.mailEvent(bounced({ messageId: 'foreign', tags: { campaign: ['spring'] } }));
  await service.mailEvent({ eventType: 'Open', mail: { messageId }, open: {} });
  const written = service.writes().slice(before);
  const partitions = new Set(written.flatMap(({ keys }) => keys).map((key) => key.split('#')[0]));
  expect([...partitions].sort()).toEqual(['LIMIT', 'SES']);
  const events = (await service.items()).filter(({ type, organizationId: of }) => type === 'MailEvent' && !of);
  expect(events).toHaveLength(2);
  for (const event of events) expect(Object.keys(event).sort()).toEqual(['kind', 'pk', 'sk', 'ttl', 'type']);
  expect(await delivery(owner, id)).toMatchObject({ state: 'SENT' });
});

test('an unreadable event is stored without addresses, and doesn’t block others', async () => {
  const { owner, id, email } = await invited();
  const unread = async () => (await service.items()).filter(({ type }) => type === 'UnreadMailEvent');
  const count = (await unread()).length;
  await service.mailEvent({ eventType: 'Teleported', mail: about(email), version: 3 });
  await service.mailEvent({ eventType: 'Bounce', mail: about(email), bounce: { bounceType: 'Forever' } });
  const kept = await unread();
  expect(kept).toHaveLength(count + 2);
  expect(JSON.stringify(kept)).not.toContain('@');
  for (const item of kept) {
    expect(item).toMatchObject({
      pk: expect.stringMatching(/^SES#[\da-f-]{36}$/),
      event: expect.stringContaining('tags'),
    });
    expect((item.ttl as number) - Date.now() / 1000).toBeLessThanOrEqual(14 * 24 * 60 * 60);
  }
  await service.mailEvent(delivered(about(email)));
  expect(await delivery(owner, id)).toMatchObject({ state: 'DELIVERED' });
});

describe('while DynamoDB', () => {
  test.each(someOf(1, ['throttle', 'conflict', 'drop-answer']))(
    'answers with %s, an event is recorded once',
    async (fault) => {
      const { owner, id, email } = await invited();
      const action = 'dynamodb:TransactWriteItems';
      await service.faults([{ action, fault, function: 'events/mail', times: 2 }]);
      await service.mailEvent(bounced(about(email)));
      expect(await delivery(owner, id)).toMatchObject({ state: 'BOUNCED' });
      expect(await entriesOf(owner, id)).toHaveLength(1);
    },
  );

  testWhole('is down, the function fails, so that Lambda retries the event', async () => {
    const { owner, id, email } = await invited();
    await service.faults([{ action: 'dynamodb:BatchGetItem', fault: 'error', function: 'events/mail', times: -1 }]);
    await expect(service.mailEvent(delivered(about(email)))).rejects.toThrow('events/mail failed');
    await service.faults([]);
    await service.mailEvent(delivered(about(email)));
    expect(await delivery(owner, id)).toMatchObject({ state: 'DELIVERED' });
  });
});

test('a resend and an event in parallel have the result of one order or the other', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(5); round += 1) {
    const { id, email } = await invite(owner);
    const [{ messageId } = expect.fail()] = await service.mails(email);
    const [{ status }] = await Promise.all([
      owner.call(`POST /v1/invitations/${id}/resend`),
      service.mailEvent(bounced({ messageId })),
    ]);
    expect([200, 409]).toContain(status);
    expect(await delivery(owner, id)).toMatchObject({ state: 'BOUNCED' });
    expect((await itemOf(id)).mailStopped).toBe('bounce');
  }
});
