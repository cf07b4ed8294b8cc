import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

const service = useService();
const accept = (token: string, client?: Client) =>
  (client ?? service).call('POST /v1/invitations/accept', { body: { token } });

afterEach(async () => {
  await service.clock(0);
  await service.faults([]);
});

async function invite(owner: Client, email = newAddress(), role = 'USER') {
  const invited = await owner.call('POST /v1/invitations', { body: { email, role } });
  expect(invited.status).toBe(201);
  return { id: invited.body.id as string, email, invitation: invited.body };
}

const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;
const total = async (owner: Client) => (await owner.call('GET /v1/members')).body.meta.total;

describe('inviting', () => {
  test('trims and lower-cases the address, and compares it as a whole', async () => {
    const { owner } = await service.organization();
    const email = newAddress('alice');
    const { invitation } = await invite(owner, `  ${email.toUpperCase()} `);
    expect(invitation.email).toBe(email);
    expect((await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).body.error).toBe(
      'already_invited',
    );
    await invite(owner, email.slice(1));
  });

  test('refuses a member, and allows pending invitations of an address in two organizations', async () => {
    const [one, two] = [await service.organization(), await service.organization()];
    const { email } = await service.member(one.owner, 'USER');
    const again = await one.owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    expect(again).toMatchObject({ status: 409, body: { error: 'already_member' } });
    expect(
      (await one.owner.call('POST /v1/invitations', { body: { email: one.owner.email, role: 'USER' } })).body.error,
    ).toBe('already_member');
    await invite(two.owner, email);
    const other = newAddress();
    await invite(one.owner, other);
    await invite(two.owner, other);
  });

  test.each([
    'nobody',
    'a@b',
    '@example.com',
    'a b@example.com',
    'a@example..com',
    'a@@example.com',
    `${'a'.repeat(65)}@example.com`,
    'jane@example.com\nbcc: x@example.com',
    '<jane@example.com>',
  ])('refuses %j as an address', async (email) => {
    const { owner } = await service.organization();
    const answer = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    expect(answer).toMatchObject({ status: 400, body: { details: { email: ['must be an e-mail address'] } } });
  });

  test.each(['jäne@example.com', '\u212Aelvin@example.com'])(
    'refuses %j as an address with a reason',
    async (email) => {
      const { owner } = await service.organization();
      const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
      expect([status, body.details.email]).toEqual([400, [expect.stringContaining('before the @')]]);
    },
  );

  test.each([['ADMIN', 'USER'], 'ADMIN ', 'admin', 'OWNER', '', 0])('refuses %j as a role', async (role) => {
    const { owner } = await service.organization();
    const answer = await owner.call('POST /v1/invitations', { body: { email: newAddress(), role } });
    expect(answer).toMatchObject({ status: 400, body: { details: { role: [expect.any(String)] } } });
  });

  test('succeeds while SES is down, and the sweep sends the queued mail', async () => {
    const { owner } = await service.organization();
    await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
    const { id, email, invitation } = await invite(owner);
    expect(invitation).toMatchObject({ status: 'PENDING', sentAt: null, delivery: { state: 'QUEUED', attempts: 1 } });
    expect(invitation.delivery.reason).toEqual(expect.any(String));
    await service.clock('5m');
    await service.sweep();
    expect((await read(owner, id)).delivery).toMatchObject({ state: 'QUEUED', attempts: 2 });
    expect(await service.mails(email)).toEqual([]);
    await service.faults([]);
    await service.clock('1h');
    expect(await service.sweep()).toMatchObject({ sent: 1 });
    expect(await read(owner, id)).toMatchObject({
      sentAt: expect.any(String),
      delivery: { state: 'SENT', attempts: 3 },
    });
    expect(await service.mails(email)).toHaveLength(1);
    expect((await accept(await service.linkToken(email))).status).toBe(200);
    await service.clock('2h');
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  });
});

