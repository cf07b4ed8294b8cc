import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { rounds } from '../support/whole.ts';

const service = useService();

const names = async (client: Client) => {
  const { firstName, lastName } = (await client.call('GET /v1/me')).body;
  return [firstName, lastName];
};

describe('a token', () => {
  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);
  test.each([
    ['of another audience', () => ({ aud: 'somebody-else' })],
    ['of another issuer', () => ({ iss: 'https://issuer.example.com' })],
    ['that has expired', () => ({ exp: now() - hour })],
    ['without an expiry', () => ({ exp: undefined })],
    ['without an issue time', () => ({ iat: undefined })],
    ['that is not valid yet', () => ({ nbf: now() + hour })],
    ['without a subject', () => ({ sub: undefined })],
  ])('%s is 401', async (_, claims) => {
    const person = await service.person(newAddress(), { subject: 'somebody', claims: claims() });
    expect(await person.call('GET /v1/me')).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  });

  test.each([undefined, null, ''])(
    'with %j as e-mail claim is 401, and the answer says which token to send',
    async (email) => {
      const person = await service.person(newAddress(), { claims: { email } });
      const answer = await person.call('GET /v1/me');
      expect(answer).toMatchObject({ status: 401, body: { error: 'email_claim_missing' } });
      expect(answer.body.message).toContain('ID token');
    },
  );

  test.each(['jane', 'jane@localhost', 'jürgen@example.com', `${'x'.repeat(65)}@example.com`, 42, ['a@example.com']])(
    'with %j as e-mail claim is refused as an invalid address, not as a missing one',
    async (email) => {
      const person = await service.person(newAddress(), { claims: { email } });
      expect(await person.call('GET /v1/me')).toMatchObject({ status: 403, body: { error: 'email_not_accepted' } });
    },
  );

  test('with changed claims and the old signature is 401', async () => {
    const { token } = await service.person(newAddress());
    const [head, , signature] = token.split('.');
    const claims = {
      ...JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
      email: 'x@example.com',
    };
    const forged = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    const answer = await service.call('GET /v1/me', { headers: { authorization: `Bearer ${forged}` } });
    expect(answer.status).toBe(401);
  });

  test.each([true, 'true'])('counts as verified with email_verified %j, and with no other value', async (verified) => {
    const is = async (email_verified: unknown) =>
      (await (await service.person(newAddress(), { claims: { email_verified } })).call('GET /v1/me')).body
        .emailVerified;
    expect(await is(verified)).toBe(true);
    for (const other of [false, 'false', 1, 'TRUE', null, undefined]) expect(await is(other)).toBe(false);
  });
});

describe('names', () => {
  test.each([
    ['given and family name', { given_name: 'Jane', family_name: 'Doe', name: 'J. D.' }, ['Jane', 'Doe']],
    [
      'the whole name, at its last space',
      { given_name: undefined, name: 'Mary Jane van Doe' },
      ['Mary Jane van', 'Doe'],
    ],
    ['a name without a space', { given_name: undefined, name: 'Jane' }, ['Jane', '']],
    ['no name', { given_name: undefined, name: undefined }, ['', '']],
    ['control characters', { given_name: 'Ja\u0000ne\n', family_name: 'Doe' }, ['Ja ne', 'Doe']],
    ['a lone surrogate', { given_name: 'A\ud800B', family_name: 'Doe' }, ['A\ufffdB', 'Doe']],
    ['values that aren’t text', { given_name: 42, family_name: ['x'] }, ['', '']],
  ])('come from %s', async (_, claims, expected) => {
    expect(await names(await service.person(newAddress(), { claims }))).toEqual(expected);
  });

  test('fill empty fields at a later sign-in, in every organization, and never overwrite', async () => {
    const email = newAddress();
    const nameless = await service.person(email);
    const created = await nameless.call('POST /v1/organizations', { body: { name: 'Acme' } });
    expect(created.status).toBe(201);
    expect(await names(await service.person(email, { name: 'Jane Doe' }))).toEqual(['Jane', 'Doe']);
    const [member] = (await nameless.call('GET /v1/members')).body.data;
    expect(member.userProfile).toMatchObject({ firstName: 'Jane', lastName: 'Doe' });
    expect(await names(await service.person(email, { name: 'Somebody Else' }))).toEqual(['Jane', 'Doe']);
  });
});

