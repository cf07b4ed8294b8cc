import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

/** Delays a write for a second or two, in which another one happens. */
const CONTENDED = { fault: 'conflict', times: 9 };

type Member = Client & { readonly memberId: string };

const path = (id: string) => `/v1/organizations/${id}/transfer-ownership`;
const offer = (id: string, owner: Client, { memberId }: Pick<Member, 'memberId'>) =>
  owner.call(`POST ${path(id)}`, { body: { memberId } });
const accept = (id: string, member: Client) => member.call(`POST ${path(id)}/accept`);
const decline = (id: string, member: Client) => member.call(`POST ${path(id)}/decline`);
const withdraw = (id: string, owner: Client) => owner.call(`DELETE ${path(id)}`);
const offersTo = async (member: Client) => (await member.call('GET /v1/me')).body.ownershipOffers;
const owners = async (by: Client) =>
  (await by.call('GET /v1/members')).body.data.flatMap(({ id, owner }: { id: string; owner: boolean }) =>
    owner ? [id] : [],
  );
const actions = async (by: Client) =>
  (await by.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action) as string[];

/** Creates an organization with members who have signed in. */
async function organizationWith(heirs = 1) {
  const home = await service.organization('Acme Energy');
  const members: Member[] = [];
  for (let count = 0; count < heirs; count += 1) {
    const member = await service.member(home.owner, 'USER');
    await member.call('GET /v1/me');
    members.push(member);
  }
  return { ...home, members, heir: members[0] as Member };
}

describe('an offer of ownership', () => {
  test('changes no roles, and is visible to two people only: by mail, in GET /v1/me and in the organization', async () => {
    const { id, owner, memberId, members, heir } = await organizationWith(2);
    const made = await offer(id, owner, heir);
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({
      ...{ organizationId: id, organizationName: 'Acme Energy', memberId: heir.memberId, offeredBy: memberId },
    });
    expect(Date.parse(made.body.expiresAt) - Date.parse(made.body.createdAt)).toBe(7 * 24 * 60 * 60_000);
    expect(await owners(owner)).toEqual([memberId]);
    expect(await offersTo(heir)).toEqual([made.body]);
    for (const by of [owner, heir]) {
      expect((await by.call(`GET /v1/organizations/${id}`)).body.ownershipOffer).toEqual(made.body);
    }
    expect((await (members[1] as Member).call(`GET /v1/organizations/${id}`)).body.ownershipOffer).toBeNull();
    expect(await offersTo(owner)).toEqual([]);
    const mail = (await service.mails(heir.email)).at(-1);
    expect(mail?.subject).toBe('Ada Owner offers you the ownership of Acme Energy');
    expect(mail?.text).not.toContain('token=');
    // A repeated offer is the same offer, without another mail.
    expect(await offer(id, owner, heir)).toMatchObject({ status: 202, body: made.body });
    expect((await service.mails(heir.email)).filter(({ subject }) => subject === mail?.subject)).toHaveLength(1);
  });

  test('doesn’t bind its recipient, who can still leave, be removed or be erased, and is over then', async () => {
    const { id, owner, members } = await organizationWith(3);
    const [leaving, removed, erased] = members as [Member, Member, Member];
    const offered = async () => (await owner.call(`GET /v1/organizations/${id}`)).body.ownershipOffer?.memberId;
    const ways = [
      [leaving, () => leaving.call(`DELETE /v1/members/${leaving.memberId}`)],
      [removed, () => owner.call(`DELETE /v1/members/${removed.memberId}`)],
      [erased, () => erased.call('DELETE /v1/me')],
    ] as const;
    for (const [recipient, leave] of ways) {
      await offer(id, owner, recipient);
      expect(await offered()).toBe(recipient.memberId);
      expect((await leave()).status).toBe(204);
      expect(await offered()).toBeUndefined();
    }
  });

  test('is accepted and declined by its recipient only, and withdrawn by the owner only', async () => {
    const { id, owner, heir, members } = await organizationWith(2);
    const other = members[1] as Member;
    const admin = await service.member(owner, 'ADMIN');
    expect((await accept(id, heir)).body.error).toBe('ownership_offer_not_found');
    expect((await withdraw(id, owner)).body.error).toBe('ownership_offer_not_found');
    await offer(id, owner, heir);
    for (const by of [owner, other, admin]) {
      expect((await accept(id, by)).body.error).toBe('ownership_offer_not_found');
      expect((await decline(id, by)).body.error).toBe('ownership_offer_not_found');
    }
    for (const by of [heir, other, admin]) expect((await withdraw(id, by)).body.error).toBe('forbidden');
    const { token } = (await heir.call('POST /v1/access-tokens', { body: { name: 'Program' } })).body;
    for (const route of [`POST ${path(id)}/accept`, `POST ${path(id)}/decline`]) {
      const answer = await service.call(route, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.body.error).toBe('token_not_allowed');
    }
    expect((await decline(id, heir)).status).toBe(204);
    expect((await accept(id, heir)).status).toBe(404);
    await offer(id, owner, heir);
    expect((await withdraw(id, owner)).status).toBe(204);
    expect((await accept(id, heir)).status).toBe(404);
    expect((await actions(owner)).filter((action) => action.startsWith('organization.'))).toEqual([
      ...['organization.withdraw-ownership', 'organization.offer-ownership', 'organization.decline-ownership'],
      ...['organization.offer-ownership', 'organization.create'],
    ]);
  });

  test('to another person replaces it', async () => {
    const { id, owner, members } = await organizationWith(2);
    const [first, second] = members as [Member, Member];
    await offer(id, owner, first);
    await offer(id, owner, second);
    expect((await accept(id, first)).status).toBe(404);
    expect(await offersTo(first)).toEqual([]);
    expect((await accept(id, second)).status).toBe(200);
    expect(await owners(owner)).toEqual([second.memberId]);
    // It can be accepted once.
    expect((await accept(id, second)).status).toBe(404);
  });

  test('expires after seven days by the clock, and ends with the recipient’s membership', async () => {
    const { id, owner, memberId, heir } = await organizationWith();
    await offer(id, owner, heir);
    await service.clock('6d');
    const later = (await service.person(heir.email)).in(id);
    expect(await offersTo(later)).toHaveLength(1);
    await service.clock('169h');
    const late = (await service.person(heir.email)).in(id);
    expect(await accept(id, late)).toMatchObject({ status: 410, body: { error: 'ownership_offer_expired' } });
    expect(await offersTo(late)).toEqual([]);
    const lateOwner = (await service.person(owner.email)).in(id);
    expect((await lateOwner.call(`GET /v1/organizations/${id}`)).body.ownershipOffer).toBeNull();
    expect(await owners(lateOwner)).toEqual([memberId]);
    await offer(id, lateOwner, heir);
    await lateOwner.call(`DELETE /v1/members/${heir.memberId}`);
    const back = await service.member(lateOwner, 'USER', heir.email);
    expect((await accept(id, back)).status).toBe(404);
    await service.clock(0);
  });

  test('transfers ownership at most once when it is accepted, declined, withdrawn and replaced in parallel', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, owner, memberId, members } = await organizationWith(2);
      const [heir, other] = members as [Member, Member];
      await offer(id, owner, heir);
      const [accepted] = await Promise.all([
        accept(id, heir),
        accept(id, heir),
        round % 2 ? decline(id, heir) : withdraw(id, owner),
        offer(id, owner, other),
      ]);
      const [only, second] = await owners(owner);
      expect(second).toBeUndefined();
      expect([memberId, heir.memberId]).toContain(only);
      if (accepted.status === 200) expect(only).toBe(heir.memberId);
    }
  });

  test('that ends between read and write is not accepted', async () => {
    const { id, owner, memberId, heir } = await organizationWith();
    await offer(id, owner, heir);
    await service.faults([
      {
        function: 'organizations/accept-ownership',
        action: 'dynamodb:TransactWriteItems',
        ...CONTENDED,
      },
    ]);
    const accepted = accept(id, heir);
    await new Promise((done) => setTimeout(done, 300));
    expect((await withdraw(id, owner)).status).toBe(204);
    expect(await accepted).toMatchObject({ status: 404, body: { error: 'ownership_offer_not_found' } });
    await service.faults([]);
    expect(await owners(owner)).toEqual([memberId]);
  });

  test('whose mail failed is mailed by the sweep, unless the offer has ended', async () => {
    const { id, owner, members } = await organizationWith(2);
    const [first, second] = members as [Member, Member];
    await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
    expect((await offer(id, owner, first)).status).toBe(202);
    expect((await offer(id, owner, second)).status).toBe(202);
    await service.faults([]);
    await service.clock('10m');
    expect(await service.sweep()).toMatchObject({ sent: 1, settled: 1, failed: 0 });
    await service.clock(0);
    const about = async (to: Member) =>
      (await service.mails(to.email)).filter(({ subject }) => subject.includes('ownership'));
    expect([(await about(first)).length, (await about(second)).length]).toEqual([0, 1]);
  });
});

