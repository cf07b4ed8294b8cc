import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

const service = useService();

test('an admin invites a person by e-mail, who accepts and becomes a member', async () => {
  const admin = await service.person(newAddress('ada'), { name: 'Ada Lovelace' });
  const created = await admin.call('POST /v1/organizations', { body: { name: 'Acme Energy' } });
  expect(created.status).toBe(201);

  const email = newAddress('jane');
  const invited = await admin.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(invited.status).toBe(201);
  expect(invited.body).toMatchObject({ email, status: 'PENDING', organizationName: 'Acme Energy' });
  expect(invited.body.delivery).toMatchObject({ state: 'SENT', attempts: 1 });

  const [mail, ...others] = await service.mails(email);
  expect(others).toEqual([]);
  expect(mail?.subject).toContain('Acme Energy');
  const [link] = /https?:\/\/\S+/.exec(mail?.text ?? '') ?? [];
  expect(link).toMatch(new RegExp(`^${service.api}/.*[?]token=[A-Za-z0-9_-]{64}$`));
  const token = new URL(link as string).searchParams.get('token');

  const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
  expect(accepted.status).toBe(200);
  expect(accepted.body.invitation).toMatchObject({ id: invited.body.id, status: 'ACCEPTED' });
  expect(accepted.body.member).toMatchObject({ role: 'USER', claimed: false, userProfile: { email } });

  const jane = await service.person(email, { name: 'Jane Doe' });
  const members = await jane.call('GET /v1/members');
  expect(members.status).toBe(200);
  expect(members.body.meta.total).toBe(2);
  expect(members.body.data.map((member: { userProfile: unknown }) => member.userProfile)).toMatchObject([
    { firstName: 'Ada', lastName: 'Lovelace' },
    { firstName: 'Jane', lastName: 'Doe', email },
  ]);
  expect(members.body.data[1]).toMatchObject({ id: accepted.body.member.id, claimed: true });

  const actions = (await admin.call('GET /v1/audit-logs')).body.data.map((entry: { action: string }) => entry.action);
  expect(actions).toEqual(['member.claim', 'invitation.accept', 'invitation.create', 'organization.create']);
});