describe('an address', () => {
  test('that is not verified is shown from the token alone, and nothing is created or bound', async () => {
    const { owner } = await service.organization();
    const email = newAddress();
    await service.member(owner, 'USER', email);
    const invited = newAddress();
    await owner.call('POST /v1/invitations', { body: { email: invited, role: 'USER' } });
    const before = await service.items();
    for (const address of [email, invited, newAddress()]) {
      const person = await service.person(address, { name: 'Eve Doe', unverified: true, subject: `eve-${address}` });
      expect((await person.call('GET /v1/me')).body).toEqual({
        id: null,
        email: address,
        emailVerified: false,
        firstName: 'Eve',
        lastName: 'Doe',
        username: address.split('@')[0],
        memberships: [],
        teams: [],
        invitations: [],
        blockedOrganizations: [],
        ownershipOffers: [],
      });
      expect((await person.call('GET /v1/organizations')).body.error).toBe('email_not_verified');
      expect((await person.call('POST /v1/organizations', { body: { name: 'x' } })).body.error).toBe(
        'email_not_verified',
      );
    }
    expect(await service.items()).toEqual(before);
  });

  test('that is bound to another identity is 409', async () => {
    const email = newAddress();
    await (await service.person(email)).call('GET /v1/me');
    const other = await service.person(email, { subject: 'another-identity' });
    expect(await other.call('GET /v1/me')).toMatchObject({ status: 409, body: { error: 'address_taken' } });
  });

  test('with letters that become ASCII only when lower-cased is not accepted', async () => {
    const email = newAddress('kelvin');
    const { owner } = await service.organization();
    await service.member(owner, 'USER', email);
    const lookalike = await service.person(email.replace('k', '\u212A'), { subject: 'lookalike' });
    expect(await lookalike.call('GET /v1/me')).toMatchObject({ status: 403, body: { error: 'email_not_accepted' } });
  });

  test('is compared as a whole, and case-insensitively', async () => {
    const email = newAddress('jane');
    const me = (await (await service.person(email.toUpperCase(), { subject: email })).call('GET /v1/me')).body;
    expect(me.email).toBe(email);
    const { owner } = await service.organization();
    await owner.call('POST /v1/invitations', { body: { email: `x${email}`, role: 'USER' } });
    expect((await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).status).toBe(201);
  });
});