describe('an owner who is the only member', () => {
  test('leaves in one request, which deletes the organization', async () => {
    const { id, owner, memberId } = await service.organization();
    await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
    expect((await owner.call(`DELETE /v1/members/${memberId}`)).status).toBe(204);
    const person = await service.person(owner.email);
    expect((await person.call('GET /v1/me')).body.memberships).toEqual([]);
    expect((await owner.call(`GET /v1/organizations/${id}`)).status).toBe(404);
    await service.clock('5m');
    await service.sweep();
    await service.clock(0);
    expect((await service.items()).filter(({ pk }) => pk === `ORG#${id}`)).toEqual([]);
  });

  test('can’t leave after another person has joined, also between read and write', async () => {
    const { owner, memberId } = await service.organization();
    const email = newAddress();
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const body = { token: await service.linkToken(email) };
    await service.faults([{ function: 'members/remove', action: 'dynamodb:TransactWriteItems', ...CONTENDED }]);
    const leaving = owner.call(`DELETE /v1/members/${memberId}`);
    await new Promise((done) => setTimeout(done, 300));
    await service.call('POST /v1/invitations/accept', { body });
    expect(await leaving).toMatchObject({ status: 409, body: { error: 'owner_must_transfer' } });
    await service.faults([]);
    expect((await owner.call(`DELETE /v1/members/${memberId}`)).body.error).toBe('owner_must_transfer');
    expect((await owner.call('GET /v1/members')).body.meta.total).toBe(2);
  });

  test('leaves, and nobody joins afterwards, also between read and write', async () => {
    const { owner, memberId } = await service.organization();
    const email = newAddress();
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const body = { token: await service.linkToken(email) };
    await service.faults([{ function: 'invitations/accept', action: 'dynamodb:TransactWriteItems', ...CONTENDED }]);
    const joining = service.call('POST /v1/invitations/accept', { body });
    await new Promise((done) => setTimeout(done, 300));
    expect((await owner.call(`DELETE /v1/members/${memberId}`)).status).toBe(204);
    expect(await joining).toMatchObject({ status: 404, body: { error: 'invitation_not_found' } });
    await service.faults([]);
    expect(
      (await service.items()).filter(
        ({ type, profile }) => type === 'Member' && (profile as { email: string }).email === email,
      ),
    ).toEqual([]);
  });
});
