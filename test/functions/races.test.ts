import { expect, test } from 'vitest';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { rounds, someOf } from '../support/whole.ts';

// Sends parallel requests through the proxy, which refuses overlapping transactions as DynamoDB does. Each test fails
// without the write condition that it covers: `npm run test:mutants`.

const service = useService();

const times = <T>(count: number, of: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => of(i)));
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });

/** Delays the first write, so that all requests read before it. */
const slowFirstWrite = () => service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 120 }]);

async function invite(owner: Client, email = newAddress()): Promise<{ id: string; email: string; token: string }> {
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(invited.status).toBe(201);
  return { id: invited.body.id, email, token: await service.linkToken(email) };
}

test('two parallel accepts of a link create one membership, and both succeed', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(5); round += 1) {
    const { token, email } = await invite(owner);
    await slowFirstWrite();
    const answers = await times(2, () => accept(token));
    expect(statuses(answers)).toEqual([200, 200]);
    expect(answers[0]?.body.member.id).toBe(answers[1]?.body.member.id);
    const { data, meta } = (await owner.call('GET /v1/members?perPage=100')).body;
    expect(
      data.filter((member: { userProfile: { email: string } }) => member.userProfile.email === email),
    ).toHaveLength(1);
    expect(meta.total).toBe(round + 2);
  }
});

test('twenty parallel invitations of an address create one', async () => {
  const { owner } = await service.organization();
  const email = newAddress();
  const spellings = [email, email.toUpperCase(), ` ${email} `];
  await slowFirstWrite();
  const answers = await times(20, (index) =>
    owner.call('POST /v1/invitations', { body: { email: spellings[index % 3], role: 'USER' } }),
  );
  expect(statuses(answers)).toEqual([201, ...Array(19).fill(409)]);
  for (const { status, body } of answers) if (status === 409) expect(body.error).toBe('already_invited');
  expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(1);
  expect(await service.mails(email)).toHaveLength(1);
});

test('of a parallel accept and revoke exactly one succeeds', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(8); round += 1) {
    const { id, token, email } = await invite(owner);
    await slowFirstWrite();
    const [accepted, revoked] = await Promise.all([accept(token), owner.call(`DELETE /v1/invitations/${id}`)]);
    const { status } = (await owner.call(`GET /v1/invitations/${id}`)).body;
    const { data } = (await owner.call('GET /v1/members?perPage=100')).body;
    const isMember = data.some((member: { userProfile: { email: string } }) => member.userProfile.email === email);
    if (accepted.status === 200) {
      expect(revoked).toMatchObject({ status: 409, body: { error: 'invitation_not_pending' } });
      expect([status, isMember]).toEqual(['ACCEPTED', true]);
    } else {
      expect(accepted).toMatchObject({ status: 410, body: { error: 'invitation_revoked' } });
      expect(revoked.status).toBe(204);
      expect([status, isMember]).toEqual(['REVOKED', false]);
    }
  }
});

test('of two admins who demote each other in parallel exactly one succeeds', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(5); round += 1) {
    const [one, other] = await times(2, () => service.member(owner, 'ADMIN'));
    if (!one || !other) throw new Error('There are two admins.');
    const demote = (actor: Client, memberId: string) =>
      actor.call(`PATCH /v1/members/${memberId}`, { body: { role: 'USER' } });
    await slowFirstWrite();
    const answers = await Promise.all([demote(one, other.memberId), demote(other, one.memberId)]);
    expect(statuses(answers)).toEqual([200, 403]);
    const roles = await Promise.all(
      [one, other].map(async ({ memberId }) => (await owner.call(`GET /v1/members/${memberId}`)).body.role),
    );
    expect(roles.sort()).toEqual(['ADMIN', 'USER']);
  }
});