describe('accepting', () => {
  test('by the same link twice succeeds twice, with one membership', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const token = await service.linkToken(email);
    const [first, second] = [await accept(token), await accept(token)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.member.id).toBe(first.body.member.id);
    const person = await service.person(email);
    expect((await accept(token, person)).body.member.id).toBe(first.body.member.id);
    expect(await total(owner)).toBe(2);
  });

  test('with sign-in makes the person a member at once, with their name', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const person = await service.person(email, { name: 'Jane Doe' });
    const waiting = (await person.call('GET /v1/me')).body.invitations;
    expect(waiting).toMatchObject([{ email, status: 'PENDING' }]);
    const accepted = await accept(await service.linkToken(email), person);
    expect(accepted.body.member).toMatchObject({ claimed: true, userProfile: { firstName: 'Jane', email } });
    const me = (await person.call('GET /v1/me')).body;
    expect(me).toMatchObject({ invitations: [], memberships: [{ id: accepted.body.member.id }] });
  });

  test('with another account is 403, and the invitation stays pending', async () => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    const token = await service.linkToken(email);
    const other = await service.person(newAddress('other'));
    expect(await accept(token, other)).toMatchObject({
      status: 403,
      body: { error: 'invitation_for_another_address' },
    });
    expect((await read(owner, id)).status).toBe('PENDING');
    expect((await accept(token)).status).toBe(200);
    expect((await accept(token, other)).status).toBe(403);
  });

  test('with an unverified address or an invalid bearer token is refused', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const token = await service.linkToken(email);
    const unverified = await service.person(email, { unverified: true });
    expect((await accept(token, unverified)).body.error).toBe('email_not_verified');
    const headers = { authorization: 'Bearer nonsense' };
    expect((await service.call('POST /v1/invitations/accept', { body: { token }, headers })).status).toBe(401);
  });

  test('with any invalid token is the same 404', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const token = await service.linkToken(email);
    const foreign = (await service.organization()).id;
    expect(foreign).toBeDefined();
    const bytes = Buffer.from(token, 'base64url');
    const changed = (at: number) => {
      const forged = Buffer.from(bytes);
      forged.writeUInt8((forged.readUInt8(at) + 1) % 256, at);
      return forged.toString('base64url');
    };
    const answers = await Promise.all(
      [changed(0), changed(20), changed(47), 'A'.repeat(64), 'x', '', `${token}A`, token.slice(1)].map((one) =>
        accept(one),
      ),
    );
    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({ status: 404, body: answers[0]?.body });
    }
  });

  test('by a used link is 410 after a removal, and a new invitation creates a new member id', async () => {
    const { owner } = await service.organization();
    const { email, memberId } = await service.member(owner, 'USER');
    const token = await service.linkToken(email);
    await owner.call(`DELETE /v1/members/${memberId}`);
    expect(await accept(token)).toMatchObject({ status: 410, body: { error: 'invitation_used' } });
    const again = await service.member(owner, 'VIEWER', email);
    expect(again.memberId).not.toBe(memberId);
    expect((await again.call('GET /v1/me')).body.memberships).toMatchObject([{ role: 'VIEWER' }]);
  });

  test('is refused if the inviter may no longer invite, until another admin resends', async () => {
    const { owner } = await service.organization();
    const inviter = await service.member(owner, 'ADMIN');
    const { id, email } = await invite(inviter);
    const token = await service.linkToken(email);
    await owner.call(`PATCH /v1/members/${inviter.memberId}`, { body: { role: 'USER' } });
    expect(await accept(token)).toMatchObject({ status: 410, body: { error: 'inviter_removed' } });
    await owner.call(`DELETE /v1/members/${inviter.memberId}`);
    expect((await accept(token)).body.error).toBe('inviter_removed');
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    expect((await accept(await service.linkToken(email))).status).toBe(200);
  });

  test('as a member keeps the existing role and membership', async () => {
    const { owner } = await service.organization();
    const [first, second] = [newAddress('first'), newAddress('second')];
    const { email } = await invite(owner, second, 'VIEWER');
    await service.member(owner, 'OPERATOR', first);
    await (await service.person(first, { subject: first })).call('GET /v1/me');
    const moved = await service.person(second, { subject: first });
    const accepted = await accept(await service.linkToken(email), moved);
    expect(accepted.body).toMatchObject({ member: { role: 'OPERATOR' }, invitation: { status: 'ACCEPTED' } });
    expect(await total(owner)).toBe(2);
  });
});