describe('an ID token', () => {
  const issued = (secondsAgo: number) => ({ claims: { iat: Math.floor(Date.now() / 1000) - secondsAgo } });

  test('that is older than the one that changed an address doesn’t revert it, and still works', async () => {
    const [subject, first, second] = [newAddress('subject'), newAddress('first'), newAddress('second')];
    const { owner } = await service.organization();
    await service.member(owner, 'USER', first);
    const old = await service.person(first, { subject, ...issued(60) });
    const { id } = (await old.call('GET /v1/me')).body;
    expect((await old.call('GET /v1/members')).status).toBe(200);
    const fresh = await service.person(second, { subject, ...issued(30) });
    expect((await fresh.call('GET /v1/me')).body).toMatchObject({ id, email: second });
    for (let again = 0; again < 2; again += 1) {
      expect((await old.call('GET /v1/me')).body).toMatchObject({ id, email: second });
      const members = (await old.call('GET /v1/members')).body.data;
      expect(members.at(-1).userProfile).toMatchObject({ id, email: second });
    }
    // The first address is free, for invitations and for its new owner, and no older token takes it back.
    const heir = (await (await service.person(first, { subject: 'heir' })).call('GET /v1/me')).body;
    expect(heir.id).not.toBe(id);
    expect((await old.call('GET /v1/me')).body).toMatchObject({ id, email: second });
    // The older token doesn't act for the address that it names.
    await owner.call('POST /v1/invitations', { body: { email: first, role: 'ADMIN' } });
    expect((await old.call('GET /v1/me')).body.invitations).toEqual([]);
    const token = await service.linkToken(first);
    const accepted = await old.call('POST /v1/invitations/accept', { body: { token } });
    expect(accepted.body.error).toBe('invitation_for_another_address');
    // A newer token changes the address again.
    const third = newAddress('third');
    expect((await (await service.person(third, { subject })).call('GET /v1/me')).body).toMatchObject({
      id,
      email: third,
    });
  });

  test('that is older neither overwrites nor fills names', async () => {
    const email = newAddress();
    const nameless = await service.person(email, issued(10));
    await nameless.call('GET /v1/me');
    const older = await service.person(email, { name: 'Jane Doe', ...issued(60) });
    expect(await names(older)).toEqual(['', '']);
    expect(await names(await service.person(email, { name: 'Jane Newer' }))).toEqual(['Jane', 'Newer']);
  });

  test('that is older changes nothing in parallel with a newer one', async () => {
    const { owner } = await service.organization();
    for (let round = 0; round < rounds(4); round += 1) {
      const [subject, first, second] = [newAddress('subject'), newAddress('first'), newAddress('second')];
      await service.member(owner, 'USER', first);
      const before = await service.person(first, { subject, ...issued(90) });
      const old = await service.person(newAddress('between'), { subject, ...issued(60) });
      const fresh = await service.person(second, { subject, ...issued(30) });
      const { id } = (await before.call('GET /v1/me')).body;
      const answers = await Promise.all([old, fresh, before, old, fresh].map((one) => one.call('GET /v1/me')));
      for (const { status } of answers) expect(status).toBe(200);
      expect((await old.call('GET /v1/me')).body).toMatchObject({ id, email: second });
    }
  });

  test('with a new address in ten parallel requests makes one change', async () => {
    const { owner } = await service.organization();
    for (let round = 0; round < rounds(3); round += 1) {
      const [subject, first, second] = [newAddress('subject'), newAddress('first'), newAddress('second')];
      await service.member(owner, 'USER', first);
      await (await service.person(first, { subject, ...issued(60) })).call('GET /v1/me');
      const moved = await service.person(second, { subject });
      const routes = [
        'GET /v1/members',
        'GET /v1/me',
        'GET /v1/teams',
        'GET /v1/organizations',
        'GET /v1/access-tokens',
      ];
      const answers = await Promise.all([...routes, ...routes].map((route) => moved.call(route)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect((await moved.call('GET /v1/me')).body.email).toBe(second);
    }
  });

  test('with a new address begins again if another request changes the address in parallel', async () => {
    const [subject, first, second] = [newAddress('subject'), newAddress('first'), newAddress('second')];
    const { id } = (await (await service.person(first, { subject, ...issued(60) })).call('GET /v1/me')).body;
    const moved = await service.person(second, { subject });
    // The slow request reads the identity before the change, and the user after it.
    await service.faults([{ function: 'me/read', key: `USER#${id}`, fault: 'delay', ms: 1500 }]);
    const slow = moved.call('GET /v1/me');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await moved.call('GET /v1/organizations')).status).toBe(200);
    expect(await slow).toMatchObject({ status: 200, body: { id, email: second } });
    await service.faults([]);
  });

  test('that takes over a placeholder in ten parallel requests does so once', async () => {
    const [one, two] = [await service.organization('One'), await service.organization('Two')];
    for (let round = 0; round < rounds(3); round += 1) {
      const [subject, first, second] = [newAddress('subject'), newAddress('first'), newAddress('second')];
      await service.member(one.owner, 'USER', first);
      await (await service.person(first, { subject, ...issued(60) })).call('GET /v1/me');
      for (const { owner } of [one, two]) {
        const { memberId } = await service.member(owner, 'OPERATOR', second);
        const { id } = (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body;
        expect((await owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: {} })).status).toBe(200);
      }
      const moved = await service.person(second, { subject });
      const named = moved.in(two.id);
      const calls = Array.from({ length: 5 }, () => [moved.call('GET /v1/me'), named.call('GET /v1/members')]).flat();
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
      expect((await moved.call('GET /v1/me')).body).toMatchObject({
        email: second,
        memberships: [{ role: 'USER' }, { role: 'OPERATOR' }],
      });
    }
  });
});

