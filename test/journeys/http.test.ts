import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

const service = useService();

test('an admin invites a person by e-mail, who accepts and becomes a member', async () => {
  const { muster: admin } = await service.person(newAddress('ada'), { name: 'Ada Lovelace' });
  await admin.organizations.create({ name: 'Acme Energy' });

  const email = newAddress('jane');
  const invited = await admin.invitations.create({ email, role: 'USER' });
  expect(invited).toMatchObject({ email, status: 'PENDING', organizationName: 'Acme Energy' });
  expect(invited.delivery).toMatchObject({ state: 'SENT', attempts: 1 });

  const [mail, ...others] = await service.mails(email);
  expect(others).toEqual([]);
  expect(mail?.subject).toContain('Acme Energy');
  const [link] = /https?:\/\/\S+/.exec(mail?.text ?? '') ?? [];
  expect(link).toMatch(new RegExp(`^${service.api}/.*[?]token=[A-Za-z0-9_-]{64}$`));
  const token = new URL(link as string).searchParams.get('token') as string;

  const accepted = await service.muster.invitations.accept({ token });
  expect(accepted.invitation).toMatchObject({ id: invited.id, status: 'ACCEPTED' });
  expect(accepted.member).toMatchObject({ role: 'USER', claimed: false, userProfile: { email } });

  const { muster: jane } = await service.person(email, { name: 'Jane Doe' });
  const { data: members, meta } = await jane.members.list();
  expect(meta.total).toBe(2);
  expect(members.map(({ userProfile }) => userProfile)).toMatchObject([
    { firstName: 'Ada', lastName: 'Lovelace' },
    { firstName: 'Jane', lastName: 'Doe', email },
  ]);
  expect(members[1]).toMatchObject({ id: accepted.member.id, claimed: true });

  const actions = (await admin.auditLogs.list()).data.map(({ action }) => action);
  expect(actions).toEqual(['member.claim', 'invitation.accept', 'invitation.create', 'organization.create']);
});