test('a used link shows only its own address, and is refused for the address’s next owner', async () => {
  const { owner } = await service.organization();
  const [first, second] = [newAddress('first'), newAddress('second')];
  await service.member(owner, 'USER', first);
  const token = await service.linkToken(first);
  await (await service.person(first, { subject: first })).call('GET /v1/me');
  const moved = await service.person(second, { subject: first });
  await moved.call('GET /v1/me');
  expect((await accept(token)).body.member.userProfile.email).toBe(first);
  expect((await accept(token, moved)).body.member.userProfile.email).toBe(second);
  const successor = await service.person(first, { subject: 'successor' });
  expect((await accept(token, successor)).body.error).toBe('invitation_for_another_address');
});

test('a refused request doesn’t make the next one fail', async () => {
  const { owner, id } = await service.organization();
  const viewer = await service.member(owner, 'VIEWER');
  expect((await viewer.call('GET /v1/members/mem_x')).status).toBe(404);
  await service.faults([{ function: 'members/read', action: 'dynamodb:BatchGetItem', fault: 'throttle', times: 3 }]);
  expect((await viewer.call('GET /v1/members/mem_x')).status).toBe(404);
  const answers = await Promise.all(Array.from({ length: 8 }, () => owner.call(`GET /v1/organizations/${id}`)));
  for (const { status } of answers) expect(status).toBe(200);
  for (let index = 0; index < 4; index += 1) {
    const members = (await owner.call('GET /v1/members')).body.data;
    expect((await owner.call(`GET /v1/members/${members[0].id}`)).status).toBe(200);
  }
});

testWhole('a throttled table is 503 with Retry-After, not a defect', async () => {
  const { owner } = await service.organization();
  await service.faults([{ function: 'members/list', action: 'dynamodb:BatchGetItem', fault: 'throttle', times: 3 }]);
  const answer = await owner.call('GET /v1/members');
  expect(answer).toMatchObject({ status: 503, body: { error: 'busy' } });
  expect(answer.headers.get('retry-after')).toBe('1');
});

describe('the expiry of an invitation', () => {
  test('is decided by the clock, at every read and every accept', async () => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    const token = await service.linkToken(email);
    await service.clock('6d');
    expect((await read(owner, id)).status).toBe('PENDING');
    await service.clock('8d');
    expect((await read(owner, id)).status).toBe('EXPIRED');
    expect((await owner.call('GET /v1/invitations')).body.data[0].status).toBe('EXPIRED');
    expect(await accept(token)).toMatchObject({ status: 410, body: { error: 'invitation_expired' } });
    expect((await (await service.person(email)).call('GET /v1/me')).body.invitations).toEqual([]);
    expect(await owner.call(`DELETE /v1/invitations/${id}`)).toMatchObject({ status: 409 });
  });

  test.each(someOf(1, ['by the clock alone', 'on record']))('(%s) allows a new invitation', async (kind) => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    await service.clock('8d');
    if (kind === 'on record') expect((await service.sweep()).expired).toBeGreaterThan(0);
    const again = await invite(owner, email);
    expect((await read(owner, id)).status).toBe('EXPIRED');
    expect((await read(owner, again.id)).status).toBe('PENDING');
    expect((await accept(await service.linkToken(email))).status).toBe(200);
    expect(await total(owner)).toBe(2);
  });

  test.each(someOf(1, ['by the clock alone', 'on record']))('(%s) is undone by a resend', async (kind) => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    await service.clock('8d');
    if (kind === 'on record') await service.sweep();
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    expect((await read(owner, id)).status).toBe('PENDING');
    await service.clock('14d');
    expect((await accept(await service.linkToken(email))).status).toBe(200);
  });

  test('is recorded by the sweep once, and frees the seat', async () => {
    const { owner } = await service.organization();
    const { id } = await invite(owner);
    await service.clock('8d');
    await Promise.all([service.sweep(), service.sweep()]);
    const log = (await owner.call('GET /v1/audit-logs')).body.data;
    expect(log.filter((entry: { resourceId: string }) => entry.resourceId === id)).toMatchObject([
      { action: 'invitation.expire', actorType: 'system' },
      { action: 'invitation.create' },
    ]);
    const rows = (await service.items()).filter(
      ({ pk, type }) => pk === `ORG#${log[0].organizationId}` && type === 'Counters',
    );
    const sum = (field: string) => rows.reduce((all, row) => all + Number(row[field] ?? 0), 0);
    expect([sum('members'), sum('pending'), sum('seats'), sum('invitations')]).toEqual([1, 0, 1, 1]);
  });
});

