import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

const ACCEPT = 'POST /v1/invitations/accept';
const DECLINE = 'POST /v1/invitations/decline';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Invites a person without a mail. The link is returned to the inviter. */
async function inviteByLink(owner: Client, email = newAddress(), role = 'ADMIN') {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role, sendEmail: false } });
  expect(status).toBe(201);
  return { ...body, email, token: new URL(body.link).searchParams.get('token') as string };
}

const members = async (owner: Client) => (await owner.call('GET /v1/members')).body.data;
const entries = async (owner: Client) => (await owner.call('GET /v1/audit-logs?perPage=100')).body.data;

describe('a link that was returned to the inviter', () => {
  test.each([ACCEPT, DECLINE])(
    'doesn’t accept or decline alone: %s without a credential is refused, and nothing changes',
    async (route) => {
      const { owner } = await service.organization();
      const jane = await service.person(newAddress('jane'), { name: 'Jane Doe' });
      const me = (await jane.call('GET /v1/me')).body;
      const { id, token } = await inviteByLink(owner, jane.email);
      const refused = await service.call(route, { body: { token } });
      expect(refused).toMatchObject({ status: 401, body: { error: 'sign_in_required' } });
      expect((await owner.call(`GET /v1/invitations/${id}`)).body.status).toBe('PENDING');
      expect(await members(owner)).toHaveLength(1);
      expect(JSON.stringify([refused.body, await entries(owner)])).not.toMatch(
        new RegExp(`${me.id}|Jane|${jane.email}`),
      );
      // Her clients that name no organization still work: she is a member of none, and the invitation is pending.
      expect((await jane.call('GET /v1/me')).body).toMatchObject({ memberships: [], invitations: [{ id }] });
    },
  );

  test.each(['/invitations/accept', '/invitations/decline'])(
    'opens a page without a button, and POST %s is refused',
    async (path) => {
      const { owner } = await service.organization();
      const { id, email, token } = await inviteByLink(owner);
      const page = await service.call(`GET /invitations/accept?token=${token}`);
      expect(page.status).toBe(200);
      expect(page.body).not.toContain('<form');
      expect(page.body).toContain(email);
      const posted = await service.call(`POST ${path}`, { body: `token=${token}`, headers: FORM });
      expect(posted.status).toBe(401);
      expect((await owner.call(`GET /v1/invitations/${id}`)).body.status).toBe('PENDING');
    },
  );

  test('is accepted by the invited person with sign-in, also repeatedly', async () => {
    const { owner } = await service.organization();
    const { token, email } = await inviteByLink(owner);
    const jane = await service.person(email);
    for (let times = 0; times < 2; times += 1) {
      expect(await jane.call(ACCEPT, { body: { token } })).toMatchObject({
        status: 200,
        body: { member: { role: 'ADMIN' } },
      });
    }
    expect(await members(owner)).toHaveLength(2);
    // Others learn nothing from the link afterwards.
    expect((await service.call(ACCEPT, { body: { token } })).body.error).toBe('invitation_used');
    expect((await service.call(`GET /invitations/accept?token=${token}`)).status).toBe(410);
  });

  test('is declined by the invited person with sign-in, and the organization learns nothing about them', async () => {
    const { owner } = await service.organization();
    const { id, token, email } = await inviteByLink(owner);
    const jane = await service.person(email, { name: 'Jane Doe' });
    const me = (await jane.call('GET /v1/me')).body;
    expect(await jane.call(DECLINE, { body: { token } })).toMatchObject({ status: 200 });
    const [entry] = await entries(owner);
    expect(entry).toMatchObject({ action: 'invitation.decline', actorType: 'link', actorId: id, sourceAddress: null });
    expect(JSON.stringify(await entries(owner))).not.toMatch(new RegExp(`${me.id}|Jane`));
  });

  test.each([ACCEPT, DECLINE])('is refused for other accounts and unverified addresses by %s', async (route) => {
    const { owner } = await service.organization();
    const { id, token, email } = await inviteByLink(owner);
    const other = await service.person(newAddress());
    expect((await other.call(route, { body: { token } })).body.error).toBe('invitation_for_another_address');
    const unverified = await service.person(email, { unverified: true });
    expect((await unverified.call(route, { body: { token } })).body.error).toBe('email_not_verified');
    expect((await owner.call(route, { body: { token } })).body.error).toBe('invitation_for_another_address');
    expect((await owner.call(`GET /v1/invitations/${id}`)).body.status).toBe('PENDING');
  });

  test('still requires sign-in after a mail was sent', async () => {
    const { owner } = await service.organization();
    for (const who of ['by the mail', 'by the link']) {
      const { id, token, email } = await inviteByLink(owner);
      expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
      // The mailed link works without sign-in, so requests without sign-in are referred to it.
      expect((await service.call(ACCEPT, { body: { token } })).body.error).toBe('invitation_superseded');
      expect((await service.call(DECLINE, { body: { token } })).body.error).toBe('invitation_superseded');
      expect((await service.call(`GET /invitations/accept?token=${token}`)).status).toBe(410);
      expect((await owner.call(`GET /v1/invitations/${id}`)).body.status).toBe('PENDING');
      const accepted =
        who === 'by the mail'
          ? await service.call(ACCEPT, { body: { token: await service.linkToken(email) } })
          : await (await service.person(email)).call(ACCEPT, { body: { token } });
      expect(accepted.status).toBe(200);
    }
  });

  test('creates no membership without sign-in, also in many parallel requests', async () => {
    const { owner } = await service.organization();
    const { token } = await inviteByLink(owner);
    const tries = Array.from({ length: 20 }, (_, n) => service.call(n % 2 ? ACCEPT : DECLINE, { body: { token } }));
    const answers = await Promise.all(tries);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await members(owner)).toHaveLength(1);
  });

  test('doesn’t add an organization to a person who is a member of one', async () => {
    const { owner: stranger } = await service.organization();
    const { id, owner } = await service.organization();
    const { token } = await inviteByLink(stranger, owner.email);
    await service.call(ACCEPT, { body: { token } });
    const without = await service.person(owner.email);
    expect((await without.call('GET /v1/members')).body.data[0].organizationId).toBe(id);
  });
});

