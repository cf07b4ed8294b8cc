import { afterEach, describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();

afterEach(async () => {
  await service.clock(0);
  await service.faults([]);
});

type Call = (route: string, body?: unknown, headers?: Record<string, string>) => ReturnType<typeof service.call>;

/** Returns calls with the token of an integration. */
function by(token: string): Call {
  return (route, body, headers = {}) =>
    service.call(route, { body, headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function integrate(owner: Client, body: Record<string, unknown> = {}) {
  const created = await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN', ...body } });
  expect(created.status).toBe(201);
  const { token, ...shown } = created.body;
  return { token: token as string, shown, id: shown.id as string, call: by(token) };
}

const newest = async (owner: Client) => (await owner.call('GET /v1/audit-logs')).body.data[0];

describe('an integration', () => {
  test('is shown once, acts as itself in its organization only, and is named in the audit log', async () => {
    const { id, owner } = await service.organization();
    const { token, shown, call } = await integrate(owner);
    const { id: makerId } = (await owner.call('GET /v1/me')).body;
    expect(token).toMatch(/^msi_[A-Za-z0-9_-]{86}$/);
    expect(token).toMatch(/[A-Za-z0-9]$/);
    expect(shown).toMatchObject({ name: 'CRM', role: 'ADMIN', organizationId: id, createdBy: makerId });
    expect(shown).toMatchObject({ expiresAt: null, rotatedAt: null, previousTokenUntil: null });
    expect(await newest(owner)).toMatchObject({ action: 'integration.create', resourceId: shown.id });
    expect((await owner.call('GET /v1/integrations')).body).toMatchObject({ data: [shown], meta: { total: 1 } });
    expect((await owner.call(`GET /v1/integrations/${shown.id}`)).body).toEqual(shown);

    const asKey = await service.call('GET /v1/members', { headers: { 'texture-api-key': token } });
    for (const members of [await call('GET /v1/members'), asKey]) {
      // It is no member itself.
      expect(members.body).toMatchObject({ data: [{ organizationId: id, owner: true }], meta: { total: 1 } });
    }
    const chat = { 'x-auth-token': token, 'x-user-id': shown.id };
    expect((await service.call('GET /api/v1/teams.list', { headers: chat })).status).toBe(200);
    expect((await service.call('GET /api/v1/teams.list', { headers: { ...chat, 'x-user-id': makerId } })).status).toBe(
      401,
    );

    const other = await service.organization();
    expect((await call('GET /v1/members', undefined, { 'x-organization-id': other.id })).status).toBe(404);
    expect((await call(`GET /v1/organizations/${other.id}`)).status).toBe(404);
    const invited = await call('POST /v1/invitations', { email: newAddress(), role: 'USER' });
    expect(invited).toMatchObject({ status: 201, body: { invitedBy: shown.id } });
    expect(await newest(owner)).toMatchObject({
      ...{ action: 'invitation.create', actorType: 'integration', actorId: shown.id },
    });
    expect((await owner.call(`GET /v1/audit-logs?actor=${shown.id}`)).body.data).toHaveLength(1);
    expect(JSON.stringify(await service.items())).not.toContain(token.slice(-43));
  });

  test('outlives the ADMIN who made it, and ends with its organization', async () => {
    const { id, owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const { call } = await integrate(admin);
    expect((await owner.call(`DELETE /v1/members/${admin.memberId}`)).status).toBe(204);
    expect((await call('GET /v1/members')).status).toBe(200);
    expect((await call('POST /v1/invitations', { email: newAddress(), role: 'USER' })).status).toBe(201);
    expect((await owner.call(`DELETE /v1/organizations/${id}`)).status).toBe(204);
    expect((await call('GET /v1/members')).status).toBe(404);
    await service.clock('5m');
    for (let runs = 0; runs < 4; runs += 1) await service.sweep();
    const left = (await service.items()).filter(
      ({ type, organizationId }) => type !== 'AuditEntry' && organizationId === id,
    );
    expect(left).toEqual([]);
    expect((await call('GET /v1/members')).status).toBe(401);
  });

  test.each(['ADMIN', 'USER', 'OPERATOR', 'VIEWER'])('has the permissions of its role: %s', async (role) => {
    const { owner } = await service.organization();
    const { call } = await integrate(owner, { role });
    const isAdmin = role === 'ADMIN';
    expect((await call('GET /v1/members')).status).toBe(200);
    expect((await call('GET /v1/audit-logs')).status).toBe(isAdmin ? 200 : 403);
    expect((await call('GET /v1/integrations')).status).toBe(isAdmin ? 200 : 403);
    const invited = await call('POST /v1/invitations', { email: newAddress(), role: 'VIEWER' });
    expect(invited.status).toBe(isAdmin ? 201 : 403);
    const team = await call('POST /v1/teams', { name: newAddress('team') });
    expect(team.status).toBe(isAdmin || role === 'USER' ? 201 : 403);
  });

  test.each(['msi_', 'msi_x', `msi_${'A'.repeat(86)}`, `mst_${'A'.repeat(86)}`])(
    'is refused if it is %j',
    async (text) => {
      expect((await by(text)('GET /v1/members')).status).toBe(401);
      expect((await service.call('GET /v1/members', { headers: { 'texture-api-key': text } })).status).toBe(401);
    },
  );

  test('is refused with another integration’s secret, and after its expiry until it is renewed', async () => {
    const { id: organizationId, owner } = await service.organization();
    const { token, call, id } = await integrate(owner, { expiresInDays: 2 });
    const other = await integrate(owner);
    const bytes = (text: string) => Buffer.from(text.slice(4), 'base64url');
    const mixed = Buffer.concat([bytes(token).subarray(0, 32), bytes(other.token).subarray(32)]);
    expect((await by(`msi_${mixed.toString('base64url')}`)('GET /v1/members')).status).toBe(401);
    expect((await call('GET /v1/members')).status).toBe(200);
    await service.clock('3d');
    const later = (await service.person(owner.email)).in(organizationId);
    expect((await call('GET /v1/members')).status).toBe(401);
    expect((await call('POST /v1/teams', { name: 'Late' })).status).toBe(401);
    expect((await other.call('GET /v1/members')).status).toBe(200);
    const renewed = await later.call(`PATCH /v1/integrations/${id}`, { body: { expiresInDays: null } });
    expect(renewed.body).toMatchObject({ expiresAt: null });
    expect((await call('GET /v1/members')).status).toBe(200);
  });

  test('is refused at the next request after it was revoked', async () => {
    const { owner } = await service.organization();
    const { call, id } = await integrate(owner);
    expect((await call('GET /v1/members')).status).toBe(200);
    expect((await owner.call(`DELETE /v1/integrations/${id}`)).status).toBe(204);
    expect((await call('GET /v1/members')).status).toBe(401);
    expect((await call('POST /v1/teams', { name: 'Gone' })).status).toBe(401);
    expect((await owner.call(`GET /v1/integrations/${id}`)).body.error).toBe('integration_not_found');
    expect((await owner.call(`DELETE /v1/integrations/${id}`)).status).toBe(404);
    expect(await newest(owner)).toMatchObject({
      action: 'integration.revoke',
      metadata: { before: { role: 'ADMIN' } },
    });
  });

  test('has another role from the next request on', async () => {
    const { owner } = await service.organization();
    const { call, id } = await integrate(owner);
    const changed = await owner.call(`PATCH /v1/integrations/${id}`, { body: { role: 'VIEWER', name: 'Reports' } });
    expect(changed.body).toMatchObject({ role: 'VIEWER', name: 'Reports', expiresAt: null });
    expect((await call('GET /v1/audit-logs')).body.error).toBe('forbidden');
    expect(await newest(owner)).toMatchObject({
      action: 'integration.update',
      metadata: { before: { role: 'ADMIN' }, after: { role: 'VIEWER' } },
    });
  });
});

describe('rotation', () => {
  test('replaces the token at once by default', async () => {
    const { owner } = await service.organization();
    const { call, id, token } = await integrate(owner);
    const rotated = await owner.call(`POST /v1/integrations/${id}/rotate`, { body: {} });
    expect(rotated).toMatchObject({
      status: 200,
      body: { id, previousTokenUntil: null, rotatedAt: expect.any(String) },
    });
    expect(rotated.body.token).not.toBe(token);
    expect((await call('GET /v1/members')).status).toBe(401);
    expect((await by(rotated.body.token)('GET /v1/members')).status).toBe(200);
    expect(await newest(owner)).toMatchObject({ action: 'integration.rotate' });
    expect(JSON.stringify(await newest(owner))).not.toContain(rotated.body.token.slice(-43));
  });

  test('lets the replaced token work for the chosen hours, and never more than two', async () => {
    const { id: organizationId, owner } = await service.organization();
    const { call: first, id } = await integrate(owner);
    const rotate = async (overlapHours: number) =>
      by((await owner.call(`POST /v1/integrations/${id}/rotate`, { body: { overlapHours } })).body.token);
    const second = await rotate(24);
    expect((await owner.call(`GET /v1/integrations/${id}`)).body.previousTokenUntil).not.toBeNull();
    for (const call of [first, second]) expect((await call('POST /v1/teams', { name: newAddress() })).status).toBe(201);
    const third = await rotate(1);
    const statuses = () =>
      Promise.all([first, second, third].map(async (call) => (await call('GET /v1/members')).status));
    expect(await statuses()).toEqual([401, 200, 200]);
    await service.clock('61m');
    expect(await statuses()).toEqual([401, 401, 200]);
    const later = (await service.person(owner.email)).in(organizationId);
    expect((await later.call(`GET /v1/integrations/${id}`)).body.previousTokenUntil).toBeNull();
    for (const overlapHours of [-1, 25, 1.5, '1']) {
      const refused = await later.call(`POST /v1/integrations/${id}/rotate`, { body: { overlapHours } });
      expect(refused.body).toMatchObject({
        error: 'validation_failed',
        details: { overlapHours: [expect.any(String)] },
      });
    }
  });
});

describe('an integration may not', () => {
  test.each([
    ['GET /v1/me', undefined],
    ['PATCH /v1/me', { firstName: 'Robot' }],
    ['DELETE /v1/me', undefined],
    ['GET /v1/organizations', undefined],
    ['POST /v1/organizations', { name: 'Another' }],
    ['POST /v1/access-tokens', { name: 'Own' }],
    ['GET /v1/access-tokens', undefined],
    ['POST /v1/integrations', { name: 'Another', role: 'VIEWER' }],
    ['POST /v1/integrations/:own/rotate', {}],
    ['PATCH /v1/integrations/:own', { role: 'ADMIN' }],
    ['DELETE /v1/integrations/:own', undefined],
    ['DELETE /v1/organizations/:id', undefined],
    ['POST /v1/organizations/:id/transfer-ownership', { memberId: 'mem_x' }],
    ['POST /v1/organizations/:id/transfer-ownership/accept', undefined],
    ['POST /v1/organizations/:id/transfer-ownership/decline', undefined],
    ['GET /v1/access', undefined],
  ])('%s', async (route, body) => {
    const { id, owner } = await service.organization();
    const { call, id: own } = await integrate(owner);
    const before = service.writes().length;
    const refused = await call(route.replace(':id', id).replace(':own', own), body);
    expect(refused).toMatchObject({ status: 403, body: { error: 'integration_not_allowed' } });
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('leave in Rocket.Chat’s API', async () => {
    const { owner } = await service.organization();
    const { call } = await integrate(owner);
    expect((await call('POST /api/v1/teams.leave', { teamName: 'x' })).status).toBe(403);
  });

  test('be made by anybody but a signed-in ADMIN', async () => {
    const { owner } = await service.organization();
    const body = { name: 'CRM', role: 'VIEWER' };
    for (const role of ['USER', 'OPERATOR', 'VIEWER'] as const) {
      const member = await service.member(owner, role);
      expect((await member.call('POST /v1/integrations', { body })).body.error).toBe('forbidden');
      expect((await member.call('GET /v1/integrations')).body.error).toBe('forbidden');
    }
    const { token } = (await owner.call('POST /v1/access-tokens', { body: { name: 'One' } })).body;
    expect((await by(token)('POST /v1/integrations', body)).body.error).toBe('token_not_allowed');
    expect((await by(token)('GET /v1/integrations')).status).toBe(200);
  });
});

describe('an integration’s invitation', () => {
  test('names the integration, replies go to no person, and it is accepted while the integration exists', async () => {
    const { owner } = await service.organization('Acme');
    const { call, id } = await integrate(owner, { name: 'Shop <b>' });
    const email = newAddress();
    expect((await call('POST /v1/invitations', { email, role: 'USER' })).status).toBe(201);
    const [mail] = await service.mails(email);
    expect(mail?.subject).toContain('Shop <b> invited you to join Acme');
    expect(mail?.html).toContain('Shop &lt;b&gt;');
    const token = await service.linkToken(email);
    const page = await service.call(`GET /invitations/accept?token=${token}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('Shop &lt;b&gt;');
    const me = await (await service.person(email)).call('GET /v1/me');
    expect(me.body.invitations).toMatchObject([{ invitedBy: id, inviterName: 'Shop <b>' }]);
    const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
    expect(accepted).toMatchObject({ status: 200, body: { invitation: { invitedBy: id } } });
  });

  test('can’t be accepted after the revocation, or with a role that may not invite, until it is resent', async () => {
    const { owner } = await service.organization();
    const { call, id } = await integrate(owner);
    const invite = async () => {
      const email = newAddress();
      const { body } = await call('POST /v1/invitations', { email, role: 'USER' });
      return { email, id: body.id as string, token: await service.linkToken(email) };
    };
    const [one, two] = [await invite(), await invite()];
    const accept = (token: string) => service.call('POST /v1/invitations/accept', { body: { token } });
    await owner.call(`PATCH /v1/integrations/${id}`, { body: { role: 'USER' } });
    expect((await accept(one.token)).body.error).toBe('inviter_removed');
    await owner.call(`PATCH /v1/integrations/${id}`, { body: { role: 'ADMIN' } });
    expect((await accept(one.token)).status).toBe(200);
    await owner.call(`DELETE /v1/integrations/${id}`);
    expect((await accept(two.token)).body.error).toBe('inviter_removed');
    expect((await service.call(`GET /invitations/accept?token=${two.token}`)).status).toBe(410);
    expect((await owner.call(`POST /v1/invitations/${two.id}/resend`)).status).toBe(200);
    expect((await accept(await service.linkToken(two.email))).status).toBe(200);
  });

  test('is mailed and reminded by the scheduled function, also of a bulk, and resent by it', async () => {
    const { owner } = await service.organization();
    const { call } = await integrate(owner, { name: 'Importer' });
    const [email, other] = [newAddress(), newAddress()];
    const invitations = [email, other].map((address) => ({ email: address, role: 'USER' }));
    const bulk = await call('POST /v1/invitations/bulk', { invitations });
    expect(bulk.body.data.map(({ status }: { status: number }) => status)).toEqual([201, 201]);
    await service.sweep();
    expect((await service.mails(email))[0]?.subject).toContain('Importer');
    const resent = await call(`POST /v1/invitations/${bulk.body.data[0].invitation.id}/resend`);
    expect(resent.status).toBe(200);
    expect(await service.mails(email)).toHaveLength(2);
    await service.clock('4d');
    await service.sweep();
    expect((await service.mails(other)).at(-1)?.subject).toContain('Importer');
    expect(await service.mails(other)).toHaveLength(2);
  });

  testWhole('that has expired is asked for again by mail to the ADMIN who made the integration', async () => {
    const { id: organizationId, owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    await service.clock('-8d');
    const earlier = (await service.person(admin.email)).in(organizationId);
    const { call } = await integrate(earlier);
    const email = newAddress();
    await call('POST /v1/invitations', { email, role: 'USER' });
    const token = await service.linkToken(email);
    await service.clock(0);
    const ask = () =>
      service.call('POST /invitations/ask', {
        body: `token=${token}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const before = (await service.mails(admin.email)).length;
    expect((await ask()).status).toBe(200);
    expect(await service.mails(admin.email)).toHaveLength(before + 1);
    expect(await newest(owner)).toMatchObject({ action: 'invitation.ask' });
  });
});

describe('what an integration creates', () => {
  test('a team has no members, and integrations with the role ADMIN manage it', async () => {
    const { owner } = await service.organization();
    const { call, id } = await integrate(owner);
    const user = await integrate(owner, { role: 'USER', name: 'Reader' });
    const team = (await call('POST /v1/teams', { name: 'Made' })).body;
    expect(team).toMatchObject({ createdBy: id, memberCount: 0 });
    const { memberId } = await service.member(owner, 'USER');
    expect((await call(`PUT /v1/teams/${team.id}/members/${memberId}`, { role: 'OWNER' })).status).toBe(200);
    expect((await call(`PATCH /v1/teams/${team.id}`, { name: 'Renamed' })).status).toBe(200);
    const chat = await call('POST /api/v1/teams.create', { name: newAddress('chat').split('@')[0], type: 0 });
    expect(chat.status).toBe(200);
    const own = (await user.call('POST /v1/teams', { name: 'Of a USER' })).body;
    expect((await user.call(`PATCH /v1/teams/${own.id}`, { name: 'Mine' })).body.error).toBe('forbidden');
    const type = { 'content-type': 'application/vnd.api+json' };
    const document = JSON.stringify({ data: { type: 'team', attributes: { name: 'A document' } } });
    expect((await call('POST /api/v1/teams', document, type)).status).toBe(201);
  });

  testWhole(
    'sites are managed by its role ADMIN, and another organization’s log names the organization only',
    async () => {
      const { owner } = await service.organization();
      const { call, id } = await integrate(owner);
      const made = await call('POST /api/v3/teams', { name: 'Sites', email: newAddress(), type: 'Company' });
      const site = await call('POST /api/v3/sites', { name: 'Depot', team_uuid: made.body.data.uuid });
      expect(site.status).toBe(200);
      const { uuid } = site.body.data;
      expect((await call('GET /api/v3/sites')).body.data).toHaveLength(1);
      expect((await call('GET /api/v3/teams')).body.data.length).toBeGreaterThan(1);
      expect((await call(`POST /api/v3/sites/${uuid}/chargers`, { identity: 'CP-1' })).status).toBe(200);
      expect((await call('GET /api/v3/chargers')).body.data).toHaveLength(1);
      const guest = await service.organization('Guest');
      const team = await guest.owner.call('POST /api/v3/teams', {
        body: { name: 'Guests', email: newAddress(), type: 'Company' },
      });
      const invited = await call(`POST /api/v3/sites/${uuid}/teams/invite`, { email: guest.owner.email });
      expect(invited.status).toBe(201);
      const token = await service.linkToken(guest.owner.email);
      expect((await service.call(`GET /sites/invite?token=${token}`)).status).toBeLessThan(500);
      const accepted = await guest.owner.call('POST /api/v3/sites/invite/accept', {
        body: { token, team_uuid: team.body.data.uuid },
      });
      expect(accepted.status).toBe(200);
      const removed = await call(`DELETE /api/v3/sites/${uuid}/teams/${team.body.data.uuid}`);
      expect(removed.status).toBeLessThan(300);
      const log = (await guest.owner.call('GET /v1/audit-logs')).body.data;
      expect(JSON.stringify(log)).not.toContain(id);
      const viewer = await integrate(owner, { role: 'VIEWER', name: 'Viewer' });
      expect((await viewer.call('GET /api/v3/sites')).body.data).toEqual([]);
      expect((await viewer.call(`GET /api/v3/sites/${uuid}`)).status).toBe(404);
    },
  );

  test('is created once with an Idempotency-Key, and a replayed answer has no token', async () => {
    const { owner } = await service.organization();
    const headers = { 'idempotency-key': newAddress() };
    const body = { name: 'CRM', role: 'ADMIN' };
    const first = await owner.call('POST /v1/integrations', { body, headers });
    const again = await owner.call('POST /v1/integrations', { body, headers });
    const { token, ...shown } = first.body;
    expect(again.body).toEqual(shown);
    expect((await owner.call('GET /v1/integrations')).body.meta.total).toBe(1);
    const team = { name: newAddress('team') };
    const key = { 'idempotency-key': newAddress() };
    const made = await by(token)('POST /v1/teams', team, key);
    expect((await by(token)('POST /v1/teams', team, key)).body).toEqual(made.body);
  });
});
