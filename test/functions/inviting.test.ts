import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService();

const DAY = 24 * 60 * 60 * 1000;
const invite = (owner: Client, body: object = {}) =>
  owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER', ...body } });
const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });
const tokenOf = (link: string) => new URL(link).searchParams.get('token') as string;

describe('an inviter can request', () => {
  test('the link instead of a mail: the answer has it once, and nothing is mailed', async () => {
    const { id, owner } = await service.organization();
    const headers = { 'idempotency-key': 'link' };
    const body = { email: newAddress(), role: 'USER', sendEmail: false };
    const made = await owner.call('POST /v1/invitations', { body, headers });
    expect(made).toMatchObject({ status: 201, body: { delivery: null, sentAt: null, status: 'PENDING' } });
    expect(made.body.link).toMatch(/\/invitations\/accept\?token=[\w-]{64}$/);
    expect((await owner.call('POST /v1/invitations', { body, headers })).body.link).toBeUndefined();
    expect((await owner.call(`GET /v1/invitations/${made.body.id}`)).body.link).toBeUndefined();
    expect(JSON.stringify(await service.items())).not.toContain(tokenOf(made.body.link));
    for (const days of ['3d 12h', '6d 1h']) {
      const [whole = '', hours = '0h'] = days.split(' ');
      await service.clock(`${Number.parseInt(whole, 10) * 24 + Number.parseInt(hours, 10)}h`);
      await service.sweep();
    }
    await service.clock(0);
    expect(await service.mails(made.body.email)).toEqual([]);
    const jane = await service.person(made.body.email);
    const accepted = await jane.call('POST /v1/invitations/accept', { body: { token: tokenOf(made.body.link) } });
    expect(accepted.body.member.organizationId).toBe(id);
  });

  test('the link instead of a mail, without reading the counts of mails', async () => {
    const { owner } = await service.organization();
    const before = (await service.calls('invitations/create')).length;
    expect((await invite(owner, { sendEmail: false })).status).toBe(201);
    const keys = (await service.calls('invitations/create')).slice(before).flatMap((call) => call.keys);
    expect(keys.filter((key) => key.startsWith('LIMIT#'))).toEqual([]);
  });

  test('a mail later by a resend, and its link works without sign-in', async () => {
    const { owner } = await service.organization();
    const { body } = await invite(owner, { sendEmail: false });
    expect((await owner.call(`POST /v1/invitations/${body.id}/resend`)).status).toBe(200);
    expect((await accept(tokenOf(body.link))).body.error).toBe('invitation_superseded');
    expect((await accept(await service.linkToken(body.email))).status).toBe(200);
  });

  test.each(someOf(1, [1, 7, 30]))('a period of %i days, which a resend restarts', async (days) => {
    const { owner } = await service.organization();
    const { body } = await invite(owner, { expiresInDays: days });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(days * DAY);
    await service.clock(`${days * 24 - 1}h`);
    const later = await again(owner, body.organizationId);
    expect((await later.call(`GET /v1/invitations/${body.id}`)).body.status).toBe('PENDING');
    expect((await later.call(`POST /v1/invitations/${body.id}/resend`)).status).toBe(200);
    await service.clock(`${days * 24 + 1}h`);
    expect((await later.call(`GET /v1/invitations/${body.id}`)).body.status).toBe('PENDING');
    await service.clock(`${2 * days * 24}h`);
    const latest = await again(owner, body.organizationId);
    expect((await latest.call(`GET /v1/invitations/${body.id}`)).body.status).toBe('EXPIRED');
    await service.clock(0);
  });

  test.each([
    [{ expiresInDays: 0 }, 'expiresInDays'],
    [{ expiresInDays: 31 }, 'expiresInDays'],
    [{ expiresInDays: 1.5 }, 'expiresInDays'],
    [{ expiresInDays: '7' }, 'expiresInDays'],
    [{ message: 'x'.repeat(501) }, 'message'],
    [{ message: 'bell \u0007' }, 'message'],
    [{ message: 'half \ud800' }, 'message'],
    [{ language: 'fr' }, 'language'],
    [{ language: 'DE' }, 'language'],
    [{ teams: ['team_x'] }, 'teams.0'],
    [{ teams: 'team_x' }, 'teams'],
    [{ sendEmail: 'no' }, 'sendEmail'],
  ])('no invalid option: %j is refused', async (body, field) => {
    const { owner } = await service.organization();
    const answer = await invite(owner, body);
    expect(answer).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
    expect(Object.keys(answer.body.details)).toEqual([field]);
  });

  test('a message, which the mail shows as text', async () => {
    const { owner } = await service.organization();
    const message = 'See you on Monday!\n<b>Bold</b> & https://evil.example/x';
    const { body } = await invite(owner, { message });
    expect(body.message).toBe(message);
    const [mail] = await service.mails(body.email);
    expect(mail?.text).toContain('> See you on Monday!');
    expect(mail?.html).toContain('&lt;b&gt;Bold&lt;/b&gt; &amp;');
    expect(mail?.html).not.toMatch(/href="[^"]*evil/);
  });

  test('a language; the default is the organization’s, which is its creator’s until it is set', async () => {
    const person = await service.person(newAddress());
    const headers = { 'accept-language': 'de-CH,de;q=0.9,en;q=0.5' };
    const { body } = await person.call('POST /v1/organizations', { body: { name: 'Köln' }, headers });
    const owner = person.in(body.id);
    expect(body.language).toBe('de');
    const subjectOf = async (more: object) => {
      const { email } = (await invite(owner, more)).body;
      return (await service.mails(email))[0]?.subject;
    };
    expect(await subjectOf({})).toMatch(/eingeladen$/);
    expect(await subjectOf({ language: 'en' })).toMatch(/invited you to join/);
    const updated = await owner.call(`PATCH /v1/organizations/${body.id}`, { body: { language: 'en' } });
    expect(updated.body).toMatchObject({ name: 'Köln', language: 'en' });
    expect(await subjectOf({})).toMatch(/invited you to join/);
    expect(await subjectOf({ language: 'de' })).toMatch(/eingeladen$/);
  });
});