test('of two admins who remove each other in parallel exactly one succeeds', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(6); round += 1) {
    const [one, other] = await times(2, () => service.member(owner, 'ADMIN'));
    if (!one || !other) throw new Error('There are two admins.');
    await slowFirstWrite();
    const answers = await Promise.all([
      one.call(`DELETE /v1/members/${other.memberId}`),
      other.call(`DELETE /v1/members/${one.memberId}`),
    ]);
    expect(statuses(answers)).toEqual([204, 404]);
    expect((await owner.call('GET /v1/members')).body.meta.total).toBe(round + 2);
  }
});

test('a role and a profile of a member that change in parallel are both kept', async () => {
  const { owner } = await service.organization();
  for (const role of ['ADMIN', 'VIEWER', 'OPERATOR'].slice(0, rounds(3))) {
    const member = await service.member(owner, 'USER');
    const id = (await member.call('GET /v1/me')).body.memberships[0].id;
    const lastName = `Renamed ${role}`;
    await slowFirstWrite();
    const answers = await Promise.all([
      owner.call(`PATCH /v1/members/${id}`, { body: { role } }),
      member.call('PATCH /v1/me', { body: { lastName } }),
    ]);
    expect(statuses(answers)).toEqual([200, 200]);
    expect((await owner.call(`GET /v1/members/${id}`)).body).toMatchObject({ role, userProfile: { lastName } });
  }
});

test('every request that a removed member starts after the removal is refused, reads and writes alike', async () => {
  const { owner } = await service.organization();
  const admin = await service.member(owner, 'ADMIN');
  const begun: { at: number; done: Promise<Answer> }[] = [];
  const send = () => {
    const index = begun.length;
    const route = index % 2 ? 'GET /v1/members' : 'POST /v1/invitations';
    const body = index % 2 ? undefined : { email: newAddress('late'), role: 'USER' };
    begun.push({ at: performance.now(), done: admin.call(route, { body }) });
  };
  const ok = async () => {
    const answers = await Promise.all(begun.map(({ done }) => done));
    return answers.filter(({ status }) => status < 300).length;
  };
  while (begun.length < 40 && (begun.length < 24 || (await ok()) < 10)) {
    send();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  let removedAt = Number.POSITIVE_INFINITY;
  const removal = owner.call(`DELETE /v1/members/${admin.memberId}`).then((answer) => {
    removedAt = performance.now();
    return answer;
  });
  for (let after = 0; after < 20; ) {
    send();
    if (removedAt < Number.POSITIVE_INFINITY) after += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect((await removal).status).toBe(204);
  const answers = await Promise.all(begun.map(async ({ at, done }) => ({ at, ...(await done) })));
  const before = answers.filter(({ at, status }) => at < removedAt && status < 300);
  const after = answers.filter(({ at }) => at > removedAt);
  expect(before.length).toBeGreaterThanOrEqual(10);
  expect(after.length).toBeGreaterThanOrEqual(10);
  for (const { status, body } of after) {
    expect({ status, error: body.error }).toEqual({ status: 404, error: 'organization_not_found' });
  }
});

test('of a parallel accept and resend, the resend never replaces an accepted link', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(6); round += 1) {
    const { id, token } = await invite(owner);
    await slowFirstWrite();
    const [accepted, resent] = await Promise.all([accept(token), owner.call(`POST /v1/invitations/${id}/resend`)]);
    const { status } = (await owner.call(`GET /v1/invitations/${id}`)).body;
    if (accepted.status === 200) {
      expect([resent.status, status]).toEqual([409, 'ACCEPTED']);
    } else {
      expect(accepted).toMatchObject({ status: 410, body: { error: 'invitation_superseded' } });
      expect([resent.status, status]).toEqual([200, 'PENDING']);
    }
  }
});

