import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();

afterEach(() => service.clock(0));

async function mint(client: Client, body: Record<string, unknown> = {}) {
  const created = await client.call('POST /v1/access-tokens', { body: { name: 'Deploy', ...body } });
  expect(created.status).toBe(201);
  const { token, ...shown } = created.body;
  const by = (header: Record<string, string>) => (route: string, body?: unknown) =>
    service.call(route, { body, headers: header });
  return {
    shown,
    token,
    asBearer: by({ authorization: `Bearer ${token}` }),
    asKey: by({ 'texture-api-key': token }),
  };
}

describe('an access token', () => {
  test('is shown once, works as bearer token and as Texture-Api-Key, and acts for its owner in its organization', async () => {
    const { id, owner } = await service.organization();
    await owner.call('POST /v1/organizations', { body: { name: 'Another' } });
    const { token, shown, asBearer, asKey } = await mint(owner);
    expect(token).toMatch(/^mst_[A-Za-z0-9_-]{107}$/);
    expect((await owner.call('GET /v1/access-tokens')).body).toMatchObject({ data: [shown], meta: { total: 1 } });
    for (const call of [asBearer, asKey]) {
      const members = await call('GET /v1/members');
      expect(members.body.data).toMatchObject([{ organizationId: id, owner: true }]);
    }
    const other = await service.organization();
    const headers = { authorization: `Bearer ${token}`, 'x-organization-id': other.id };
    expect((await service.call('GET /v1/members', { headers })).status).toBe(404);
    expect((await asBearer(`GET /v1/organizations/${other.id}`)).status).toBe(404);
    const invited = await asBearer('POST /v1/invitations', { email: `by-${shown.id}@example.com`, role: 'USER' });
    expect(invited.status).toBe(201);
    const [entry] = (await owner.call('GET /v1/audit-logs')).body.data;
    expect(entry).toMatchObject({ action: 'invitation.create', actorType: 'apiKey', actorId: shown.id });
    expect(JSON.stringify(await service.items())).not.toContain(token.slice(-43));
  });

  test('shows its owner’s profile, and memberships and invitations of its own organization only', async () => {
    const { id, owner } = await service.organization();
    const { asBearer, shown } = await mint(owner);
    await owner.call('POST /v1/teams', { body: { name: newAddress('team') } });
    const alone = (await owner.call('GET /v1/me')).body;
    expect((await asBearer('GET /v1/me')).body).toEqual(alone);
    expect(alone.teams.length).toBeGreaterThan(0);
    const another = (await owner.call('POST /v1/organizations', { body: { name: 'Another' } })).body.id;
    await owner.in(another).call('POST /v1/teams', { body: { name: newAddress('team') } });
    const inviting = await service.organization('Inviting');
    await inviting.owner.call('POST /v1/invitations', { body: { email: owner.email, role: 'USER' } });
    expect((await owner.call('GET /v1/me')).body).toMatchObject({
      memberships: [{ organizationId: id }, { organizationId: another }],
      invitations: [{ organizationId: inviting.id }],
    });
    expect((await asBearer('GET /v1/me')).body).toEqual(alone);
    expect((await asBearer('GET /v1/organizations')).body).toMatchObject({ data: [{ id }], meta: { total: 1 } });
    await owner.call(`DELETE /v1/access-tokens/${shown.id}`);
    for (const route of ['GET /v1/me', 'GET /v1/organizations']) expect((await asBearer(route)).status).toBe(401);
  });

  test.each(['mst_', 'mst_x', `mst_${'A'.repeat(107)}`, 'nonsense', ''])('is refused if it is %j', async (text) => {
    for (const headers of [{ authorization: `Bearer ${text}` }, { 'texture-api-key': text }]) {
      expect((await service.call('GET /v1/members', { headers: headers as Record<string, string> })).status).toBe(401);
    }
  });

  test('is refused with another token’s secret and after its expiry', async () => {
    const { owner } = await service.organization();
    const { token, asKey } = await mint(owner, { expiresInDays: 2 });
    const other = await mint(owner);
    const mixed = Buffer.concat([
      Buffer.from(token.slice(4), 'base64url').subarray(0, 48),
      Buffer.from(other.token.slice(4), 'base64url').subarray(48),
    ]);
    const headers = { authorization: `Bearer mst_${mixed.toString('base64url')}` };
    expect((await service.call('GET /v1/members', { headers })).status).toBe(401);
    expect((await asKey('GET /v1/members')).status).toBe(200);
    await service.clock('3d');
    expect((await asKey('GET /v1/members')).status).toBe(401);
    expect((await other.asKey('GET /v1/members')).status).toBe(200);
  });

  test('is refused at the next request after it was revoked, also by itself', async () => {
    const { owner } = await service.organization();
    const [one, two] = [await mint(owner), await mint(owner)];
    expect((await owner.call(`DELETE /v1/access-tokens/${one.shown.id}`)).status).toBe(204);
    expect((await one.asBearer('GET /v1/members')).status).toBe(401);
    expect((await owner.call(`DELETE /v1/access-tokens/${one.shown.id}`)).status).toBe(404);
    expect((await two.asBearer(`DELETE /v1/access-tokens/${two.shown.id}`)).status).toBe(204);
    expect((await two.asBearer('GET /v1/members')).status).toBe(401);
    expect((await owner.call('GET /v1/access-tokens')).body.meta.total).toBe(0);
  });

  test('has the lower of its own role and its owner’s, at each request', async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const [full, viewer] = [await mint(admin), await mint(admin, { role: 'VIEWER' })];
    expect((await full.asKey('GET /v1/invitations')).status).toBe(200);
    expect((await viewer.asKey('GET /v1/members')).status).toBe(200);
    expect((await viewer.asKey('GET /v1/invitations')).status).toBe(403);
    await owner.call(`PATCH /v1/members/${admin.memberId}`, { body: { role: 'USER' } });
    expect((await full.asKey('GET /v1/invitations')).status).toBe(403);
    expect((await admin.call('POST /v1/access-tokens', { body: { name: 'x', role: 'ADMIN' } })).status).toBe(403);
  });

  test('creates tokens of at most its own role', async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const viewer = await mint(admin, { role: 'VIEWER' });
    expect((await viewer.asKey('POST /v1/access-tokens', { name: 'x', role: 'USER' })).status).toBe(403);
    const child = await viewer.asKey('POST /v1/access-tokens', { name: 'child' });
    expect(child.body.role).toBe('VIEWER');
    const headers = { authorization: `Bearer ${child.body.token}` };
    expect((await service.call('GET /v1/invitations', { headers })).status).toBe(403);
  });

  test('can’t accept invitations, create, delete or transfer organizations, or erase its owner', async () => {
    const { id, owner, memberId } = await service.organization();
    const { asBearer } = await mint(owner);
    for (const [route, body] of [
      ['POST /v1/invitations/accept', { token: 'A'.repeat(64) }],
      ['POST /v1/invitations/decline', { token: 'A'.repeat(64) }],
      ['POST /v1/organizations', { name: 'x' }],
      ['PATCH /v1/me', { firstName: 'x' }],
      ['DELETE /v1/me', undefined],
      [`DELETE /v1/organizations/${id}`, undefined],
      [`POST /v1/organizations/${id}/transfer-ownership`, { memberId }],
    ] as const) {
      expect(await asBearer(route, body), route).toMatchObject({ status: 403, body: { error: 'token_not_allowed' } });
    }
  });

  test('ends with the membership, and stays ended when the person rejoins', async () => {
    const { owner } = await service.organization();
    const user = await service.member(owner, 'USER');
    const { asBearer } = await mint(user);
    expect((await asBearer('GET /v1/members')).status).toBe(200);
    await owner.call(`DELETE /v1/members/${user.memberId}`);
    expect((await asBearer('GET /v1/members')).status).toBe(401);
    const back = await service.member(owner, 'USER', user.email);
    expect((await asBearer('GET /v1/members')).status).toBe(401);
    expect((await back.call('GET /v1/access-tokens')).body.data).toEqual([]);
    const present = await mint(back);
    await service.clock('1m');
    expect((await service.sweep()).cleared).toBe(1);
    expect((await present.asBearer('GET /v1/members')).status).toBe(200);
    const rows = (await service.items()).filter(({ type }) => type === 'Job');
    expect(rows).toEqual([]);
  });

  test('changes and ends other memberships but not its owner’s', async () => {
    const { owner } = await service.organization();
    const [admin, user] = [await service.member(owner, 'ADMIN'), await service.member(owner, 'USER')];
    const { asBearer } = await mint(admin);
    const own = `/v1/members/${admin.memberId}`;
    for (const [route, body] of [
      [`DELETE ${own}`, undefined],
      [`PATCH ${own}`, { role: 'USER' }],
    ] as const) {
      expect(await asBearer(route, body), route).toMatchObject({ status: 403, body: { error: 'token_not_allowed' } });
    }
    expect((await owner.call(`GET ${own}`)).body.role).toBe('ADMIN');
    expect((await asBearer(`PATCH /v1/members/${user.memberId}`, { role: 'VIEWER' })).status).toBe(200);
    expect((await asBearer(`DELETE /v1/members/${user.memberId}`)).status).toBe(204);
  });

  test('of another person is neither listed nor revoked', async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const { shown } = await mint(owner);
    expect((await admin.call('GET /v1/access-tokens')).body.data).toEqual([]);
    expect((await admin.call(`DELETE /v1/access-tokens/${shown.id}`)).status).toBe(404);
  });
});