describe('the placeholder of a person who accepted by link alone', () => {
  test('is taken over by the first verified sign-in, and by no other', async () => {
    const { owner } = await service.organization();
    const email = newAddress();
    const { memberId } = await service.member(owner, 'USER', email);
    expect((await owner.call(`GET /v1/members/${memberId}`)).body.claimed).toBe(false);
    const person = await service.person(email, { name: 'Jane Doe' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => person.call('GET /v1/members')));
    for (const { status } of answers) expect(status).toBe(200);
    expect((await owner.call(`GET /v1/members/${memberId}`)).body).toMatchObject({
      claimed: true,
      userProfile: { firstName: 'Jane', lastName: 'Doe' },
    });
    const thief = await service.person(email, { subject: 'thief' });
    expect((await thief.call('GET /v1/members')).body.error).toBe('address_taken');
  });

  test('is merged into a bound person who verifies its address', async () => {
    const subject = newAddress('subject');
    const first = newAddress('first');
    const second = newAddress('second');
    const [one, two] = [await service.organization('One'), await service.organization('Two')];
    await service.member(one.owner, 'USER', first);
    await (await service.person(first, { subject })).call('GET /v1/me');
    const held = await service.member(two.owner, 'OPERATOR', second);
    await service.member(one.owner, 'VIEWER', second);

    const moved = await service.person(second, { subject });
    const me = (await moved.call('GET /v1/me')).body;
    expect(me.email).toBe(second);
    expect(me.memberships).toHaveLength(2);
    expect(me.memberships).toMatchObject([
      { organizationName: 'One', role: 'USER' },
      { organizationName: 'Two', role: 'OPERATOR', id: held.memberId },
    ]);
    const members = (await one.owner.call('GET /v1/members')).body;
    expect(members.meta.total).toBe(2);
    expect(members.data[1].userProfile).toMatchObject({ email: second, id: me.id });
    expect((await two.owner.call(`GET /v1/members/${held.memberId}`)).body).toMatchObject({
      userId: me.id,
      claimed: true,
    });

    // The earlier address is free for its new owner, who is another person.
    const successor = (await (await service.person(first, { subject: 'successor' })).call('GET /v1/me')).body;
    expect(successor).toMatchObject({ email: first, memberships: [] });
    expect(successor.id).not.toBe(me.id);
  });
});

describe('the organization of a request', () => {
  test('is missing for a person who was removed from their only one, and the answer says so', async () => {
    const { id, owner } = await service.organization();
    const user = await service.member(owner, 'USER');
    const unnamed = await service.person(user.email);
    expect((await unnamed.call('GET /v1/members')).status).toBe(200);
    await owner.call(`DELETE /v1/members/${user.memberId}`);
    const answer = await unnamed.call('GET /v1/members');
    expect(answer).toMatchObject({ status: 400, body: { error: 'no_organization' } });
    expect(answer.body.message).toContain('no organization');
    // With the organization named, they get the same answer as a stranger.
    expect((await unnamed.in(id).call('GET /v1/members')).body.error).toBe('organization_not_found');
  });

  test('is the person’s only one, or the one that the header names', async () => {
    const person = await service.person(newAddress());
    expect(await person.call('GET /v1/members')).toMatchObject({ status: 400, body: { error: 'no_organization' } });
    const one = (await person.call('POST /v1/organizations', { body: { name: 'One' } })).body;
    expect((await person.call('GET /v1/members')).status).toBe(200);
    const two = (await person.call('POST /v1/organizations', { body: { name: 'Two' } })).body;
    const answer = await person.call('GET /v1/members');
    expect(answer).toMatchObject({ status: 400, body: { error: 'organization_required' } });
    expect(answer.body.message).toContain('X-Organization-Id');
    for (const { id, memberId } of [one, two]) {
      expect((await person.in(id).call('GET /v1/members')).body.data).toMatchObject([{ id: memberId, owner: true }]);
    }
    const mine = (await person.call('GET /v1/organizations')).body;
    expect(mine.data.map(({ name }: { name: string }) => name)).toEqual(['One', 'Two']);
    expect(mine.meta).toMatchObject({ total: 2, page: 1, perPage: 20, nextCursor: null });
  });
});