test('parallel resends leave one valid link', async () => {
  const { owner } = await service.organization();
  const { id, email } = await invite(owner);
  await slowFirstWrite();
  const answers = await times(3, () => owner.call(`POST /v1/invitations/${id}/resend`));
  expect(statuses(answers)).toEqual([200, 200, 200]);
  const tokens = (await service.mails(email)).map(({ text }) => /token=([A-Za-z0-9_-]{64})/.exec(text)?.[1] as string);
  expect(new Set(tokens).size).toBe(4);
  const accepted: Answer[] = [];
  for (const token of tokens) accepted.push(await accept(token));
  expect(statuses(accepted)).toEqual([200, 410, 410, 410]);
});

test('parallel first sign-ins of a person through several endpoints create one user', async () => {
  const email = newAddress();
  const person = await service.person(email, { name: 'Jane Doe' });
  const answers = await times(8, (index) => person.call(index % 2 ? 'GET /v1/me' : 'GET /v1/organizations'));
  expect(statuses(answers)).toEqual(Array(8).fill(200));
  const users = (await service.items()).filter((item) => item.type === 'User' && item.email === email);
  expect(users).toHaveLength(1);
});

test('of two identities that claim a placeholder in parallel one gets it, and the other gets 409', async () => {
  const { owner } = await service.organization();
  for (let round = 0; round < rounds(4); round += 1) {
    const email = newAddress();
    await service.member(owner, 'USER', email);
    const bound = await service.person(newAddress(), { subject: `mover-${email}` });
    await bound.call('GET /v1/me');
    // The first identity signs in for the first time. The second one is bound already and shows a new address.
    const claimants = [
      await service.person(email, { subject: `first-${email}` }),
      await service.person(email, { subject: `mover-${email}` }),
    ];
    await slowFirstWrite();
    const answers = await Promise.all(claimants.map((each) => each.call('GET /v1/me')));
    expect(statuses(answers)).toEqual([200, 409]);
    const again = await Promise.all(claimants.map((each) => each.call('GET /v1/me')));
    expect(again.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
    const winner = again.find(({ status }) => status === 200);
    expect(winner?.body).toMatchObject({ email, memberships: [{ role: 'USER' }] });
    const users = (await service.items()).filter((item) => item.type === 'User' && item.email === email);
    expect(users).toMatchObject([{ claimed: true, organizations: 1 }]);
  }
});

test.each(
  someOf(1, [
    ['revoked', 'DELETE', '', undefined, 401],
    ['rotated', 'POST', '/rotate', {}, 401],
    ['rotated, and its token works on', 'POST', '/rotate', { overlapHours: 1 }, 201],
    ['demoted', 'PATCH', '', { role: 'VIEWER' }, 403],
  ]),
)('an integration that is %s between its read and its write is decided anew', async (_, method, path, body, status) => {
  const { owner } = await service.organization();
  const { token, id } = (await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } })).body;
  const where = { function: 'teams/create', action: 'dynamodb:PutItem' };
  const attempts = async () => (await service.calls(where.function)).filter(({ action }) => action === where.action);
  const before = (await attempts()).length;
  // The integration is read before the change, and conflicts delay the write until after it.
  await service.faults([{ ...where, fault: 'conflict', times: -1 }]);
  const headers = { authorization: `Bearer ${token}` };
  const creating = service.call('POST /v1/teams', { body: { name: 'Late' }, headers });
  await expect.poll(async () => (await attempts()).length, { timeout: 10_000 }).toBeGreaterThan(before);
  expect((await owner.call(`${method} /v1/integrations/${id}${path}`, { body })).status).toBeLessThan(300);
  await service.faults([]);
  expect((await creating).status).toBe(status);
  const teams = (await owner.call('GET /v1/teams')).body.data.map(({ name }: { name: string }) => name);
  expect(teams.includes('Late')).toBe(status === 201);
});

