import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf, testWhole } from '../support/whole.ts';

const service = useService();

afterEach(async () => {
  await service.clock(0);
  await service.faults([]);
});

type Home = Awaited<ReturnType<typeof service.organization>> & { readonly key: Client };

/** Creates an organization, with an operator's key that names it. */
async function organization(): Promise<Home> {
  const made = await service.organization();
  return { ...made, key: (await service.operatorKey()).in(made.id) };
}

let home: Home;
beforeAll(async () => {
  home = await organization();
});

const importOne = (row: object, { key } = home, headers: Record<string, string> = {}) =>
  key.call('POST /v1/members', { body: { role: 'USER', ...row }, headers });
const importMany = (members: readonly unknown[], { key } = home, more: object = {}) =>
  key.call('POST /v1/members/bulk', { body: { members, ...more } });
const membersOf = async ({ owner }: Home) => (await owner.call('GET /v1/members?perPage=100')).body;
const newest = async ({ owner }: Home) => (await owner.call('GET /v1/audit-logs')).body.data[0];
const me = async (person: Client) => (await person.call('GET /v1/me')).body;
const itemsOf = async (type: string) => (await service.items()).filter((item) => item.type === type);

describe('an imported member', () => {
  test('is a member at once, and whoever signs in first with the verified address gets the membership', async () => {
    const email = newAddress();
    const imported = await importOne({ email: email.toUpperCase(), role: 'ADMIN', firstName: 'Jane', lastName: 'Doe' });
    expect(imported).toMatchObject({
      status: 201,
      body: { role: 'ADMIN', claimed: false, owner: false, userProfile: { email, firstName: 'Jane', lastName: 'Doe' } },
    });
    expect((await membersOf(home)).data).toContainEqual(imported.body);
    expect(await newest(home)).toMatchObject({
      ...{ action: 'member.import', actorType: 'operator', resourceId: imported.body.id, sourceAddress: null },
      metadata: { after: { memberId: imported.body.id, userId: imported.body.userId, role: 'ADMIN' } },
    });
    expect(await service.mails(email)).toEqual([]);
    const unverified = await service.person(email, { unverified: true });
    expect((await unverified.call('GET /v1/members')).body.error).toBe('email_not_verified');
    const person = await service.person(email, { name: 'J. Token' });
    expect(await me(person)).toMatchObject({
      ...{ id: imported.body.userId, firstName: 'Jane', lastName: 'Doe' },
      memberships: [{ id: imported.body.id, role: 'ADMIN' }],
    });
    expect((await person.call('GET /v1/audit-logs')).status).toBe(200);
    const { data } = await membersOf(home);
    expect(data.find(({ id }: { id: string }) => id === imported.body.id)).toMatchObject({ claimed: true });
  });

  testWhole('doesn’t end after thirty days, also if they had accepted by link before', async () => {
    const [email, accepted] = [newAddress(), newAddress()];
    const one = await importOne({ email });
    const other = await organization();
    await service.member(other.owner, 'USER', accepted);
    const two = await importOne({ email: accepted });
    expect([one.status, two.status]).toEqual([201, 201]);
    await service.clock('200d');
    for (let runs = 0; runs < 3; runs += 1) await service.sweep();
    const late = await service.person(email);
    expect((await me(late)).memberships).toHaveLength(1);
    expect((await me(await service.person(accepted))).memberships).toHaveLength(2);
  });

  test('who is removed before they sign in leaves nothing of them behind', async () => {
    const email = newAddress();
    const [first, second] = [await organization(), await organization()];
    const subject = `subject-of-${email}`;
    const { id } = (await importOne({ email, subject, firstName: 'Gone' }, first)).body;
    const again = await importOne({ email, subject }, second);
    expect(again.status).toBe(201);
    await first.owner.call(`DELETE /v1/members/${id}`);
    await service.clock('31d');
    await service.sweep();
    // The placeholder is in another organization yet.
    expect((await itemsOf('Address')).some(({ pk }) => pk === `EMAIL#${email}`)).toBe(true);
    const owner = (await service.person(second.owner.email)).in(second.id);
    expect((await owner.call(`DELETE /v1/members/${again.body.id}`)).status).toBe(204);
    await service.clock('95d');
    for (let runs = 0; runs < 3; runs += 1) await service.sweep();
    const left = (await service.items()).filter(({ type }) => type !== 'AuditEntry');
    expect(JSON.stringify(left)).not.toContain(email);
    expect(left.filter(({ userId }) => userId === again.body.userId)).toEqual([]);
  });

  test('joins teams, and a full, unknown or foreign team is refused', async () => {
    const team = (await home.owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body;
    const imported = await importOne({ email: newAddress(), teams: [team.id, team.id] });
    expect(imported.status).toBe(201);
    const { data } = (await home.owner.call(`GET /v1/teams/${team.id}/members`)).body;
    expect(data).toContainEqual(expect.objectContaining({ memberId: imported.body.id, role: 'MEMBER' }));
    expect((await newest(home)).metadata.after.teams).toEqual([team.id]);
    const foreign = await organization();
    const theirs = (await foreign.owner.call('POST /v1/teams', { body: { name: 'Theirs' } })).body.id;
    for (const id of [theirs, `team_${'0'.repeat(20)}`]) {
      expect((await importOne({ email: newAddress(), teams: [id] })).body.error).toBe('team_not_found');
    }
  });

  test('is told by mail as chosen, in one mail without anything to accept', async () => {
    const [told, quiet, later] = [newAddress(), newAddress(), newAddress()];
    const there = await organization();
    await there.owner.call(`PATCH /v1/organizations/${there.id}`, { body: { name: 'Häuser <b>', language: 'de' } });
    await importOne({ email: told, role: 'VIEWER', sendEmail: true }, there);
    await importOne({ email: quiet, sendEmail: false }, there);
    const [mail, ...others] = await service.mails(told);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Sie sind Mitglied von Häuser <b>');
    expect(mail?.html).toContain('Häuser &lt;b&gt;');
    expect(mail?.text).toContain(told);
    expect(mail?.text).not.toContain('token=');
    expect(await service.mails(quiet)).toEqual([]);
    await importMany([{ email: later, role: 'USER', sendEmail: true }], there);
    expect(await service.mails(later)).toEqual([]);
    await service.sweep();
    expect(await service.mails(later)).toHaveLength(1);
    expect(await itemsOf('WelcomeMail')).toEqual([]);
  });

  test('is told later if SES is down, and not after they were removed', async () => {
    const [email, removed] = [newAddress(), newAddress()];
    await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
    expect((await importOne({ email, sendEmail: true })).status).toBe(201);
    const { id } = (await importOne({ email: removed, sendEmail: true })).body;
    await service.faults([]);
    await home.owner.call(`DELETE /v1/members/${id}`);
    await service.clock('1h');
    await service.sweep();
    expect(await service.mails(email)).toHaveLength(1);
    expect(await service.mails(removed)).toEqual([]);
    expect(await itemsOf('WelcomeMail')).toEqual([]);
  });

  testWhole('who blocked the organization is imported, gets no mail, and nobody can notice', async () => {
    const email = newAddress();
    await home.owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const token = await service.linkToken(email);
    await service.call('POST /v1/invitations/block', { body: { token } });
    const before = (await service.mails(email)).length;
    const blocked = await importOne({ email, sendEmail: true });
    const usual = await importOne({ email: newAddress(), sendEmail: true });
    expect(blocked.status).toBe(usual.status);
    expect(Object.keys(blocked.body)).toEqual(Object.keys(usual.body));
    expect(await service.mails(email)).toHaveLength(before);
  });

  test('who has signed in before has the membership at once, with their own name', async () => {
    const person = await service.person(newAddress(), { name: 'Own Name' });
    const { id } = await me(person);
    const imported = await importOne({ email: person.email, firstName: 'Other' });
    expect(imported.body).toMatchObject({ userId: id, claimed: true, userProfile: { firstName: 'Own' } });
    expect((await me(person)).memberships).toMatchObject([{ id: imported.body.id }]);
    expect((await person.call('GET /v1/members')).status).toBe(200);
  });

  test('who erased themselves is a new person', async () => {
    const person = await service.person(newAddress());
    const { id } = await me(person);
    expect((await person.call('DELETE /v1/me')).status).toBe(204);
    const imported = await importOne({ email: person.email });
    expect(imported.status).toBe(201);
    expect(imported.body.userId).not.toBe(id);
  });
});

describe('a pending invitation of an imported address', () => {
  test('ends as accepted, and its link shows that', async () => {
    const there = await organization();
    const email = newAddress();
    const invited = await there.owner.call('POST /v1/invitations', { body: { email, role: 'VIEWER' } });
    const token = await service.linkToken(email);
    const imported = await importOne({ email, role: 'ADMIN' }, there);
    expect(imported.body.role).toBe('ADMIN');
    expect((await there.owner.call(`GET /v1/invitations/${invited.body.id}`)).body.status).toBe('ACCEPTED');
    expect((await membersOf(there)).meta.total).toBe(2);
    expect((await service.call(`GET /invitations/accept?token=${token}`)).status).toBe(200);
    const person = await service.person(email);
    expect((await me(person)).invitations).toEqual([]);
    expect((await there.owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).body.error).toBe(
      'already_member',
    );
  });

  test('that has expired is recorded as expired', async () => {
    await service.clock('-8d');
    const there = await organization();
    const email = newAddress();
    const { id } = (await there.owner.call('POST /v1/invitations', { body: { email, role: 'VIEWER' } })).body;
    await service.clock(0);
    expect((await importOne({ email }, there)).status).toBe(201);
    const { data } = await membersOf({ ...there, owner: (await service.person(there.owner.email)).in(there.id) });
    expect(data).toHaveLength(2);
    const [invitation] = (await itemsOf('Invitation')).filter((item) => item.id === id);
    expect(invitation).toMatchObject({ status: 'EXPIRED' });
  });
});

describe('a known subject', () => {
  test('gets the membership at the first sign-in, also with another address, and nobody else does', async () => {
    const [email, newer] = [newAddress(), newAddress()];
    const subject = `known|${email}`;
    const imported = await importOne({ email, subject, issuer: service.stack.issuer, firstName: 'Known' });
    expect(imported).toMatchObject({ status: 201, body: { claimed: false } });
    const other = await service.person(email, { subject: `other|${email}` });
    expect((await other.call('GET /v1/me')).body.error).toBe('address_taken');
    const mover = await service.person(newAddress(), { subject: `mover|${email}`, claims: { iat: 1_700_000_000 } });
    expect((await mover.call('GET /v1/me')).status).toBe(200);
    const moved = await service.person(email, { subject: `mover|${email}` });
    expect((await moved.call('GET /v1/me')).body.error).toBe('address_taken');
    const person = await service.person(newer, { subject });
    expect(await me(person)).toMatchObject({ id: imported.body.userId, email: newer, firstName: 'Known' });
    expect((await person.call('GET /v1/members')).status).toBe(200);
    // The imported address is free now.
    expect((await other.call('GET /v1/me')).status).toBe(200);
    expect((await importOne({ email: newer, subject })).body.error).toBe('already_member');
  });

  test('with the imported address works as well, and finds the member before and after', async () => {
    const email = newAddress();
    const subject = `same|${email}`;
    const imported = await importOne({ email, subject });
    const find = async () =>
      (await home.owner.call(`GET /v1/members?subject=${encodeURIComponent(subject)}`)).body.data.map(
        ({ id }: { id: string }) => id,
      );
    expect(await find()).toEqual([imported.body.id]);
    const person = await service.person(email, { subject });
    expect(await me(person)).toMatchObject({ id: imported.body.userId, email });
    expect(await find()).toEqual([imported.body.id]);
    expect((await person.call('GET /v1/members')).status).toBe(200);
  });

  test('of a person who has signed in is that person, whatever their address is now', async () => {
    const [old, now] = [newAddress(), newAddress()];
    const subject = `moved|${old}`;
    const person = await service.person(now, { subject });
    const { id } = await me(person);
    const imported = await importOne({ email: old, subject });
    expect(imported.body).toMatchObject({ userId: id, claimed: true, userProfile: { email: now } });
  });

  test.each([
    [
      'the address belongs to another sign-in',
      async (email: string) => void (await me(await service.person(email, { subject: `x|${email}` }))),
    ],
    [
      'the address waits for another subject',
      async (email: string) => void (await importOne({ email, subject: `y|${email}` }, await organization())),
    ],
  ])('is refused if %s', async (_, prepare) => {
    const email = newAddress();
    await prepare(email);
    const before = service.writes().length;
    expect((await importOne({ email, subject: `z|${email}` })).body.error).toBe('address_taken');
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('must be of the deployment’s issuer', async () => {
    const email = newAddress();
    for (const row of [{ subject: 'x', issuer: 'https://other.example.com' }, { issuer: service.stack.issuer }]) {
      expect((await importOne({ email, ...row })).body).toMatchObject({ details: { issuer: [expect.any(String)] } });
    }
  });
});

describe('a bulk', () => {
  test('has a result for each row, and a bad row stops none of the others', async () => {
    const there = await organization();
    const team = (await there.owner.call('POST /v1/teams', { body: { name: 'Team' } })).body.id;
    const [one, two, twice] = [newAddress(), newAddress(), newAddress()];
    const rows = [
      { email: one, role: 'USER', teams: [team] },
      { email: 'nobody', role: 'USER' },
      { email: two, role: 'OWNER' },
      'nonsense',
      { email: there.owner.email, role: 'USER' },
      { email: newAddress(), role: 'USER', teams: [`team_${'0'.repeat(20)}`] },
      { email: twice, role: 'USER', teams: [team], subject: `twice|${twice}` },
      { email: twice.toUpperCase(), role: 'ADMIN' },
      { email: newAddress(), role: 'USER', subject: `twice|${twice}` },
    ];
    const expected = [201, 400, 400, 400, 409, 404, 201, 409, 409];
    const statuses = ({ body }: Awaited<ReturnType<typeof importMany>>) =>
      body.data.map(({ status }: { status: number }) => status);
    const before = service.writes().length;
    const dry = await importMany(rows, there, { dryRun: true });
    expect(statuses(dry)).toEqual(expected);
    expect(dry.body.data[0].member).toMatchObject({ id: null, userId: null, userProfile: { email: one } });
    expect(service.writes().slice(before)).toEqual([]);
    const made = await importMany(rows, there);
    expect(statuses(made)).toEqual(expected);
    expect(made.body.data[4]).toMatchObject({ error: 'already_member' });
    expect(made.body.data[7]).toMatchObject({ error: 'already_member' });
    expect((await membersOf(there)).meta.total).toBe(3);
    expect((await there.owner.call(`GET /v1/teams/${team}`)).body.memberCount).toBe(3);
  });

  test.each(
    someOf(1, [
      ['alone', (row: object, there: Home) => importOne(row, there)],
      ['in a bulk', (row: object, there: Home) => importMany([row], there)],
    ]),
  )('joins teams again whose rows of an earlier membership are still there, %s', async (_, send) => {
    const there = await organization();
    const team = (await there.owner.call('POST /v1/teams', { body: { name: 'Berlin' } })).body.id;
    const jane = await service.member(there.owner, 'USER');
    await there.owner.call(`PUT /v1/teams/${team}/members/${jane.memberId}`, { body: { role: 'MEMBER' } });
    await there.owner.call(`DELETE /v1/members/${jane.memberId}`);
    const made = await send({ email: jane.email, role: 'USER', teams: [team] }, there);
    expect([200, 201]).toContain(made.status);
    expect((await there.owner.call(`GET /v1/teams/${team}`)).body.memberCount).toBe(2);
    expect((await membersOf(there)).meta.total).toBe(2);
  });

  testWhole('of a hundred people fits into few transactions, with seats, teams and pending invitations', async () => {
    const there = await organization();
    const team = (await there.owner.call('POST /v1/teams', { body: { name: 'All' } })).body.id;
    // Their seats are in most counter rows, and so in the one of the new seats.
    const invited = Array.from({ length: 40 }, () => newAddress());
    for (const email of invited) await there.owner.call('POST /v1/invitations', { body: { email, role: 'VIEWER' } });
    const rows = [...invited, ...Array.from({ length: 60 }, () => newAddress())].map((email) => ({
      ...{ email, role: 'USER', teams: [team] },
    }));
    const made = await importMany(rows, there);
    expect(made.body.data.every(({ status }: { status: number }) => status === 201)).toBe(true);
    expect((await membersOf(there)).meta.total).toBe(101);
    expect((await there.owner.call(`GET /v1/teams/${team}`)).body.memberCount).toBe(101);
    expect((await there.owner.call('GET /v1/invitations?status=PENDING')).body.data).toEqual([]);
  });

  test('that is interrupted is continued by its idempotency key, and creates nobody twice', async () => {
    const there = await organization();
    const rows = Array.from({ length: 30 }, () => ({ email: newAddress(), role: 'USER' }));
    const headers = { 'idempotency-key': newAddress() };
    await service.faults([
      { function: 'members/import-bulk', action: 'dynamodb:PutItem', skip: 1, fault: 'kill-worker-after' },
    ]);
    // Without the harness: the gateway answers 500 for a killed function.
    const died = await fetch(`${service.api}/v1/members/bulk`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${there.key.token}`, 'x-organization-id': there.id, ...headers },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ members: rows }),
    });
    expect(died.status).toBe(500);
    await service.faults([]);
    const { total } = (await membersOf(there)).meta;
    expect(total).toBeGreaterThan(1);
    expect(total).toBeLessThan(31);
    await service.clock('30s');
    const made = await there.key.call('POST /v1/members/bulk', { body: { members: rows }, headers });
    await service.clock(0);
    expect(made.body.data.map(({ status }: { status: number }) => status)).toEqual(Array(30).fill(201));
    expect((await membersOf(there)).meta.total).toBe(31);
  });

  test('has at least one row and at most a hundred', async () => {
    const row = { email: newAddress(), role: 'USER' };
    for (const rows of [[], Array(101).fill(row)]) {
      expect((await importMany(rows)).body).toMatchObject({ error: 'validation_failed' });
    }
  });
});

describe('only an operator’s key imports:', () => {
  test.each(['POST /v1/members', 'POST /v1/members/bulk'])(
    '%s refuses everybody else, and names invitations',
    async (route) => {
      const row = { email: newAddress(), role: 'USER' };
      const body = route.endsWith('bulk') ? { members: [row] } : row;
      const integration = await home.owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } });
      const token = await home.owner.call('POST /v1/access-tokens', { body: { name: 'One' } });
      const reading = (await service.operatorKey(['member:read', 'invitation:create'])).in(home.id);
      const nowhere = (await service.operatorKey()).in(`org_${'0'.repeat(26)}`);
      const before = service.writes().length;
      for (const credential of [home.owner.token, integration.body.token, token.body.token]) {
        const headers = { authorization: `Bearer ${credential}`, 'x-organization-id': home.id };
        const refused = await service.call(route, { body, headers });
        expect(refused).toMatchObject({ status: 403, body: { error: 'operator_key_required' } });
        expect(refused.body.message).toContain('POST /v1/invitations');
      }
      expect((await service.call(route, { body })).status).toBe(401);
      const forged = { authorization: 'Bearer nonsense', 'x-organization-id': home.id };
      expect((await service.call(route, { body, headers: forged })).status).toBe(401);
      expect((await reading.call(route, { body })).body.error).toBe('forbidden');
      expect((await nowhere.call(route, { body })).body.error).toBe('organization_not_found');
      expect(service.writes().slice(before)).toEqual([]);
    },
  );
});

describe('members are found', () => {
  test('by user id, address and subject, exactly, and only in the organization', async () => {
    const there = await organization();
    const email = newAddress();
    const subject = `find|${email}`;
    const { id, userId } = (await importOne({ email, subject }, there)).body;
    const find = async (client: Client, query: string) => {
      const { status, body } = await client.call(`GET /v1/members?${query}`);
      return [status, ...body.data.map((member: { id: string }) => member.id)];
    };
    const queries = [
      `userId=${userId}`,
      `email=${encodeURIComponent(email.toUpperCase())}`,
      `subject=${encodeURIComponent(subject)}`,
      `subject=${encodeURIComponent(subject)}&userId=${userId}&email=${encodeURIComponent(email)}`,
    ];
    for (const query of queries) {
      expect(await find(there.owner, query), query).toEqual([200, id]);
      expect(await find(there.key, query), query).toEqual([200, id]);
      // Elsewhere there is no trace of them.
      expect(await find(home.owner, query), query).toEqual([200]);
    }
    for (const query of ['subject=unknown', `email=${newAddress()}`, `userId=usr_${'0'.repeat(26)}`]) {
      expect(await find(there.owner, query)).toEqual([200]);
    }
    expect(await find(there.owner, `subject=${encodeURIComponent(subject.slice(0, -1))}`)).toEqual([200]);
    expect(await find(there.owner, `subject=${encodeURIComponent(subject)}&role=ADMIN`)).toEqual([200]);
    const viewer = await service.member(there.owner, 'VIEWER');
    expect(await find(viewer, queries[2] as string)).toEqual([200, id]);
    expect((await there.owner.call('GET /v1/members?subject=')).status).toBe(400);
  });
});