describe('the audit log of an organization', () => {
  test('has no source address when a person changes their profile or takes over an address', async () => {
    const { owner } = await service.organization();
    const jane = await service.member(owner, 'USER');
    expect((await jane.call('PATCH /v1/me', { body: { firstName: 'Jane' } })).status).toBe(200);
    const recorded = (await entries(owner)).filter(({ action }: { action: string }) =>
      /^member\.(update|claim)$/.test(action),
    );
    expect(recorded.map(({ sourceAddress }: { sourceAddress: unknown }) => sourceAddress)).toEqual([null, null]);
  });

  test('has neither user id nor source address of a person who stops reminders, declines or is erased before accepting', async () => {
    const { owner } = await service.organization();
    const jane = await service.person(newAddress('jane'), { name: 'Jane Doe' });
    const me = (await jane.call('GET /v1/me')).body;
    await owner.call('POST /v1/invitations', { body: { email: jane.email, role: 'USER' } });
    await service.call(`POST /invitations/stop-reminders?token=${await service.linkToken(jane.email, 'stop')}`);
    await jane.call(DECLINE, { body: { token: await service.linkToken(jane.email) } });
    await owner.call('POST /v1/invitations', { body: { email: jane.email, role: 'USER' } });
    expect((await jane.call('DELETE /v1/me')).status).toBe(204);
    const recorded = (await entries(owner)).filter(({ actorType }: { actorType: string }) => actorType !== 'user');
    expect(recorded.map(({ action }: { action: string }) => action).sort()).toEqual([
      ...['invitation.decline', 'invitation.erase', 'invitation.erase', 'invitation.stop-reminders'],
    ]);
    for (const entry of recorded) expect(entry).toMatchObject({ actorType: 'link', sourceAddress: null });
    expect(JSON.stringify(await entries(owner))).not.toContain(me.id);
  });

  test('has the source address of a person who accepts', async () => {
    const { owner } = await service.organization();
    await service.member(owner, 'USER');
    const [accepted] = await entries(owner);
    expect(accepted).toMatchObject({ action: 'invitation.accept', sourceAddress: '127.0.0.1' });
  });
});

