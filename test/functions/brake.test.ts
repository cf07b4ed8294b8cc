import { afterEach, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

// The brake pauses mails of invitations before SES pauses the account. Limits: 5 % hard bounces, 0.1 % complaints, of at
// least 10 and 3 mails of an organization, or 50 and 10 of the deployment, in a UTC day.

const service = useService();
// The tests share the deployment's counts of the day: before the last, fewer mails come back than pause everybody.

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

async function invite(owner: Client, email = newAddress()) {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return { id: body.id as string, email, delivery: body.delivery };
}

async function inviteBulk(owner: Client, emails: readonly string[]): Promise<string[]> {
  const invitations = emails.map((email) => ({ email, role: 'USER' }));
  const { body } = await owner.call('POST /v1/invitations/bulk', { body: { invitations } });
  return body.data.map(({ invitation }: { invitation: { id: string } }) => invitation.id);
}

const addresses = (count: number) => Array.from({ length: count }, () => newAddress());
const deliveryOf = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body.delivery;
const mailedOf = async (emails: readonly string[]) => (await Promise.all(emails.map(isMailed))).filter(Boolean).length;
const isMailed = async (email: string) => (await service.mails(email)).length > 0;

/** Mails of an organization that come back, as hard bounces or as complaints. */
async function comeBack(owner: Client, count: number, event: (email: string) => object = hardBounce) {
  const emails = addresses(count);
  await inviteBulk(owner, emails);
  await service.sweep();
  await Promise.all(emails.map((email) => service.mailEvent(event(email))));
  return emails;
}

const bounce = (email: string, bounceType: string) => ({
  eventType: 'Bounce',
  mail: { destination: [email] },
  bounce: {
    ...{ bounceType, bounceSubType: 'General', feedbackId: `bounce-${email}`, timestamp: new Date().toISOString() },
    bouncedRecipients: [{ emailAddress: email, status: '5.1.1' }],
  },
});
const hardBounce = (email: string) => bounce(email, 'Permanent');
const softBounce = (email: string) => bounce(email, 'Transient');
const complaint = (email: string) => ({
  eventType: 'Complaint',
  mail: { destination: [email] },
  complaint: { complaintFeedbackType: 'abuse', feedbackId: `complaint-${email}`, timestamp: new Date().toISOString() },
});

// First, because its sweep reminds everybody whom the tests before it have invited.
test('a reminder counts as sent, for the organization and the deployment; a mail of the same day once', async () => {
  const { id, owner } = await service.organization();
  const { email } = await invite(owner);
  await inviteBulk(owner, addresses(1));
  await service.sweep();
  const lateOf = async (of: string) =>
    (await service.items())
      .filter(({ pk }) => String(pk).startsWith(`LIMIT#day#${of}#`))
      .reduce((sum, { late }) => sum + Number(late ?? 0), 0);
  expect(await lateOf(id)).toBe(0);
  const before = await lateOf('all');
  await service.clock('4d');
  await service.sweep();
  expect(await service.mails(email)).toHaveLength(2);
  expect(await lateOf(id)).toBe(2);
  expect(await lateOf('all')).toBeGreaterThanOrEqual(before + 2);
});

test.each(
  someOf(1, [
    ['three complaints', 3, complaint],
    ['ten hard bounces', 10, hardBounce],
  ]),
)('after %s, the organization’s invitations wait until the next day, and others’ are sent', async (_, count, event) => {
  const { owner } = await service.organization();
  await comeBack(owner, count - 1, event);
  const before = await invite(owner);
  expect(before.delivery).toMatchObject({ state: 'SENT' });
  await comeBack(owner, 1, event);

  const single = await invite(owner);
  expect(single.delivery).toMatchObject({ state: 'QUEUED', attempts: 1, reason: 'sending_paused' });
  const [email = ''] = addresses(1);
  const [bulk = ''] = await inviteBulk(owner, [email]);
  expect((await owner.call(`POST /v1/invitations/${before.id}/resend`)).status).toBe(200);
  await service.sweep();
  for (const id of [bulk, before.id]) {
    expect(await deliveryOf(owner, id)).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
  }
  expect([await isMailed(single.email), await isMailed(email)]).toEqual([false, false]);
  expect(await service.mails(before.email)).toHaveLength(1);

  const { owner: other } = await service.organization();
  expect((await invite(other)).delivery).toMatchObject({ state: 'SENT' });

  await service.clock('1d');
  await service.sweep();
  for (const id of [single.id, bulk, before.id]) {
    expect(await deliveryOf(owner, id)).toMatchObject({ state: 'SENT', reason: null });
  }
  expect((await invite(owner)).delivery).toMatchObject({ state: 'SENT' });
});

testWhole('a full mailbox counts nothing, a repeated event once, and few among many pause nothing', async () => {
  const { owner } = await service.organization();
  await comeBack(owner, 12, softBounce);
  const emails = await comeBack(owner, 9);
  for (const email of emails) await service.mailEvent(hardBounce(email));
  expect((await invite(owner)).delivery).toMatchObject({ state: 'SENT' });
  await inviteBulk(owner, addresses(100));
  await inviteBulk(owner, addresses(100));
  await comeBack(owner, 2);
  // 11 of 224 mails are less than five percent.
  expect((await invite(owner)).delivery).toMatchObject({ state: 'SENT' });
});

test('if SES pauses the account, every mail waits, and is sent after SES has resumed it', async () => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'pause', times: -1 }]);
  const single = await invite(owner);
  expect(single.delivery).toMatchObject({ state: 'QUEUED', reason: 'AccountSendingPaused' });
  const emails = addresses(30);
  const ids = await inviteBulk(owner, emails);
  await service.sweep();
  for (const id of ids) expect(await deliveryOf(owner, id)).toMatchObject({ reason: 'AccountSendingPaused' });
  await service.faults([]);
  await service.clock('6h');
  await service.sweep();
  for (const email of [single.email, ...emails]) expect(await service.mails(email)).toHaveLength(1);
});

