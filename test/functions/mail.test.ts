import { afterEach, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

const service = useService();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

const breakSes = (fault: object) => service.faults([{ action: 'ses:SendRawEmail', times: -1, ...fault }]);
const count = async (email: string) => (await service.mails(email)).length;
const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;

async function invite(owner: Client, email = newAddress()) {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return { id: body.id as string, email, delivery: body.delivery };
}

/** Accepts by the link of each mail to an address: all links are valid. */
async function acceptAll(email: string): Promise<void> {
  for (const { text } of await service.mails(email)) {
    const token = /token=([\w-]{64})/.exec(text)?.[1];
    expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
  }
}

test.each(
  someOf(3, [
    { what: 'refuses', fault: { fault: 'refuse' }, reason: 'MessageRejected', taken: 0 },
    { what: 'never answers', fault: { fault: 'hang' }, reason: 'ETIMEDOUT', taken: 0 },
    // A mail that SES took without an answer is sent again: it can't be distinguished from a lost one.
    { what: 'breaks the connection', fault: { fault: 'drop-answer' }, reason: 'ECONNRESET', taken: 1 },
    { what: 'answers after the timeout', fault: { fault: 'delay', ms: 4000 }, reason: 'ETIMEDOUT', taken: 1 },
    { what: 'throttles', fault: { fault: 'throttle' }, reason: 'Throttling', taken: 0 },
    { what: 'fails', fault: { fault: 'error' }, reason: 'InternalFailure', taken: 0 },
  ]),
)('while SES $what, inviting and resending succeed, and the sweep sends each mail once', async (ses) => {
  const [{ owner }, { owner: other }] = [await service.organization(), await service.organization()];
  const resent = await invite(other);
  await breakSes(ses.fault);
  const [invited, answer] = await Promise.all([invite(owner), other.call(`POST /v1/invitations/${resent.id}/resend`)]);
  expect(answer.status).toBe(200);
  const queued = { state: 'QUEUED', attempts: 1, reason: ses.reason };
  expect(invited.delivery).toMatchObject(queued);
  expect((await read(other, resent.id)).delivery).toMatchObject(queued);
  await expect.poll(() => count(invited.email), { timeout: 10_000 }).toBe(ses.taken);
  await expect.poll(() => count(resent.email), { timeout: 10_000 }).toBe(1 + ses.taken);

  await service.faults([]);
  expect(await service.sweep(), 'the backoff is not over').toMatchObject({ sent: 0 });
  await service.clock('2m');
  const sweeps = await Promise.all([service.sweep(), service.sweep()]);
  expect(sweeps.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBe(2);
  await service.clock('30m');
  expect(await service.sweep(), 'nothing is left to do').toMatchObject({ sent: 0, unsent: 0, failed: 0 });
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

testWhole(
  'the backoff between attempts grows to six hours, and a mail that is still unsent at the expiry is recorded as failed',
  async () => {
    const { owner } = await service.organization();
    await breakSes({ fault: 'error' });
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
    // An outage of seven days costs few attempts.
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
  },
);

test('a mail that SES never takes doesn’t block the others', async () => {
  const { owner } = await service.organization();
  await breakSes({ fault: 'error' });
  const all = [await invite(owner), await invite(owner), await invite(owner)];
  const [poisoned, ...others] = all.map(({ email }) => email) as [string, string, string];
  await breakSes({ fault: 'hang', key: poisoned });
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ sent: 2, unsent: 1, failed: 0 });
  expect(await Promise.all([poisoned, ...others].map(count))).toEqual([0, 1, 1]);
  await service.faults([]);
  await service.clock('10m');
  expect(await service.sweep()).toMatchObject({ sent: 1 });
});

test('a mail that was sent but not recorded is sent once more, and both links are valid', async () => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'dynamodb:UpdateItem', key: 'INVITATION#', fault: 'error', times: -1 }]);
  const { id, email, delivery } = await invite(owner);
  expect(delivery).toMatchObject({ state: 'QUEUED', attempts: 0 });
  await service.faults([]);
  expect(await service.sweep(), 'the lease of the request is not over').toMatchObject({ sent: 0 });
  await service.clock('2m');
  expect(await service.sweep()).toMatchObject({ sent: 1 });
  expect((await read(owner, id)).delivery).toMatchObject({ state: 'SENT' });
  expect(await count(email)).toBe(2);
  await acceptAll(email);
});

test('a queued mail is replaced by a resend, and is not sent after a revocation', async () => {
  const { owner } = await service.organization();
  await breakSes({ fault: 'error' });
  const [resent, revoked] = [await invite(owner), await invite(owner)];
  await service.faults([]);
  expect((await owner.call(`POST /v1/invitations/${resent.id}/resend`)).status).toBe(200);
  expect((await owner.call(`DELETE /v1/invitations/${revoked.id}`)).status).toBe(204);
  await service.clock('30m');
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect([await count(resent.email), await count(revoked.email)]).toEqual([1, 0]);
  await acceptAll(resent.email);
});
