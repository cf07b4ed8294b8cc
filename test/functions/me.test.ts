import { describe, expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

const service = useService();

describe('a profile', () => {
  test('changes in every organization, and no later sign-in overwrites it', async () => {
    const [one, two] = [await service.organization(), await service.organization()];
    const email = newAddress();
    const first = await service.member(one.owner, 'USER', email);
    const second = await service.member(two.owner, 'USER', email);
    const person = await service.person(email);
    const changed = await person.call('PATCH /v1/me', {
      body: { firstName: ' Jane ', lastName: 'Doe', username: 'jane.d' },
    });
    expect(changed.body).toMatchObject({ email, firstName: 'Jane', lastName: 'Doe', username: 'jane.d' });
    for (const [{ owner }, { memberId }] of [
      [one, first],
      [two, second],
    ] as const) {
      const { userProfile } = (await owner.call(`GET /v1/members/${memberId}`)).body;
      expect(userProfile).toMatchObject({ firstName: 'Jane', lastName: 'Doe', email });
    }
    const renamed = await service.person(email, { name: 'Somebody Else' });
    expect((await renamed.call('GET /v1/me')).body).toMatchObject({ firstName: 'Jane', username: 'jane.d' });
    expect((await renamed.call('PATCH /v1/me', { body: { lastName: '' } })).body).toMatchObject({
      firstName: 'Jane',
      lastName: '',
    });
    expect((await renamed.call('PATCH /v1/me', { body: { username: 'no spaces' } })).status).toBe(400);
  });
});

describe('an erased person', () => {
  test('has no memberships, tokens, names or addresses in the table, and audit entries stay', async () => {
    const { owner } = await service.organization();
    const other = await service.organization();
    const email = newAddress('erase-me');
    const member = await service.member(owner, 'ADMIN', email);
    const person = (await service.person(email, { name: 'Vanishing Viola' })).in(
      member.email && (await owner.call('GET /v1/members')).body.data[0].organizationId,
    );
    await person.call('PATCH /v1/me', { body: { username: 'viola.v' } });
    const { token } = (await person.call('POST /v1/access-tokens', { body: { name: 'Deploy' } })).body;
    const pending = await other.owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const link = await service.linkToken(email);
    const log = (await owner.call('GET /v1/audit-logs')).body.data.length;

    expect((await person.call('DELETE /v1/me')).status).toBe(204);
    const everything = JSON.stringify(await service.items());
    for (const trace of [email, 'Vanishing', 'Viola', 'viola.v', token.slice(-43)])
      expect(everything).not.toContain(trace);
    expect((await service.call('GET /v1/members', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await owner.call('GET /v1/members')).body.meta.total).toBe(1);
    expect((await owner.call('GET /v1/audit-logs')).body.data.length).toBeGreaterThan(log);
    expect((await other.owner.call(`GET /v1/invitations/${pending.body.id}`)).body.status).toBe('DECLINED');
    expect((await service.call('POST /v1/invitations/accept', { body: { token: link } })).status).toBe(410);

    const newcomer = await service.person(email, { name: 'Second Life' });
    expect((await newcomer.call('GET /v1/me')).body).toMatchObject({
      firstName: 'Second',
      memberships: [],
      invitations: [],
    });
    expect((await other.owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).status).toBe(201);
  });
});

describe('declining', () => {
  const decline = (token: string) => service.call('POST /v1/invitations/decline', { body: { token } });

  test('by the link ends the invitation, and the address can be invited again', async () => {
    const { owner } = await service.organization();
    const email = newAddress();
    const { id } = (await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).body;
    const token = await service.linkToken(email);
    const declined = await decline(token);
    expect(declined).toMatchObject({ status: 200, body: { invitation: { id, status: 'DECLINED' } } });
    expect(await decline(token)).toMatchObject({ status: 410, body: { error: 'invitation_declined' } });
    const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
    expect(accepted).toMatchObject({ status: 410, body: { error: 'invitation_declined' } });
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).body.error).toBe('invitation_not_resendable');
    expect((await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).status).toBe(201);
    expect(await decline('A'.repeat(64))).toMatchObject({ status: 404, body: { error: 'invitation_not_found' } });
  });

  test('by an invalid link gives the same error as accepting by it', async () => {
    const { owner } = await service.organization();
    const invite = async () => {
      const email = newAddress();
      const { id } = (await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).body;
      return { id, token: await service.linkToken(email) };
    };
    const [revoked, resent, used, expired] = [await invite(), await invite(), await invite(), await invite()];
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    await owner.call(`POST /v1/invitations/${resent.id}/resend`);
    await service.call('POST /v1/invitations/accept', { body: { token: used.token } });
    const codeOf = async ({ token }: { token: string }) => {
      const { status, body } = await decline(token);
      return [status, body.error];
    };
    expect(await codeOf(revoked)).toEqual([410, 'invitation_revoked']);
    expect(await codeOf(resent)).toEqual([410, 'invitation_superseded']);
    expect(await codeOf(used)).toEqual([410, 'invitation_used']);
    await service.clock('8d');
    expect(await codeOf(expired)).toEqual([410, 'invitation_expired']);
    await service.clock(0);
  });

  test('with another account is 403, and the invitation stays pending', async () => {
    const { owner } = await service.organization();
    const email = newAddress();
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const token = await service.linkToken(email);
    const other = await service.person(newAddress());
    const answer = await other.call('POST /v1/invitations/decline', { body: { token } });
    expect(answer).toMatchObject({ status: 403, body: { error: 'invitation_for_another_address' } });
    expect((await (await service.person(email)).call('POST /v1/invitations/decline', { body: { token } })).status).toBe(
      200,
    );
  });
});

