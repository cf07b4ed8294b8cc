import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, type ReceivedMail, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService();
const HOUR = 60 * 60_000;
const MINUTE = 60_000;

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

/** Creates an invitation with a period in days, whose first mail is sent. */
async function invite(owner: Client, days = 7, email = newAddress()) {
  const body = { email, role: 'USER', expiresInDays: days };
  const invited = await owner.call('POST /v1/invitations', { body });
  expect(invited).toMatchObject({ status: 201, body: { delivery: { state: 'SENT' } } });
  return { email, id: invited.body.id as string, token: await service.linkToken(email) };
}

const stop = (token: string) => service.call(`POST /invitations/stop-reminders?token=${token}`);
const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });
const isReminder = ({ subject }: ReceivedMail) => subject.startsWith('Reminder: ');
const reminders = async (email: string) => (await service.mails(email)).filter(isReminder).length;

/** Runs the sweep at a time after the start. */
async function sweepAt(hours: number): Promise<void> {
  await service.clock(`${hours * HOUR + MINUTE}ms`);
  await service.sweep();
}

test.each(
  someOf(2, [
    { days: 7, at: [84, 144] },
    { days: 1, at: [12] },
    { days: 2, at: [24] },
    { days: 3, at: [36, 48] },
    { days: 30, at: [360, 696] },
  ]),
)('an invitation for $days days has reminders after $at hours, and no others', async ({ days, at }) => {
  const { owner } = await service.organization();
  const { email, id } = await invite(owner, days);
  for (const [index, hours] of at.entries()) {
    await service.clock(`${hours * HOUR - MINUTE}ms`);
    await service.sweep();
    expect(await reminders(email), 'not yet').toBe(index);
    await sweepAt(hours);
    expect(await reminders(email)).toBe(index + 1);
    await service.sweep();
    expect(await reminders(email), 'once').toBe(index + 1);
  }
  await sweepAt(days * 24 - 1);
  expect(await service.mails(email)).toHaveLength(1 + at.length);
  const read = async () => (await owner.call(`GET /v1/invitations/${id}`)).body;
  expect(await read()).toMatchObject({ status: 'PENDING', delivery: { state: 'SENT', attempts: 1 } });
  await sweepAt(days * 24);
  expect(await read()).toMatchObject({ status: 'EXPIRED' });
  expect(await service.mails(email)).toHaveLength(1 + at.length);
});

test('a late sweep sends one reminder instead of two, and none after the expiry', async () => {
  const { owner } = await service.organization();
  const [late, tooLate] = [await invite(owner), await invite(owner, 6)];
  await sweepAt(150);
  expect([await reminders(late.email), await reminders(tooLate.email)]).toEqual([1, 0]);
  await sweepAt(160);
  expect(await reminders(late.email)).toBe(1);
});

test('two parallel sweeps send one reminder', async () => {
  const { owner } = await service.organization();
  const all = await Promise.all(Array.from({ length: 5 }, () => invite(owner)));
  await service.clock('90h');
  await Promise.all([service.sweep(), service.sweep()]);
  for (const { email } of all) expect(await reminders(email)).toBe(1);
});

test('a reminder that SES refuses is retried, and sent once', async () => {
  const { owner } = await service.organization();
  const { email, id } = await invite(owner);
  await service.faults([{ action: 'ses:SendRawEmail', key: email, fault: 'error', times: -1 }]);
  await sweepAt(84);
  expect((await owner.call(`GET /v1/invitations/${id}`)).body.delivery).toMatchObject({ state: 'QUEUED', attempts: 1 });
  await service.faults([]);
  await sweepAt(85);
  await sweepAt(86);
  expect(await reminders(email)).toBe(1);
});

test('the accept links of the first mail and of each reminder are valid, and stop links don’t accept', async () => {
  const { owner } = await service.organization();
  const { email } = await invite(owner);
  await sweepAt(84);
  await sweepAt(144);
  const mails = await service.mails(email);
  expect(mails).toHaveLength(3);
  const [links, stops] = [0, 1].map((at) =>
    mails.map(({ text }) => [...text.matchAll(/token=([\w-]{64})/g)][at]?.[1] as string),
  ) as [string[], string[]];
  expect(new Set([...links, ...stops]).size, 'all differ').toBe(6);
  for (const token of stops) expect((await accept(token)).status).toBe(404);
  for (const token of links) expect((await accept(token)).status).toBe(200);
});