test('parallel rotations of an integration leave the last token, and at most one before it', async () => {
  const { owner } = await service.organization();
  const created = (await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } })).body;
  await slowFirstWrite();
  const rotated = await times(4, () =>
    owner.call(`POST /v1/integrations/${created.id}/rotate`, { body: { overlapHours: 24 } }),
  );
  expect(statuses(rotated)).toEqual([200, 200, 200, 200]);
  const tokens = [created.token, ...rotated.map(({ body }) => body.token)];
  const works = await Promise.all(
    tokens.map(async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await service.call('GET /v1/members', { headers })).status === 200;
    }),
  );
  // The first token was replaced by each of them.
  expect([works[0], works.filter(Boolean).length]).toEqual([false, 2]);
});

test('parallel imports of an address create one member', async () => {
  const { id, owner } = await service.organization();
  const key = (await service.operatorKey()).in(id);
  for (let round = 0; round < rounds(4); round += 1) {
    const email = newAddress();
    await slowFirstWrite();
    const answers = await times(5, (index) =>
      index % 2
        ? key.call('POST /v1/members', { body: { email, role: 'USER', subject: `race|${email}` } })
        : key.call('POST /v1/members/bulk', { body: { members: [{ email, role: 'USER', subject: `race|${email}` }] } }),
    );
    const results = answers.map(({ status, body }) => body.data?.[0].status ?? status);
    expect(results.sort()).toEqual([201, 409, 409, 409, 409]);
    expect((await owner.call('GET /v1/members')).body.meta.total).toBe(round + 2);
  }
});

test('of a parallel import and accept, one creates the member, and the invitation ends as accepted', async () => {
  const { id, owner } = await service.organization();
  const key = (await service.operatorKey()).in(id);
  for (let round = 0; round < rounds(6); round += 1) {
    const invited = await invite(owner);
    await slowFirstWrite();
    const [accepted, imported] = await Promise.all([
      accept(invited.token),
      key.call('POST /v1/members', { body: { email: invited.email, role: 'ADMIN' } }),
    ]);
    expect(accepted.status).toBe(200);
    expect([201, 409]).toContain(imported.status);
    expect(accepted.body.member.role).toBe(imported.status === 201 ? 'ADMIN' : 'USER');
    expect((await owner.call(`GET /v1/invitations/${invited.id}`)).body.status).toBe('ACCEPTED');
    expect((await owner.call('GET /v1/members?perPage=100')).body.meta.total).toBe(round + 2);
  }
});

test('of a parallel import and revoke, the person becomes a member, and the invitation ends once', async () => {
  const { id, owner } = await service.organization();
  const key = (await service.operatorKey()).in(id);
  for (let round = 0; round < rounds(6); round += 1) {
    const invited = await invite(owner);
    await slowFirstWrite();
    const [revoked, imported] = await Promise.all([
      owner.call(`DELETE /v1/invitations/${invited.id}`),
      key.call('POST /v1/members', { body: { email: invited.email, role: 'USER' } }),
    ]);
    expect(imported.status).toBe(201);
    expect([204, 409]).toContain(revoked.status);
    const { status } = (await owner.call(`GET /v1/invitations/${invited.id}`)).body;
    expect(status).toBe(revoked.status === 204 ? 'REVOKED' : 'ACCEPTED');
  }
});

test('of a parallel import and invitation of an address, none stays pending beside the member', async () => {
  const { id, owner } = await service.organization();
  const key = (await service.operatorKey()).in(id);
  for (let round = 0; round < rounds(6); round += 1) {
    const email = newAddress();
    await service.person(email).then((person) => person.call('GET /v1/me'));
    await slowFirstWrite();
    const [imported, invited] = await Promise.all([
      key.call('POST /v1/members', { body: { email, role: 'USER' } }),
      owner.call('POST /v1/invitations', { body: { email, role: 'USER' } }),
    ]);
    expect(imported.status).toBe(201);
    if (invited.status !== 201) expect(invited.body.error).toBe('already_member');
    const { data } = (await owner.call(`GET /v1/invitations?email=${encodeURIComponent(email)}`)).body;
    expect(data.filter(({ status }: { status: string }) => status === 'PENDING')).toEqual([]);
  }
});
