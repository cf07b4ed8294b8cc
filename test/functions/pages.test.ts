import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, type Service, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

// Tests what the pages do. test/journeys/pages.test.ts tests their appearance.

const service = useService({
  environment: {
    SUPPORT_ADDRESS: 'help@example.com',
    APPLICATION_URL: 'https://app.example.com/',
    LIMITS: JSON.stringify({ mailsToAddress: 3 }),
  },
});
const MINUTE = 60_000;

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

type Headers = Readonly<Record<string, string>>;

function post(path: string, token: string, headers: Headers = {}) {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return service.call(`POST /invitations/${path}`, { body: `token=${token}`, headers: { ...type, ...headers } });
}
const open = (token: string, headers: Headers = {}) =>
  service.call(`GET /invitations/accept?token=${token}`, { headers });
const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;
const entries = async (owner: Client, action: string) =>
  (await owner.call(`GET /v1/audit-logs?action=${action}`)).body.data;
const heading = (page: string) => /<h1>(.*?)<\/h1>/s.exec(page)?.[1]?.replace(/<[^>]+>/g, '');

async function invite(owner: Client, body: object = {}) {
  const email = newAddress();
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER', ...body } });
  expect(invited.status).toBe(201);
  return { email, id: invited.body.id as string, token: await service.linkToken(email) };
}

/** Creates an expired invitation. */
async function createExpired(owner: Client, body: object = {}) {
  await service.clock('-8d');
  // A new ID token, because an existing one would be from the future.
  const invited = await invite(await service.person(owner.email), body);
  await service.clock(0);
  return invited;
}

/** Returns forged, malformed and empty tokens. */
function forged(token: string): string[] {
  const changed = (at: number) => {
    const bytes = Buffer.from(token, 'base64url');
    bytes.writeUInt8((bytes.readUInt8(at) + 1) % 256, at);
    return bytes.toString('base64url');
  };
  return [changed(0), changed(20), changed(47), 'A'.repeat(64), 'x', '', `${token}A`];
}

describe('declining on the page', () => {
  test('ends the invitation and confirms it', async () => {
    const { owner } = await service.organization('Acme <Energy>');
    const { email, id, token } = await invite(owner);
    expect((await open(token)).body).toContain('formaction="/invitations/decline"');
    const declined = await post('decline', token);
    expect(declined.status).toBe(200);
    expect(heading(declined.body)).toBe('You have declined');
    for (const shown of [email, 'Acme &lt;Energy&gt;']) expect(declined.body).toContain(shown);
    expect(await read(owner, id)).toMatchObject({ status: 'DECLINED' });
    expect(await entries(owner, 'invitation.decline')).toMatchObject([{ resourceId: id, actorType: 'link' }]);
    expect((await post('accept', token)).status, 'declining is final').toBe(410);
    expect((await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).status).toBe(201);
  });

  test('by an invalid link shows the same reason as accepting', async () => {
    const { owner } = await service.organization();
    const [declined, revoked, resent, accepted] = [
      await invite(owner),
      await invite(owner),
      await invite(owner),
      await invite(owner),
    ];
    const expired = await createExpired(owner);
    await post('decline', declined.token);
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    await owner.call(`POST /v1/invitations/${resent.id}/resend`);
    await post('accept', accepted.token);
    const before = await service.items();
    for (const [{ token }, title] of [
      [declined, 'This invitation was declined'],
      [revoked, 'This invitation was withdrawn'],
      [resent, 'There is a newer mail'],
      [accepted, 'This invitation was already accepted'],
      [expired, 'This invitation has expired'],
    ] as const) {
      const page = await post('decline', token);
      expect([page.status, heading(page.body)]).toEqual([410, title]);
    }
    const strangers = await Promise.all(forged(revoked.token).map((token) => post('decline', token)));
    for (const { status, body } of strangers) expect([status, body]).toEqual([404, strangers[0]?.body]);
    expect(await service.items()).toEqual(before);
  });

  test('is possible after the inviter lost the permission to invite', async () => {
    const { owner } = await service.organization();
    const inviter = await service.member(owner, 'ADMIN');
    const { token } = await invite(inviter);
    await owner.call(`DELETE /v1/members/${inviter.memberId}`);
    expect((await post('decline', token)).status).toBe(200);
  });
});