test.each(
  someOf(2, [
    ['accepted', ({ token }) => accept(token)],
    ['stopped', async ({ email }) => stop(await service.linkToken(email, 'stop'))],
    ['declined', ({ token }) => service.call('POST /v1/invitations/decline', { body: { token } })],
    ['revoked', ({ id }, owner) => owner.call(`DELETE /v1/invitations/${id}`)],
  ] as const satisfies readonly [
    string,
    (invited: Awaited<ReturnType<typeof invite>>, owner: Client) => Promise<{ status: number }>,
  ][]),
)('no reminder is sent after the invitation was %s', async (_, end) => {
  const { owner } = await service.organization();
  const [before, between] = [await invite(owner), await invite(owner)];
  expect((await end(before, owner)).status).toBeLessThan(300);
  await sweepAt(84);
  expect((await end(between, owner)).status).toBeLessThan(300);
  await sweepAt(144);
  expect([await reminders(before.email), await reminders(between.email)]).toEqual([0, 1]);
});

test('a resend starts a new period with its own reminders', async () => {
  const { owner } = await service.organization();
  const { email, id } = await invite(owner);
  await sweepAt(84);
  await service.clock('100h');
  expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
  await sweepAt(144);
  expect(await reminders(email), 'of the first period').toBe(1);
  await sweepAt(184);
  await sweepAt(244);
  expect(await reminders(email)).toBe(3);
});

test('an invitation without a mail has no reminders', async () => {
  const { owner } = await service.organization();
  const email = newAddress();
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER', sendEmail: false } });
  await sweepAt(84);
  await sweepAt(144);
  expect(await service.mails(email)).toEqual([]);
});

test('each mail has its own one-click link that stops reminders', async () => {
  const { owner } = await service.organization();
  const { email } = await invite(owner);
  await sweepAt(84);
  const mails = (await service.call(`GET /_local/mail?to=${email}`)).body as {
    text: string;
    headers: Record<string, string>;
  }[];
  const links = mails.map(({ headers, text }) => {
    expect(headers).toMatchObject({ 'list-unsubscribe-post': 'List-Unsubscribe=One-Click' });
    const [, link] = /^<(\S+)>$/.exec(headers['list-unsubscribe'] ?? '') ?? [];
    expect(text).toContain(`\n${link}\n`);
    return link as string;
  });
  expect(new Set(links).size).toBe(2);
  for (const link of links) expect((await service.call(`POST ${link.slice(service.api.length)}`)).status).toBe(200);
});