const again = async (owner: Client, organizationId: string) => (await service.person(owner.email)).in(organizationId);

describe('lists of invitations', () => {
  test('filter by status, delivery and address, with a cursor and without a total', async () => {
    const { owner } = await service.organization();
    const made = [];
    for (let index = 0; index < 5; index += 1) made.push((await invite(owner)).body);
    const link = (await invite(owner, { sendEmail: false })).body;
    const [revoked, declined, accepted, expiring] = made;
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    await service.call('POST /v1/invitations/decline', { body: { token: await service.linkToken(declined.email) } });
    await accept(await service.linkToken(accepted.email));
    const ids = async (query: string) => {
      const { body } = await owner.call(`GET /v1/invitations?${query}`);
      expect(body.meta.total).toBeUndefined();
      return body.data.map(({ id }: { id: string }) => id);
    };
    expect(await ids('status=REVOKED')).toEqual([revoked.id]);
    expect(await ids('status=DECLINED')).toEqual([declined.id]);
    expect(await ids('status=ACCEPTED')).toEqual([accepted.id]);
    expect(await ids('status=PENDING')).toEqual([link.id, made[4].id, expiring.id]);
    expect(await ids('status=EXPIRED')).toEqual([]);
    expect(await ids('delivery=SENT&status=PENDING')).toEqual([made[4].id, expiring.id]);
    expect(await ids('delivery=QUEUED')).toEqual([]);
    expect(await ids(`email=${revoked.email.toUpperCase()}`)).toEqual([revoked.id]);
    const second = (await invite(owner, { email: revoked.email })).body;
    expect(await ids(`email=${revoked.email}`)).toEqual([second.id, revoked.id]);
    expect(await ids(`email=${revoked.email}&status=PENDING`)).toEqual([second.id]);
    expect(await ids(`email=${newAddress()}`)).toEqual([]);

    const first = (await owner.call('GET /v1/invitations?status=PENDING&perPage=2')).body;
    const rest = (await owner.call(`GET /v1/invitations?status=PENDING&perPage=2&cursor=${first.meta.nextCursor}`))
      .body;
    expect([...first.data, ...rest.data].map(({ id }: { id: string }) => id)).toEqual([
      second.id,
      link.id,
      made[4].id,
      expiring.id,
    ]);
    expect(rest.meta.nextCursor).toBeNull();
    const foreign = await owner.call(`GET /v1/invitations?status=REVOKED&cursor=${first.meta.nextCursor}`);
    expect(foreign.body.error).toBe('invalid_cursor');
    await service.clock('8d');
    const later = await again(owner, revoked.organizationId);
    expect((await later.call('GET /v1/invitations?status=EXPIRED&perPage=100')).body.data).toHaveLength(4);
    await service.clock(0);
  });

  test.each(['status=pending', 'delivery=LOST', 'email=x', 'page=2&status=PENDING'])('refuse %s', async (query) => {
    const { owner } = await service.organization();
    expect((await owner.call(`GET /v1/invitations?${query}`)).body.error).toBe('validation_failed');
  });
});