describe('a token that another token created', () => {
  /** Creates a token with another token. */
  async function createBy({ asBearer }: { asBearer: ReturnType<typeof callWith> }, body: Record<string, unknown> = {}) {
    const { status, body: made } = await asBearer('POST /v1/access-tokens', { name: 'Child', ...body });
    expect(status).toBe(201);
    return { ...made, asBearer: callWith(made.token) };
  }
  const callWith = (token: string) => (route: string, body?: unknown) =>
    service.call(route, { body, headers: { authorization: `Bearer ${token}` } });
  const DAY = 24 * 3600 * 1000;

  test('expires no later than its creator, also if a later expiry is requested', async () => {
    const { owner } = await service.organization();
    const creator = await mint(owner, { expiresInDays: 2 });
    for (const body of [{}, { expiresInDays: 3650 }]) {
      expect((await createBy(creator, body)).expiresAt).toBe(creator.shown.expiresAt);
    }
    const shorter = await createBy(creator, { expiresInDays: 1 });
    expect(Date.parse(creator.shown.expiresAt) - Date.parse(shorter.expiresAt)).toBeGreaterThan(DAY / 2);
    expect((await createBy(await mint(owner))).expiresAt).toBeNull();
    const child = await createBy(creator);
    await service.clock('3d');
    expect((await child.asBearer('GET /v1/members')).status).toBe(401);
  });

  test('is revoked with its creator, and so are the tokens that it created', async () => {
    const { owner } = await service.organization();
    const [creator, other] = [await mint(owner), await mint(owner)];
    const [one, two] = [await createBy(creator), await createBy(creator)];
    const below = await createBy(one);
    expect((await owner.call(`DELETE /v1/access-tokens/${one.id}`)).status).toBe(204);
    for (const gone of [one, below]) expect((await gone.asBearer('GET /v1/members')).status).toBe(401);
    for (const left of [creator, two, other]) expect((await left.asBearer('GET /v1/members')).status).toBe(200);
    const last = await createBy(two);
    // The creator revokes itself.
    expect((await creator.asBearer(`DELETE /v1/access-tokens/${creator.shown.id}`)).status).toBe(204);
    for (const gone of [creator, two, last]) expect((await gone.asBearer('GET /v1/members')).status).toBe(401);
    expect((await owner.call('GET /v1/access-tokens')).body).toMatchObject({
      data: [{ id: other.shown.id }],
      meta: { total: 1 },
    });
    const revoked = (await owner.call('GET /v1/audit-logs?action=access-token.revoke')).body.data;
    expect(revoked.map(({ resourceId }: { resourceId: string }) => resourceId).sort()).toEqual(
      [creator.shown.id, one.id, below.id, two.id, last.id].sort(),
    );
  });

  test('revokes itself and the tokens that it created, but neither its creator nor its siblings', async () => {
    const { owner } = await service.organization();
    const creator = await mint(owner);
    const [one, two] = [await createBy(creator), await createBy(creator)];
    const below = await createBy(one);
    for (const id of [creator.shown.id, two.id]) {
      const answer = await one.asBearer(`DELETE /v1/access-tokens/${id}`);
      expect(answer).toMatchObject({ status: 403, body: { error: 'token_not_allowed' } });
    }
    expect((await two.asBearer('GET /v1/members')).status).toBe(200);
    expect((await one.asBearer(`DELETE /v1/access-tokens/${below.id}`)).status).toBe(204);
    expect((await below.asBearer('GET /v1/members')).status).toBe(401);
    expect((await one.asBearer(`DELETE /v1/access-tokens/${one.id}`)).status).toBe(204);
    expect((await one.asBearer('GET /v1/members')).status).toBe(401);
  });

  testWhole('is one of at most 45 descendants of a token, and revoking some makes room', async () => {
    const { owner } = await service.organization();
    const creator = await mint(owner);
    const first = await createBy(creator);
    for (let made = 1; made < 45; made += 1) await createBy(made % 2 ? first : creator);
    const refused = await first.asBearer('POST /v1/access-tokens', { name: 'One more' });
    expect(refused).toMatchObject({ status: 409, body: { error: 'access_token_limit_reached' } });
    expect((await owner.call(`DELETE /v1/access-tokens/${first.id}`)).status).toBe(204);
    await createBy(creator);
    expect((await owner.call(`DELETE /v1/access-tokens/${creator.shown.id}`)).status).toBe(204);
    expect((await owner.call('GET /v1/access-tokens')).body.meta.total).toBe(0);
  });

  test('is revoked or not created if its creator is revoked in parallel', async () => {
    const { owner } = await service.organization();
    for (let round = 0; round < 6; round += 1) {
      const creator = await mint(owner);
      const child = await createBy(creator);
      const makes = (by: typeof child) => by.asBearer('POST /v1/access-tokens', { name: 'In time' });
      const [revoked, ...made] = await Promise.all([
        owner.call(`DELETE /v1/access-tokens/${creator.shown.id}`),
        ...[child, creator, child, creator].map((by) => makes(by as typeof child)),
      ]);
      expect(revoked.status).toBe(204);
      for (const { status, body } of made) {
        expect([201, 401]).toContain(status);
        if (status === 201) expect((await callWith(body.token)('GET /v1/members')).status).toBe(401);
      }
      expect((await owner.call('GET /v1/access-tokens')).body.meta.total).toBe(0);
    }
  });
});

test('the token of an erased person is refused at once, also by endpoints that read its owner', async () => {
  const { owner } = await service.organization();
  const admin = await service.member(owner, 'ADMIN');
  const { body } = await admin.call('POST /v1/access-tokens', { body: { name: 'Program' } });
  expect((await admin.call('DELETE /v1/me')).status).toBe(204);
  const answer = await service.call('POST /v1/invitations', {
    headers: { authorization: `Bearer ${body.token}` },
    body: { email: newAddress(), role: 'USER' },
  });
  expect(answer).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
});