testWhole('mails that are created during a pause, and wait, don’t end it', async () => {
  const { owner } = await service.organization();
  await comeBack(owner, 10);
  const emails = addresses(200);
  await inviteBulk(owner, emails.slice(0, 100));
  await inviteBulk(owner, emails.slice(100));
  await service.sweep();
  expect(await mailedOf(emails)).toBe(0);
  expect((await invite(owner)).delivery).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
});

test('an event whose function ended before it could pause pauses when it is repeated', async () => {
  const { owner } = await service.organization();
  const [last = '', ...emails] = addresses(3);
  await inviteBulk(owner, [last, ...emails]);
  await service.sweep();
  for (const email of emails) await service.mailEvent(complaint(email));
  await service.faults([{ action: 'dynamodb:Query', fault: 'error', function: 'events/mail', times: -1 }]);
  await expect(service.mailEvent(complaint(last))).rejects.toThrow('events/mail failed');
  await service.faults([]);
  expect((await invite(owner)).delivery).toMatchObject({ state: 'SENT' });
  await service.mailEvent(complaint(last));
  expect((await invite(owner)).delivery).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
});

testWhole('the mails of a backlog count as sent on the day on which they are sent', async () => {
  const { owner } = await service.organization();
  const emails = addresses(300);
  for (const part of [0, 100, 200]) await inviteBulk(owner, emails.slice(part, part + 100));
  await service.clock('1d');
  await service.sweep();
  expect(await mailedOf(emails)).toBe(300);
  const sentAt = new Date(Date.now() + 24 * 60 * 60_000).toISOString();
  const bounceOf = (email: string) => ({
    ...hardBounce(email),
    mail: { destination: [email], timestamp: sentAt },
  });
  for (const email of emails.slice(0, 14)) await service.mailEvent(bounceOf(email));
  // Fourteen of 300 mails are less than five percent, and fifteen of 301 too.
  expect((await invite(owner)).delivery).toMatchObject({ state: 'SENT' });
  for (const email of emails.slice(14, 16)) await service.mailEvent(bounceOf(email));
  expect((await invite(owner)).delivery).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
});

testWhole('one organization whose mails come back doesn’t pause others', async () => {
  const { owner } = await service.organization();
  const { owner: other } = await service.organization();
  await comeBack(owner, 70);
  expect((await invite(owner)).delivery).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
  expect((await invite(other)).delivery).toMatchObject({ state: 'SENT' });
});

// The last test: it pauses the day of this table.
test('if the whole deployment’s mails come back, all invitations wait, and mails to members don’t', async () => {
  const { id, owner } = await service.organization();
  const member = await service.member(owner, 'ADMIN');
  await member.call('GET /v1/me');
  // Nine of each organization, so that none is paused by itself. They are deleted before their mails come back.
  const emails = addresses(54);
  const strangers: { id: string; owner: Client }[] = [];
  for (let made = 0; made < 54; made += 9) {
    const stranger = await service.organization();
    await inviteBulk(stranger.owner, emails.slice(made, made + 9));
    strangers.push(stranger);
  }
  await service.sweep();
  for (const { id, owner } of strangers) {
    expect((await owner.call(`DELETE /v1/organizations/${id}`)).status).toBe(204);
  }
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ cleared: 6 });
  for (const email of emails) await service.mailEvent(hardBounce(email));
  const held = await invite(owner);
  expect(held.delivery).toMatchObject({ state: 'QUEUED', reason: 'sending_paused' });
  await service.sweep();
  expect(await isMailed(held.email)).toBe(false);

  const before = (await service.mails(member.email)).length;
  const offered = await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, {
    body: { memberId: member.memberId },
  });
  expect(offered.status).toBe(202);
  expect(await service.mails(member.email)).toHaveLength(before + 1);
});
