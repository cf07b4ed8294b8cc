import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();
const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });

afterEach(() => service.clock(0));

describe('an organization', () => {
  test('is visible to its members and renamed by its admins, and later mails have the new name', async () => {
    const { id, owner } = await service.organization('Before');
    const viewer = await service.member(owner, 'VIEWER');
    expect((await viewer.call(`GET /v1/organizations/${id}`)).body).toMatchObject({ id, name: 'Before' });
    expect((await viewer.call(`PATCH /v1/organizations/${id}`, { body: { name: 'x' } })).status).toBe(403);
    const renamed = await owner.call(`PATCH /v1/organizations/${id}`, { body: { name: ' After ' } });
    expect(renamed).toMatchObject({ status: 200, body: { id, name: 'After' } });
    const email = newAddress();
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    expect((await service.mails(email))[0]?.subject).toContain('After');
  });

  test('that was deleted is not found by its members, links or tokens, and all its items are deleted', async () => {
    const { id, owner } = await service.organization('Doomed');
    const member = await service.member(owner, 'ADMIN');
    const pending = newAddress();
    await owner.call('POST /v1/invitations', { body: { email: pending, role: 'USER' } });
    const { token } = (await member.call('POST /v1/access-tokens', { body: { name: 'Deploy' } })).body;
    expect((await owner.call(`DELETE /v1/organizations/${id}`)).status).toBe(204);

    for (const client of [owner, member]) {
      expect((await client.call('GET /v1/members')).body.error).toBe('organization_not_found');
      expect((await client.call(`GET /v1/organizations/${id}`)).status).toBe(404);
      expect((await client.call('GET /v1/me')).body.memberships).toEqual([]);
      expect((await client.call('GET /v1/organizations')).body).toMatchObject({ data: [], meta: { total: 0 } });
    }
    const byToken = { headers: { authorization: `Bearer ${token}` } };
    expect((await service.call('GET /v1/members', byToken)).status).toBe(404);
    expect((await accept(await service.linkToken(pending))).body.error).toBe('invitation_not_found');
    expect((await (await service.person(pending)).call('GET /v1/me')).body.invitations).toEqual([]);

    await service.clock('5m');
    await service.sweep();
    await service.clock('10m');
    await service.sweep();
    const left = (await service.items()).filter((item) => JSON.stringify(item).includes(id));
    expect(left.map(({ type }) => type)).toEqual(left.map(() => 'AuditEntry'));
    const people = (await service.items()).filter(({ type, email }) => type === 'User' && email !== pending);
    const emails: unknown[] = [owner.email, member.email];
    expect(people.filter(({ email }) => emails.includes(email)).map(({ organizations }) => organizations)).toEqual([
      0, 0,
    ]);
  });

  testWhole('with more items than a batch of the sweep is deleted completely', async () => {
    const { id, owner } = await service.organization();
    for (let index = 0; index < 30; index += 1) {
      await owner.call('POST /v1/invitations', { body: { email: newAddress('many'), role: 'USER' } });
    }
    await owner.call(`DELETE /v1/organizations/${id}`);
    await service.clock('5m');
    await service.sweep();
    const left = (await service.items()).filter((item) => JSON.stringify(item).includes(id));
    expect(left.filter(({ type }) => type !== 'AuditEntry')).toEqual([]);
  });
});

describe('the owner', () => {
  const roleOf = async (client: Client, memberId: string) => {
    const { role, owner } = (await client.call(`GET /v1/members/${memberId}`)).body;
    return { role, owner };
  };

  test('can’t be demoted, removed or erased, and can’t leave', async () => {
    const { owner, memberId } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    for (const client of [owner, admin]) {
      const demoted = await client.call(`PATCH /v1/members/${memberId}`, { body: { role: 'USER' } });
      expect(demoted).toMatchObject({ status: 409, body: { error: 'owner_must_transfer' } });
      expect((await client.call(`DELETE /v1/members/${memberId}`)).body.error).toBe('owner_must_transfer');
    }
    expect((await owner.call('DELETE /v1/me')).body.error).toBe('owner_must_transfer');
    expect(await roleOf(admin, memberId)).toEqual({ role: 'ADMIN', owner: true });
  });

  test('is the only one who can offer the organization; accepting makes an ADMIN, and the earlier owner stays ADMIN and may leave', async () => {
    const { id, owner, memberId } = await service.organization();
    const [admin, heir] = [await service.member(owner, 'ADMIN'), await service.member(owner, 'VIEWER')];
    const transfer = (client: Client, memberId: string) =>
      client.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
    expect((await transfer(admin, heir.memberId)).body.error).toBe('forbidden');
    expect((await transfer(owner, heir.memberId)).body.error).toBe('member_not_claimed');
    await heir.call('GET /v1/me');
    const foreign = await service.organization();
    expect((await transfer(owner, foreign.memberId)).body.error).toBe('member_not_found');
    expect((await transfer(owner, memberId)).body.error).toBe('already_owner');
    expect(await transfer(owner, heir.memberId)).toMatchObject({
      status: 202,
      body: { organizationId: id, memberId: heir.memberId, offeredBy: memberId },
    });
    expect(await roleOf(admin, memberId)).toEqual({ role: 'ADMIN', owner: true });
    expect(await heir.call(`POST /v1/organizations/${id}/transfer-ownership/accept`)).toMatchObject({
      status: 200,
      body: { id: heir.memberId, owner: true },
    });
    const [entry] = (await admin.call('GET /v1/audit-logs')).body.data;
    expect(entry).toMatchObject({
      action: 'organization.transfer',
      actorId: (await heir.call('GET /v1/me')).body.id,
      metadata: { before: { ownerId: memberId, role: 'VIEWER' }, after: { ownerId: heir.memberId, role: 'ADMIN' } },
    });
    expect(await roleOf(admin, heir.memberId)).toEqual({ role: 'ADMIN', owner: true });
    expect(await roleOf(admin, memberId)).toEqual({ role: 'ADMIN', owner: false });
    expect((await transfer(owner, memberId)).body.error).toBe('forbidden');
    expect((await owner.call(`DELETE /v1/members/${memberId}`)).status).toBe(204);
    expect((await owner.call('GET /v1/members')).status).toBe(404);
  });
});

test('every member but the owner may leave', async () => {
  const { owner } = await service.organization();
  const viewer = await service.member(owner, 'VIEWER');
  const other = await service.member(owner, 'VIEWER');
  expect((await viewer.call(`DELETE /v1/members/${other.memberId}`)).status).toBe(403);
  expect((await viewer.call(`DELETE /v1/members/${viewer.memberId}`)).status).toBe(204);
  expect((await viewer.call('GET /v1/members')).status).toBe(404);
  const [entry] = (await owner.call('GET /v1/audit-logs')).body.data;
  expect(entry).toMatchObject({ action: 'member.leave', resourceId: viewer.memberId, actorType: 'user' });
});
