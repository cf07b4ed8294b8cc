import { afterEach, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

const trouble = (fault: object) => service.faults([{ action: 'ses:SendRawEmail', times: -1, ...fault }]);
const count = async (email: string) => (await service.mails(email)).length;
const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;

async function invite(owner: Client, email = newAddress()) {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return { id: body.id as string, email, delivery: body.delivery };
}

/** Whoever got a mail opens its link, whichever of them: each is good. */
async function acceptAll(email: string): Promise<void> {
  for (const { text } of await service.mails(email)) {
    const token = /token=([\w-]{64})/.exec(text)?.[1];
    expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
  }
}

test.each([
  { what: 'refuses', fault: { fault: 'refuse' }, reason: 'MessageRejected', taken: 0 },
  { what: 'throttles', fault: { fault: 'throttle' }, reason: 'Throttling', taken: 0 },
  { what: 'fails', fault: { fault: 'error' }, reason: 'InternalFailure', taken: 0 },
  { what: 'never answers', fault: { fault: 'hang' }, reason: 'ETIMEDOUT', taken: 0 },
  // What SES took without saying so can't be told from what it didn't take: those get a second mail.
  { what: 'answers later than we wait', fault: { fault: 'delay', ms: 4000 }, reason: 'ETIMEDOUT', taken: 1 },
  { what: 'breaks the connection', fault: { fault: 'drop-answer' }, reason: 'ECONNRESET', taken: 1 },
])('while SES $what, inviting and resending succeed; each mail is sent by the sweep, once', async (ses) => {
  const [{ owner }, { owner: other }] = [await service.organization(), await service.organization()];
  const resent = await invite(other);
  await trouble(ses.fault);
  const [invited, answer] = await Promise.all([invite(owner), other.call(`POST /v1/invitations/${resent.id}/resend`)]);
  expect(answer.status).toBe(200);
  const queued = { state: 'QUEUED', attempts: 1, reason: ses.reason };
  expect(invited.delivery).toMatchObject(queued);
  expect((await read(other, resent.id)).delivery).toMatchObject(queued);
  await expect.poll(() => count(invited.email), { timeout: 10_000 }).toBe(ses.taken);
  await expect.poll(() => count(resent.email), { timeout: 10_000 }).toBe(1 + ses.taken);

  await service.faults([]);
  expect(await service.sweep(), 'Its pause is not over').toMatchObject({ sent: 0 });
  await service.clock('2m');
  const sweeps = await Promise.all([service.sweep(), service.sweep()]);
  expect(sweeps.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBe(2);
  await service.clock('30m');
  expect(await service.sweep(), 'Nothing is left to do').toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect(await count(invited.email)).toBe(ses.taken + 1);
  expect(await count(resent.email)).toBe(1 + ses.taken + 1);
  for (const [client, { id }] of [[owner, invited] as const, [other, resent] as const]) {
    expect(await read(client, id)).toMatchObject({
      status: 'PENDING',
      sentAt: expect.any(String),
      delivery: { state: 'SENT', attempts: 2, reason: null },
    });
  }
  await acceptAll(invited.email);
});

test('the pauses between tries grow, to six hours; at the end of the period the mail is given up on record', async () => {
  const { owner } = await service.organization();
  await trouble({ fault: 'error' });
  const { id, email } = await invite(owner);
  const pauses: number[] = [];
  for (let attempts = 1; ; attempts += 1) {
    const item = (await service.items()).find((one) => one.id === id) as Record<string, string>;
    const [dueAt, end] = [Date.parse(item.dueAt?.split('#')[0] as string), Date.parse(item.expiresAt as string)];
    expect((await read(owner, id)).delivery).toMatchObject({ state: 'QUEUED', attempts });
    if (dueAt === end) break;
    pauses.push(dueAt - Date.parse((await read(owner, id)).delivery.at));
    await service.clock(`${dueAt - Date.now() - 1000}ms`);
    expect(await service.sweep()).toMatchObject({ failed: 0 });
    expect((await read(owner, id)).delivery).toMatchObject({ attempts });
    await service.clock(`${dueAt - Date.now() + 1000}ms`);
    expect(await service.sweep()).toMatchObject({ failed: 0 });
  }
  const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((minutes) => minutes * MINUTE);
  expect(pauses.slice(0, doubled.length)).toEqual(doubled);
  expect(pauses.slice(doubled.length)).toEqual(pauses.slice(doubled.length).fill(6 * HOUR));
  // Seven days: an outage of that length costs few tries.
  expect(pauses.length).toBeLessThan(40);

  await service.faults([]);
  await service.clock(`${7 * 24 * HOUR + MINUTE}ms`);
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect(await read(owner, id)).toMatchObject({
    status: 'EXPIRED',
    sentAt: null,
    delivery: { state: 'FAILED', attempts: pauses.length + 1, reason: 'InternalFailure' },
  });
  const [entry] = (await owner.call('GET /v1/audit-logs')).body.data;
  expect(entry).toMatchObject({ action: 'invitation.expire', resourceId: id, actorType: 'system' });
  await service.clock(`${8 * 24 * HOUR}ms`);
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, expired: 0, failed: 0 });
  expect(await count(email)).toBe(0);
});

test('a mail that SES never takes does not hold up the others', async () => {
  const { owner } = await service.organization();
  await trouble({ fault: 'error' });
  const all = [await invite(owner), await invite(owner), await invite(owner)];
  const [poisoned, ...others] = all.map(({ email }) => email) as [string, string, string];
  await trouble({ fault: 'hang', key: poisoned });
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ sent: 2, unsent: 1, failed: 0 });
  expect(await Promise.all([poisoned, ...others].map(count))).toEqual([0, 1, 1]);
  await service.faults([]);
  await service.clock('10m');
  expect(await service.sweep()).toMatchObject({ sent: 1 });
});

test('a mail that left without its record is sent once more, and both links are good', async () => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'dynamodb:UpdateItem', key: 'INVITATION#', fault: 'error', times: -1 }]);
  const { id, email, delivery } = await invite(owner);
  expect(delivery).toMatchObject({ state: 'QUEUED', attempts: 0 });
  await service.faults([]);
  expect(await service.sweep(), 'The lease of the request is not over').toMatchObject({ sent: 0 });
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ sent: 1 });
  expect((await read(owner, id)).delivery).toMatchObject({ state: 'SENT' });
  expect(await count(email)).toBe(2);
  await acceptAll(email);
});

test('a queued mail is replaced by that of a resend, and never leaves after a revocation', async () => {
  const { owner } = await service.organization();
  await trouble({ fault: 'error' });
  const [resent, revoked] = [await invite(owner), await invite(owner)];
  await service.faults([]);
  expect((await owner.call(`POST /v1/invitations/${resent.id}/resend`)).status).toBe(200);
  expect((await owner.call(`DELETE /v1/invitations/${revoked.id}`)).status).toBe(204);
  await service.clock('30m');
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect([await count(resent.email), await count(revoked.email)]).toEqual([1, 0]);
  await acceptAll(resent.email);
});