describe('the result of accepting', () => {
  test('names joined and skipped teams in the answer, the invitation and the log', async () => {
    const { owner } = await service.organization();
    const team = async (name: string) =>
      (await owner.call('POST /v1/teams', { body: { name, isPrivate: false } })).body.id;
    const [kept, gone] = [await team('Kept'), await team('Gone')];
    const email = newAddress();
    const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER', teams: [kept, gone] } });
    expect(invited.body).toMatchObject({ teams: [kept, gone], joinedTeams: null, skippedTeams: null });
    await owner.call(`DELETE /v1/teams/${gone}`);
    const { body } = await service.call(ACCEPT, { body: { token: await service.linkToken(email) } });
    const outcome = { joinedTeams: [kept], skippedTeams: [gone] };
    expect(body.invitation).toMatchObject(outcome);
    expect((await owner.call(`GET /v1/invitations/${invited.body.id}`)).body).toMatchObject(outcome);
    const [entry] = await entries(owner);
    expect(entry).toMatchObject({
      action: 'invitation.accept',
      metadata: { after: { role: 'USER', teams: [kept], skippedTeams: [gone] } },
    });
  });

  test('has the existing role, and no teams, for a person who is a member already', async () => {
    const { owner } = await service.organization();
    const team = (await owner.call('POST /v1/teams', { body: { name: 'Crew', isPrivate: false } })).body.id;
    const [first, second] = [newAddress(), newAddress()];
    const jane = await service.member(owner, 'VIEWER', first);
    await jane.call('GET /v1/me');
    await owner.call('POST /v1/invitations', { body: { email: second, role: 'ADMIN', teams: [team] } });
    const token = await service.linkToken(second);
    // Her address at the issuer changes to the other invited one.
    const { sub } = JSON.parse(Buffer.from(jane.token.split('.')[1] as string, 'base64url').toString());
    const moved = await service.person(second, { subject: sub });
    const { status, body } = await moved.call(ACCEPT, { body: { token } });
    expect({ status, role: body.member?.role }).toEqual({ status: 200, role: 'VIEWER' });
    expect(body.invitation).toMatchObject({ role: 'ADMIN', joinedTeams: [], skippedTeams: [team] });
    const accepted = (await entries(owner)).find(
      ({ action, resourceId }: { action: string; resourceId: string }) =>
        action === 'invitation.accept' && resourceId === body.invitation.id,
    );
    expect(accepted.metadata.after).toMatchObject({ role: 'VIEWER', skippedTeams: [team] });
    expect(accepted.metadata.after.teams).toBeUndefined();
  });

  test('has the existing role on the page of the mailed link too', async () => {
    const { owner } = await service.organization();
    const second = newAddress();
    const jane = await service.member(owner, 'VIEWER');
    await jane.call('GET /v1/me');
    await owner.call('POST /v1/invitations', { body: { email: second, role: 'ADMIN' } });
    const token = await service.linkToken(second);
    const { sub } = JSON.parse(Buffer.from(jane.token.split('.')[1] as string, 'base64url').toString());
    await (await service.person(second, { subject: sub })).call('GET /v1/me');
    const page = await service.call('POST /invitations/accept', { body: `token=${token}`, headers: FORM });
    expect(page.status).toBe(200);
    const [entry] = await entries(owner);
    expect(entry).toMatchObject({ action: 'invitation.accept', metadata: { after: { role: 'VIEWER' } } });
    expect((await members(owner)).map(({ role }: { role: string }) => role)).toEqual(['ADMIN', 'VIEWER']);
  });
});