describe('requesting a new invitation after the expiry', () => {
  const mailsOf = async (email: string) =>
    (await service.mails(email)).filter(({ subject }) => subject.includes('asks for a new invitation'));
  const waiting = async () => (await service.items()).filter(({ type }) => type === 'Mail');

  test.each(someOf(1, ['by the clock alone', 'on record']))(
    '(%s) sends one mail to the inviter, who can resend it',
    async (how) => {
      const { owner } = await service.organization('Acme Energy');
      const { id, email, token } = await createExpired(owner);
      if (how === 'on record') await service.sweep();
      const expired = await open(token);
      expect(expired.status).toBe(410);
      expect(expired.body).toContain('<form method="post" action="/invitations/ask">');
      const asked = await post('ask', token);
      expect([asked.status, heading(asked.body)]).toEqual([200, 'We have asked Ada Owner']);
      const [mail, ...others] = await mailsOf(owner.email);
      expect(others).toEqual([]);
      expect(mail?.subject).toBe(`${email} asks for a new invitation to Acme Energy`);
      expect(mail?.text).toContain(`${service.api}/console#/`);
      expect(mail?.text, 'the inviter doesn’t get the link').not.toContain('token=');
      expect(await waiting()).toEqual([]);
      expect(await entries(owner, 'invitation.ask')).toMatchObject([{ resourceId: id, actorType: 'link' }]);
      expect((await read(owner, id)).status).toBe('EXPIRED');

      expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
      const again = await post('ask', token);
      expect([again.status, heading(again.body)]).toEqual([410, 'There is a newer mail']);
      expect((await post('accept', await service.linkToken(email))).status).toBe(200);
    },
  );

  test('sends no second mail until the invitation was resent and has expired again', async () => {
    const { owner } = await service.organization();
    const { id, email, token } = await createExpired(owner);
    // Both requests read before the first one writes.
    await service.faults([{ function: 'pages/ask', action: 'dynamodb:PutItem', fault: 'delay', ms: 400, times: -1 }]);
    const first = await Promise.all([post('ask', token), post('ask', token)]);
    await service.faults([]);
    expect(first.map(({ status }) => status)).toEqual([200, 200]);
    const second = await post('ask', token);
    expect([second.status, heading(second.body)]).toEqual([200, 'Ada Owner was asked already']);
    const page = await open(token);
    expect(page.body).toContain('You asked for a new one on ');
    expect(page.body).not.toContain('<form');
    expect(await mailsOf(owner.email)).toHaveLength(1);
    expect(await entries(owner, 'invitation.ask')).toHaveLength(1);

    await owner.call(`POST /v1/invitations/${id}/resend`);
    await service.clock('8d');
    expect(heading((await post('ask', await service.linkToken(email))).body)).toBe('We have asked Ada Owner');
    expect(await mailsOf(owner.email)).toHaveLength(2);
  });

  test('counts as a mail to the inviter: excess requests are 429 and leave nothing behind', async () => {
    const { owner } = await service.organization();
    // All mails are in one window, at any time of the test.
    const start = 600_000 - (Date.now() % 600_000) + MINUTE;
    const all = [];
    for (let count = 0; count < 4; count += 1) all.push(await createExpired(owner));
    await service.clock(`${start}ms`);
    const answers = [];
    for (const { token } of all) answers.push(await post('ask', token));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(400);
    expect(await mailsOf(owner.email)).toHaveLength(3);
    expect(await entries(owner, 'invitation.ask')).toHaveLength(3);
    await service.clock(`${start + 600_000}ms`);
    expect((await post('ask', all[3]?.token as string)).status).toBe(200);
  });

  test.each(
    someOf(1, [
      ['has left', (owner: Client, id: string) => owner.call(`DELETE /v1/members/${id}`)],
      [
        'may no longer invite',
        (owner: Client, id: string) => owner.call(`PATCH /v1/members/${id}`, { body: { role: 'USER' } }),
      ],
    ]),
  )('shows whom else to ask if the inviter %s', async (_, change) => {
    const { owner } = await service.organization();
    const inviter = await service.member(owner, 'ADMIN');
    const { token } = await createExpired(inviter);
    expect((await change(owner, inviter.memberId)).status).toBeLessThan(300);
    const page = await post('ask', token);
    expect([page.status, heading(page.body)]).toEqual([410, 'This invitation is on hold']);
    expect(await mailsOf(inviter.email)).toEqual([]);
    expect(await entries(owner, 'invitation.ask')).toEqual([]);
  });

  test('is refused for valid, revoked and forged links', async () => {
    const { owner } = await service.organization();
    const [expired, valid, revoked] = [await createExpired(owner), await invite(owner), await invite(owner)];
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    const stop = await service.linkToken(expired.email, 'stop');
    const before = await service.items();
    const strangers = await Promise.all([...forged(expired.token), stop].map((token) => post('ask', token)));
    for (const { status, body } of strangers) expect([status, body]).toEqual([404, strangers[0]?.body]);
    expect((await post('ask', valid.token)).status, 'no page has such a form').toBe(400);
    expect((await post('ask', revoked.token)).status).toBe(410);
    expect(await service.items()).toEqual(before);
    expect(await mailsOf(owner.email)).toEqual([]);
  });

  test('is refused for an erased person, and so is a resend', async () => {
    const { owner } = await service.organization();
    const { email, id, token } = await createExpired(owner);
    const person = await service.person(email);
    expect((await person.call('GET /v1/me')).status).toBe(200);
    expect((await person.call('DELETE /v1/me')).status).toBe(204);
    expect((await open(token)).body).not.toContain('<form');
    const asked = await post('ask', token);
    expect([asked.status, heading(asked.body)]).toEqual([410, 'This invitation has expired']);
    expect(await mailsOf(owner.email)).toEqual([]);
    const resent = await owner.call(`POST /v1/invitations/${id}/resend`);
    expect(resent).toMatchObject({ status: 409, body: { error: 'invitation_not_resendable' } });
  });

  const breakSes = (owner: Client, fault = 'error') =>
    service.faults([{ action: 'ses:SendRawEmail', key: owner.email, fault, times: -1 }]);

  test('succeeds while SES is down, and the sweep sends the mail once', async () => {
    const { owner } = await service.organization();
    const { token } = await createExpired(owner);
    await breakSes(owner);
    const asked = await post('ask', token);
    expect([asked.status, heading(asked.body)]).toEqual([200, 'We have asked Ada Owner']);
    const [item] = await waiting();
    expect(item).toMatchObject({ delivery: { state: 'QUEUED', attempts: 1, reason: 'InternalFailure' } });
    const text = JSON.stringify(item);
    for (const secret of ['Ada', owner.email, '@', token]) expect(text).not.toContain(secret);
    await service.clock('2m');
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 1, failed: 0 });
    // Both sweeps find the item before either takes the lease, and the sends would overlap.
    const slow = { fault: 'delay', ms: 500, times: -1 };
    await service.faults([
      { action: 'dynamodb:UpdateItem', key: 'MAIL#', ...slow },
      { action: 'ses:SendRawEmail', ...slow },
    ]);
    await service.clock('5m');
    const sweeps = await Promise.all([service.sweep(), service.sweep()]);
    expect(sweeps.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBe(1);
    expect(await mailsOf(owner.email)).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });

  testWhole('sends the mail once more if it was sent but not recorded', async () => {
    const { owner } = await service.organization();
    const { token } = await createExpired(owner);
    await service.faults([{ function: 'pages/ask', action: 'dynamodb:DeleteItem', fault: 'refuse', times: -1 }]);
    expect((await post('ask', token)).status).toBe(200);
    await service.faults([]);
    expect(await waiting()).toHaveLength(1);
    expect(await service.sweep(), 'the lease of the request is not over').toMatchObject({ sent: 0 });
    await service.clock('2m');
    expect(await service.sweep()).toMatchObject({ sent: 1 });
    await service.clock('1h');
    expect(await service.sweep()).toMatchObject({ sent: 0 });
    expect(await mailsOf(owner.email)).toHaveLength(2);
  });

  testWhole('retries a mail that SES refuses for seven days, with backoff, and then drops it', async () => {
    const { owner } = await service.organization();
    const { token } = await createExpired(owner);
    await breakSes(owner);
    const start = Date.now();
    expect((await post('ask', token)).status).toBe(200);
    let attempts = 1;
    for (;;) {
      const [item] = (await waiting()) as { dueAt: string }[];
      if (!item) break;
      await service.clock(`${Date.parse(item.dueAt.split('#')[0] as string) - Date.now() + 1000}ms`);
      attempts += (await service.sweep()).unsent ?? 0;
    }
    expect(attempts).toBeGreaterThan(30);
    expect(attempts).toBeLessThan(40);
    const { offset } = (await service.call('GET /_local/clock')).body;
    expect(Date.now() + offset - start).toBeGreaterThan(7 * 24 * 60 * MINUTE);
    expect(Date.now() + offset - start).toBeLessThan(7 * 24 * 60 * MINUTE + 5 * MINUTE);
    await service.faults([]);
    expect(await service.sweep()).toMatchObject({ sent: 0 });
    expect(await mailsOf(owner.email)).toEqual([]);
  });

  test.each(
    someOf(1, [
      [
        'the invitation was resent',
        (owner: Client, { id }: { id: string }) => owner.call(`POST /v1/invitations/${id}/resend`),
      ],
      [
        'the organization was deleted',
        (owner: Client, _: unknown, home: string) => owner.call(`DELETE /v1/organizations/${home}`),
      ],
    ]),
  )('drops a queued mail after %s', async (_, change) => {
    const { id, owner } = await service.organization();
    const invited = await createExpired(owner);
    await breakSes(owner);
    await post('ask', invited.token);
    await service.faults([]);
    expect((await change(owner, invited, id)).status).toBeLessThan(300);
    await service.clock('5m');
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
    expect(await waiting()).toEqual([]);
    expect(await mailsOf(owner.email)).toEqual([]);
  });
});

