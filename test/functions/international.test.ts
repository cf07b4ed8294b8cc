import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

/** Returns a new address at an international domain, in Unicode and in ASCII. */
function mailbox(): { readonly shown: string; readonly ascii: string } {
  const [local] = newAddress('jane').split('@');
  return { shown: `${local}@münchen.de`, ascii: `${local}@xn--mnchen-3ya.de` };
}
const invite = (owner: Client, email: string) => owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });

describe('a mailbox at an international domain', () => {
  test.each([
    ['in Unicode', 'shown', 'ascii'],
    ['in ASCII', 'ascii', 'shown'],
  ] as const)('that is invited %s is the same in both spellings', async (_, first, second) => {
    const { owner } = await service.organization();
    const { [first]: one, [second]: other, shown, ascii } = mailbox();
    const invited = await invite(owner, one);
    expect(invited).toMatchObject({ status: 201, body: { email: shown, delivery: { state: 'SENT' } } });
    expect((await invite(owner, other.toUpperCase())).body.error).toBe('already_invited');
    const bulk = await owner.call('POST /v1/invitations/bulk', {
      body: { invitations: [{ email: other, role: 'USER' }] },
    });
    expect(bulk.body.data).toMatchObject([{ error: 'already_invited' }]);

    // SES accepts only ASCII. People read the Unicode spelling.
    const [mail, ...more] = await service.mails(ascii);
    expect([mail?.to, more]).toEqual([ascii, []]);
    expect(mail?.text).toContain(shown);
    expect(mail?.html).toContain(shown);
    expect(mail?.text).not.toContain('xn--');

    const token = await service.linkToken(ascii);
    const page = await service.call(`GET /invitations/accept?token=${token}`);
    for (const spelling of [one, other]) {
      const { body } = await owner.call(`GET /v1/invitations?email=${encodeURIComponent(spelling)}`);
      expect(body.data.map(({ email }: { email: string }) => email)).toEqual([shown]);
    }
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining(shown) });
    expect((await accept(token)).status).toBe(200);

    // A person whose token has either spelling is the member.
    for (const spelling of [one, other]) {
      const person = await service.person(spelling, { subject: ascii });
      expect(await person.call('GET /v1/me')).toMatchObject({ status: 200, body: { email: shown, memberships: [{}] } });
      const { body } = await owner.call(`GET /v1/members?email=${encodeURIComponent(spelling)}`);
      expect(body.data).toMatchObject([{ userProfile: { email: shown } }]);
    }
    expect((await invite(owner, other)).body.error).toBe('already_member');
  });

  test('is the same in both spellings as the address of a team and of a site invite', async () => {
    const { owner } = await service.organization();
    const { shown, ascii } = mailbox();
    const made = await owner.call('POST /api/v3/teams', {
      body: { name: newAddress(), email: ascii, type: 'Company' },
    });
    expect(made).toMatchObject({ status: 200, body: { data: { email: shown } } });
    const site = await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: made.body.data.uuid } });
    const path = `POST /api/v3/sites/${site.body.data.uuid}/teams/invite`;
    expect(await owner.call(path, { body: { email: shown } })).toMatchObject({
      status: 201,
      body: { invite: { email: shown } },
    });
    expect((await service.mails(ascii)).map(({ to }) => to)).toEqual([ascii]);
  });
});

test('an address with non-ASCII letters before the @ is refused everywhere with a reason', async () => {
  const { owner } = await service.organization();
  const email = 'jäne@example.com';
  const reason = 'must have no characters beyond ASCII before the @: mail can not be sent to such an address';
  expect((await invite(owner, email)).body.details).toEqual({ email: [reason] });
  const bulk = await owner.call('POST /v1/invitations/bulk', { body: { invitations: [{ email, role: 'USER' }] } });
  expect(bulk.body.data).toMatchObject([{ status: 400, details: { email: [reason] } }]);
  const list = await owner.call(`GET /v1/members?email=${encodeURIComponent(email)}`);
  expect(list.body.details).toEqual({ email: [reason] });
  const team = await owner.call('POST /api/v3/teams', { body: { name: newAddress(), email, type: 'Company' } });
  expect(team).toMatchObject({ status: 422, body: { errors: { email: [`The email field ${reason}.`] } } });
});