describe('a placeholder', () => {
  test('that is not claimed ends after 30 days, and its address can be invited again', async () => {
    const { id, owner } = await service.organization();
    const member = await service.member(owner, 'USER');
    await service.clock('29d');
    expect(await service.sweep()).toMatchObject({ ended: 0 });
    expect((await (await again(owner, id)).call(`GET /v1/members/${member.memberId}`)).body.claimed).toBe(false);
    await service.clock(`${30 * 24 + 1}h`);
    expect(await service.sweep()).toMatchObject({ failed: 0 });
    const later = await again(owner, id);
    expect((await later.call(`GET /v1/members/${member.memberId}`)).body.error).toBe('member_not_found');
    expect((await later.call('GET /v1/members')).body.meta.total).toBe(1);
    const [entry] = (await later.call('GET /v1/audit-logs?action=member.expire')).body.data;
    expect(entry).toMatchObject({ resourceId: member.memberId, actorType: 'system' });
    expect(
      JSON.stringify((await service.items()).filter(({ type }) => type !== 'Invitation' && type !== 'Invited')),
    ).not.toContain(member.email);
    expect((await invite(later, { email: member.email })).status).toBe(201);
    await service.clock(0);
  });

  test('that is claimed in time stays', async () => {
    const { id, owner } = await service.organization();
    const member = await service.member(owner, 'USER');
    expect((await member.call('GET /v1/me')).status).toBe(200);
    await service.clock('31d');
    await service.sweep();
    expect((await (await again(owner, id)).call(`GET /v1/members/${member.memberId}`)).body.claimed).toBe(true);
    await service.clock(0);
  });

  test('lasts 30 more days when it accepts another invitation', async () => {
    const [one, two] = [await service.organization(), await service.organization()];
    const { email } = await service.member(one.owner, 'USER');
    await service.clock('20d');
    const other = await again(two.owner, two.id);
    expect((await invite(other, { email })).status).toBe(201);
    expect((await accept(await service.linkToken(email))).status).toBe(200);
    await service.clock('40d');
    expect(await service.sweep()).toMatchObject({ ended: 0 });
    expect((await (await again(one.owner, one.id)).call('GET /v1/members')).body.meta.total).toBe(2);
    await service.clock('51d');
    expect(await service.sweep()).toMatchObject({ ended: 1, failed: 0 });
    for (const { owner, id } of [one, two]) {
      expect((await (await again(owner, id)).call('GET /v1/members')).body.meta.total).toBe(1);
    }
    await service.clock(0);
  });

  test('that is claimed while it ends either stays or is replaced by a new person, and the table is consistent', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, owner } = await service.organization();
      const { email } = await service.member(owner, 'USER');
      await service.clock(`${30 * 24 + 1}h`);
      const person = await service.person(email);
      const [swept, me] = await Promise.all([service.sweep(), person.call('GET /v1/me')]);
      expect([swept, me.status]).toMatchObject([{ failed: 0 }, 200]);
      const total = (await (await again(owner, id)).call('GET /v1/members')).body.meta.total;
      expect((await person.call('GET /v1/me')).body.memberships).toHaveLength(total - 1);
      await service.clock(0);
    }
  });
});