describe('stopping reminders', () => {
  const item = async (id: string) => (await service.items()).find((one) => one.type === 'Invitation' && one.id === id);
  const entries = async (owner: Client) =>
    (await owner.call('GET /v1/audit-logs?action=invitation.stop-reminders')).body.data;

  test.each(
    someOf(3, [
      ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
      ['application/x-www-form-urlencoded', ''],
      [
        'multipart/form-data; boundary=----x',
        '------x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n------x--\r\n',
      ],
      ['text/plain', 'List-Unsubscribe=One-Click'],
      ['application/json', '{'],
      ['application/octet-stream', 'x'.repeat(300 * 1024)],
      [undefined, undefined],
    ]),
  )('is one POST without cookie or redirect, with any body: %s', async (type, body) => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const token = await service.linkToken(email, 'stop');
    const answer = await service.call(`POST /invitations/stop-reminders?token=${token}`, {
      ...(body !== undefined && { body }),
      ...(type && { headers: { 'content-type': type } }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('location')).toBeNull();
    expect(await item(id)).toMatchObject({ status: 'PENDING', remindersStoppedAt: expect.any(String) });
  });

  test('is offered by a page, and opening the page changes nothing', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const path = `/invitations/stop-reminders?token=${await service.linkToken(email, 'stop')}`;
    const before = await service.items();
    const opened = await service.call(`GET ${path}`);
    expect(opened.status).toBe(200);
    expect(opened.body).toContain(`<form method="post" action="${path}">`);
    expect(await service.items()).toEqual(before);
    const stopped = await service.call(`POST ${path}`);
    expect(stopped).toMatchObject({
      status: 200,
      body: expect.not.stringContaining('action="/invitations/stop-reminders'),
    });
    expect(stopped.body).toContain(email);
    expect((await service.call(`GET ${path}`)).body, 'the page offers nothing more').toBe(stopped.body);
    expect((await accept(await service.linkToken(email))).status, 'the invitation is still open').toBe(200);
    expect((await owner.call(`GET /v1/invitations/${id}`)).body.status).toBe('ACCEPTED');
  });

  test('is recorded once as done by the link’s holder, also when it is repeated', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const token = await service.linkToken(email, 'stop');
    // All requests read the invitation before the first one writes.
    const late = { action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 300, times: -1 };
    await service.faults([{ function: 'pages/stop-reminders', ...late }]);
    const answers = await Promise.all([stop(token), stop(token), stop(token)]);
    await service.faults([]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const stopped = await item(id);
    await service.clock('1h');
    expect((await stop(token)).status).toBe(200);
    expect(await item(id)).toEqual(stopped);
    expect(await entries(owner)).toMatchObject([{ actorType: 'link', resourceId: id }]);
  });

  test.each(
    someOf(1, [
      ['accepted', ({ token }) => accept(token)],
      ['declined', ({ token }) => service.call('POST /v1/invitations/decline', { body: { token } })],
      ['revoked', ({ id }, owner) => owner.call(`DELETE /v1/invitations/${id}`)],
    ] as const satisfies readonly [
      string,
      (invited: Awaited<ReturnType<typeof invite>>, owner: Client) => Promise<unknown>,
    ][]),
  )('succeeds and changes nothing if the invitation was %s', async (_, end) => {
    const { owner } = await service.organization();
    const invited = await invite(owner);
    await end(invited, owner);
    const before = await item(invited.id);
    const path = `/invitations/stop-reminders?token=${await service.linkToken(invited.email, 'stop')}`;
    expect((await service.call(`GET ${path}`)).body).not.toContain('action="/invitations/stop-reminders');
    expect((await service.call(`POST ${path}`)).status).toBe(200);
    expect(await item(invited.id)).toEqual(before);
    expect(await entries(owner)).toEqual([]);
  });

  test.each(
    someOf(1, [
      ['before the expiry', 0],
      ['after the expiry', 8 * 24],
    ]),
  )('%s stays in effect after a resend, and works by the link of any mail', async (_, hours) => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const first = await service.linkToken(email, 'stop');
    await sweepAt(84);
    await sweepAt(hours);
    expect((await stop(first)).status).toBe(200);
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    expect(await service.mails(email)).toHaveLength(3);
    await sweepAt(hours + 90);
    await sweepAt(hours + 150);
    expect(await service.mails(email)).toHaveLength(3);
    expect((await stop(await service.linkToken(email, 'stop'))).status).toBe(200);
    expect(await entries(owner)).toHaveLength(1);
  });

  test('also stops a queued reminder', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    await service.faults([{ action: 'ses:SendRawEmail', key: email, fault: 'error', times: -1 }]);
    await sweepAt(84);
    await service.faults([]);
    await stop(await service.linkToken(email, 'stop'));
    await sweepAt(90);
    expect(await reminders(email)).toBe(0);
    expect((await owner.call(`GET /v1/invitations/${id}`)).body.delivery).toMatchObject({ state: 'FAILED' });
    await sweepAt(150);
    expect(await reminders(email)).toBe(0);
  });

  test('with any invalid token is the same 404, by page and by POST', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const token = await service.linkToken(email, 'stop');
    const changed = (at: number) => {
      const forged = Buffer.from(token, 'base64url');
      forged.writeUInt8((forged.readUInt8(at) + 1) % 256, at);
      return forged.toString('base64url');
    };
    const gone = await service.organization();
    const late = await invite(gone.owner);
    const ofDeleted = await service.linkToken(late.email, 'stop');
    expect((await gone.owner.call(`DELETE /v1/organizations/${gone.id}`)).status).toBe(204);
    const ofInvitation = await service.linkToken(email);
    const before = await service.items();
    const queries = [
      changed(0),
      changed(20),
      changed(47),
      'A'.repeat(64),
      'x',
      '',
      `${token}A`,
      ofInvitation,
      ofDeleted,
    ]
      .map((one) => `?token=${one}`)
      .concat('', '?', `?Token=${token}`, `?token=&token=${token}`);
    const pages = new Set<string>();
    for (const query of queries) {
      for (const method of ['GET', 'POST']) {
        const { status, body } = await service.call(`${method} /invitations/stop-reminders${query}`);
        expect(status, `${method} ${query}`).toBe(404);
        pages.add(body);
      }
    }
    expect(pages.size).toBe(1);
    expect(await service.items()).toEqual(before);
  });
});