describe('resending', () => {
  test('replaces the secret, and an earlier link says that a newer mail was sent', async () => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    const earlier = await service.linkToken(email);
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).body).toEqual({ message: 'Invitation resent' });
    expect(await service.mails(email)).toHaveLength(2);
    const newer = await service.linkToken(email);
    expect(newer).not.toBe(earlier);
    expect(await accept(earlier)).toMatchObject({ status: 410, body: { error: 'invitation_superseded' } });
    expect((await accept(newer)).status).toBe(200);
  });

  test.each(['ACCEPTED', 'REVOKED'])('an invitation that is %s is refused, and no mail is sent', async (state) => {
    const { owner } = await service.organization();
    const { id, email } = await invite(owner);
    if (state === 'ACCEPTED') await accept(await service.linkToken(email));
    else await owner.call(`DELETE /v1/invitations/${id}`);
    const answer = await owner.call(`POST /v1/invitations/${id}/resend`);
    expect(answer).toMatchObject({ status: 409, body: { error: 'invitation_not_resendable' } });
    expect(await service.mails(email)).toHaveLength(1);
    expect(await owner.call(`DELETE /v1/invitations/${id}`)).toMatchObject({ status: 409 });
  });
});

test('no list, log entry, item or error contains a secret', async () => {
  const { owner } = await service.organization();
  const { email, id } = await invite(owner);
  const token = await service.linkToken(email);
  await accept(token);
  const secret = Buffer.from(token, 'base64url').subarray(32);
  const answers = await Promise.all(
    ['GET /v1/invitations', `GET /v1/invitations/${id}`, 'GET /v1/audit-logs', 'GET /v1/me'].map((route) =>
      owner.call(route),
    ),
  );
  const everything = JSON.stringify([
    answers.map(({ body }) => body),
    await service.items(),
    await accept(`${token}x`),
  ]);
  for (const form of [token, secret.toString('base64url'), secret.toString('hex'), secret.toString('base64')]) {
    expect(everything).not.toContain(form);
  }
  const shown = JSON.stringify(answers.map(({ body }) => body));
  for (const field of ['secrets', 'replacedSecrets', 'seat', 'dueAt']) expect(shown).not.toContain(`"${field}"`);
});

test('without an application, pages and mails lead on to the console', async () => {
  const { owner } = await service.organization('Acme Energy');
  const invited = (email: string, sendEmail: boolean) =>
    owner.call('POST /v1/invitations', { body: { email, role: 'USER', sendEmail } });
  const handed = new URL((await invited(newAddress('jane'), false)).body.link).search;
  expect((await service.call(`GET /invitations/accept${handed}`)).body).toContain(
    `href="${service.api}/console#/organizations"`,
  );
  const email = newAddress('sam');
  await invited(email, true);
  const accepted = await service.call('POST /invitations/accept', {
    body: `token=${await service.linkToken(email)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(accepted.body).toContain(`href="${service.api}/console#/"`);
});