describe('the language', () => {
  const GERMAN = { 'accept-language': 'de-CH,de;q=0.9,en;q=0.5' };
  const FRENCH = { 'accept-language': 'fr' };

  /** Creates an organization whose language is German. */
  async function germanOrganization(from: Service) {
    const person = await from.person(newAddress('owner'), { name: 'Ada Owner' });
    const created = await person.call('POST /v1/organizations', { body: { name: 'Acme Energie', language: 'de' } });
    expect(created.status).toBe(201);
    return person.in(created.body.id);
  }

  test.each(
    someOf(3, [
      { chosen: 'de', organization: 'en', reader: 'en', spoken: 'de' },
      { chosen: 'en', organization: 'de', reader: 'de', spoken: 'en' },
      { chosen: undefined, organization: 'de', reader: 'en', spoken: 'en' },
      { chosen: undefined, organization: 'en', reader: 'de', spoken: 'de' },
      { chosen: undefined, organization: 'de', reader: 'fr', spoken: 'de' },
      { chosen: undefined, organization: 'de', reader: undefined, spoken: 'de' },
      { chosen: undefined, organization: 'en', reader: undefined, spoken: 'en' },
    ]),
  )(
    'of pages is the inviter’s choice ($chosen), else the reader’s ($reader), else the organization’s ($organization)',
    async ({ chosen, organization, reader, spoken }) => {
      const owner = organization === 'de' ? await germanOrganization(service) : (await service.organization()).owner;
      const language = { ...(chosen && { language: chosen }) };
      const headers = { ...(reader && { 'accept-language': reader }) };
      const [one, two] = [await invite(owner, language), await invite(owner, language)];
      const expired = await createExpired(owner, language);
      const stop = `/invitations/stop-reminders?token=${await service.linkToken(one.email, 'stop')}`;
      const pages = [
        await open(one.token, headers),
        await service.call(`GET ${stop}`, { headers }),
        await service.call(`POST ${stop}`, { headers }),
        await post('accept', one.token, headers),
        await open(one.token, headers),
        await post('decline', two.token, headers),
        await open(two.token, headers),
        await post('accept', two.token, headers),
        await open(expired.token, headers),
        await post('ask', expired.token, headers),
        await post('ask', expired.token, headers),
      ];
      expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 410, 410, 410, 200, 200]);
      for (const { body } of pages) expect(body).toContain(`<html lang="${spoken}">`);
    },
  );

  test('of the page for an unknown link is the reader’s', async () => {
    expect((await open('x', GERMAN)).body).toContain('<html lang="de">');
    expect((await open('x', FRENCH)).body).toContain('<html lang="en">');
  });

  test('of mails is the inviter’s choice, else the organization’s, and mails to the inviter have the organization’s', async () => {
    const owner = await germanOrganization(service);
    const subject = async (email: string) => (await service.mails(email)).at(-1)?.subject;
    const [german, english] = [await createExpired(owner), await createExpired(owner, { language: 'en' })];
    expect(await subject(german.email)).toBe('Ada Owner hat Sie zu Acme Energie eingeladen');
    expect(await subject(english.email)).toBe('Ada Owner invited you to join Acme Energie');
    await post('ask', english.token);
    expect(await subject(owner.email)).toBe(`${english.email} bittet um eine neue Einladung zu Acme Energie`);
  });
});

test('the inviter’s message is shown as text on the page and in each mail', async () => {
  const { owner } = await service.organization();
  const { email, token } = await invite(owner, { message: 'Hi <b>Bob</b>,\nsee you on Monday!' });
  await service.clock('85h');
  await service.sweep();
  const mails = await service.mails(email);
  expect(mails).toHaveLength(2);
  for (const { text, html } of mails) {
    expect(text).toContain('> Hi <b>Bob</b>,\n> see you on Monday!');
    expect(html).toContain('Hi &lt;b&gt;Bob&lt;/b&gt;,<br>see you on Monday!');
  }
  expect((await open(token)).body).toContain('Hi &lt;b&gt;Bob&lt;/b&gt;,<br>see you on Monday!');
});