test('an erased person who returns is a new person, also for warm functions that cached the old one', async () => {
  const { owner } = await service.organization();
  const email = newAddress();
  const join = async () => {
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const person = await service.person(email);
    const token = await service.linkToken(email);
    expect((await person.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
    return person;
  };
  const person = await join();
  const lists = () =>
    Promise.all(
      ['GET /v1/access-tokens', 'GET /v1/organizations', 'GET /v1/members'].map((route) => person.call(route)),
    );
  for (const { status } of await lists()) expect(status).toBe(200);
  expect((await person.call('DELETE /v1/me')).status).toBe(204);
  expect((await person.call('GET /v1/organizations')).body.data).toEqual([]);
  await join();
  const [tokens, organizations, members] = await lists();
  expect([tokens?.status, organizations?.body.meta.total, members?.body.meta.total]).toEqual([200, 1, 2]);
  // Also for the function that erased them: it acts for the new person.
  const { id } = (await person.call('GET /v1/me')).body;
  for (let again = 0; again < 4; again += 1) expect((await person.call('DELETE /v1/me')).status).toBe(204);
  const log = (await owner.call('GET /v1/audit-logs')).body.data as { action: string; actorId: string }[];
  // Both entries have the same millisecond, so their order varies.
  const [erased, left] = ['invitation.erase', 'member.leave'].map((name) => log.find(({ action }) => action === name));
  // The entry of the invitation hides the person. The entry of the former member names them.
  expect(erased?.actorId).toMatch(/^inv_/);
  expect(left?.actorId).toBe(id);
});

test('a deleted organization is ignored when a request names none', async () => {
  const person = await service.person(newAddress());
  const [one, other] = [
    (await person.call('POST /v1/organizations', { body: { name: 'One' } })).body,
    (await person.call('POST /v1/organizations', { body: { name: 'Other' } })).body,
  ];
  expect((await person.call('GET /v1/members')).body.error).toBe('organization_required');
  await person.in(one.id).call(`DELETE /v1/organizations/${one.id}`);
  expect((await person.call('GET /v1/members')).body.data[0].organizationId).toBe(other.id);
  await person.in(other.id).call(`DELETE /v1/organizations/${other.id}`);
  expect((await person.call('GET /v1/members')).body.error).toBe('no_organization');
});
