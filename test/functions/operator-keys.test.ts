import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OPERATOR_PERMISSIONS, type OperatorPermission } from '../../lib/domain/operator-key.ts';
import { operatorCommand } from '../support/command.ts';
import { type Contract, contracts, tested } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { newAddress, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService();

afterEach(async () => {
  await service.clock(0);
  await service.faults([]);
});

/** Runs the command as an operator does. */
const command = (...options: string[]) =>
  operatorCommand(service, 'cdk/operator/operator-key.ts', [...options, '--table', service.stack.table]);

/** Invokes the function as an operator does with IAM. */
async function invoke(event: object) {
  return (await service.call('POST /_local/invoke', { body: { function: 'operator/keys', event } })).body;
}

async function createKey(permissions: readonly OperatorPermission[] = OPERATOR_PERMISSIONS, more: object = {}) {
  const { key, token } = await invoke({ action: 'create', name: 'CRM', permissions, ...more });
  const call = (route: string, organizationId?: string, body?: unknown, headers: Record<string, string> = {}) =>
    service.call(route, {
      body,
      headers: {
        authorization: `Bearer ${token}`,
        ...(organizationId !== undefined && { 'x-organization-id': organizationId }),
        ...headers,
      },
    });
  return { id: key.id as string, key, token: token as string, call };
}

let home: Home;
beforeAll(async () => {
  home = await service.organization('Home');
});

const newest = async ({ owner }: Home) => (await owner.call('GET /v1/audit-logs')).body.data[0];

describe('npm run operator-key', () => {
  test('creates, lists, rotates and revokes keys, and prints a secret once, alone on standard output', async () => {
    const created = await command(
      'create',
      '--name',
      'CRM',
      '--permissions',
      'member:read,invitation:create',
      '--days',
      '30',
    );
    expect(created.code).toBe(0);
    const token = created.out.trim();
    expect(token).toMatch(/^mso_[A-Za-z0-9_-]{65}[A-Za-z0-9]$/);
    const [id = ''] = /opk_\w{26}/.exec(created.err) ?? [];
    const read = (text: string) =>
      service.call('GET /v1/members', { headers: { authorization: `Bearer ${text}`, 'x-organization-id': home.id } });
    expect((await read(token)).status).toBe(200);
    const listed = await command('list');
    expect(listed.out).toContain(`${id}  CRM  member:read,invitation:create  expires `);
    expect(listed.out).not.toContain(token.slice(-40));
    expect(JSON.stringify(await service.items())).not.toContain(token.slice(-40));

    const rotated = await command('rotate', id, '--overlap-hours', '2');
    expect(rotated.err).toContain('works until');
    for (const text of [token, rotated.out.trim()]) expect((await read(text)).status).toBe(200);
    await service.clock('121m');
    expect((await read(token)).status).toBe(401);
    expect((await read(rotated.out.trim())).status).toBe(200);
    await service.clock('31d');
    expect((await read(rotated.out.trim())).status).toBe(401);
    await service.clock(0);
    const again = await command('rotate', id);
    expect((await read(rotated.out.trim())).status).toBe(401);
    expect((await read(again.out.trim())).status).toBe(200);
    expect(await command('revoke', id)).toMatchObject({ code: 0, out: '' });
    expect((await read(again.out.trim())).status).toBe(401);
    expect((await command('list')).out).not.toContain(id);
  });

  test.each(
    someOf(2, [
      [['create', '--name', 'CRM'], 'permissions'],
      [['create', '--name', 'CRM', '--permissions', 'organization:delete'], 'permissions'],
      [['create', '--permissions', 'member:read'], 'name'],
      [['create', '--name', 'CRM', '--permissions', 'member:read', '--days', '0'], 'expiresInDays'],
      [['rotate', 'opk_x'], 'id'],
      [['rotate', `opk_${'0'.repeat(26)}`], 'There is no operator key'],
      [['rotate', `opk_${'0'.repeat(26)}`, '--overlap-hours', '25'], 'overlapHours'],
      [['revoke', `opk_${'0'.repeat(26)}`], 'There is no operator key'],
      [['erase'], 'create, list, rotate or revoke'],
      [[], 'create, list, rotate or revoke'],
    ] as const),
  )('refuses %j, and writes nothing', async (options, why) => {
    const before = await service.items();
    const { code, out, err } = await command(...options);
    expect([code, out, err.includes(why)], err).toEqual([1, '', true]);
    expect(await service.items()).toEqual(before);
  });
});

test('the function operator/keys does the same, for an operator with IAM', async () => {
  const { id, key, call } = await createKey(['member:read'], { expiresInDays: 2 });
  expect(key).toMatchObject({ name: 'CRM', permissions: ['member:read'], rotatedAt: null, previousUntil: null });
  expect((await call('GET /v1/members', home.id)).status).toBe(200);
  expect((await invoke({ action: 'list' })).keys).toContainEqual(key);
  const rotated = await invoke({ action: 'rotate', id, overlapHours: 1 });
  expect(rotated).toMatchObject({
    key: { id, previousUntil: expect.any(String) },
    token: expect.stringMatching(/^mso_/),
  });
  expect((await call('GET /v1/members', home.id)).status).toBe(200);
  expect(await invoke({ action: 'revoke', id })).toEqual({ revoked: id });
  expect((await call('GET /v1/members', home.id)).status).toBe(401);
  for (const event of [
    {},
    { action: 'create', name: '', permissions: [] },
    { action: 'revoke', id: 'x' },
    { action: 'list', more: 1 },
  ]) {
    expect((await invoke(event)).errors.length).toBeGreaterThan(0);
  }
});

describe('a key', () => {
  test('acts in every organization that the request names, and in no other way', async () => {
    const { id, call } = await createKey();
    const other = await service.organization('Other');
    for (const each of [home, other]) {
      const members = await call('GET /v1/members', each.id);
      expect(members.body.data).toMatchObject([{ organizationId: each.id }]);
      const email = newAddress();
      const invited = await call('POST /v1/invitations', each.id, { email, role: 'ADMIN' });
      expect(invited).toMatchObject({ status: 201, body: { invitedBy: id, organizationId: each.id } });
      const entry = await newest(each);
      expect(entry).toMatchObject({
        action: 'invitation.create',
        actorType: 'operator',
        actorId: id,
        sourceAddress: null,
      });
      const [mail] = await service.mails(email);
      expect(mail?.subject).not.toContain('CRM');
      const token = await service.linkToken(email);
      expect((await service.call(`GET /invitations/accept?token=${token}`)).status).toBe(200);
      expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
    }
    expect((await call('GET /v1/members')).body.error).toBe('organization_required');
    for (const unknown of [`org_${'0'.repeat(26)}`, 'org_x']) {
      expect((await call('GET /v1/members', unknown)).body.error).toBe('organization_not_found');
    }
    expect((await call(`GET /v1/organizations/${home.id}`)).status).toBe(200);
  });

  test('checks what a member may do, in every organization', async () => {
    const { call } = await createKey(['access:explain']);
    const other = await service.organization('Other');
    const viewer = await service.member(other.owner, 'VIEWER');
    const { id: userId } = (await viewer.call('GET /v1/me')).body;
    const check = (query: string, organization = other.id) => call(`GET /v1/access/check?${query}`, organization);
    const asked = `member=${userId}&permission=invitation:create`;
    expect(await check(asked)).toMatchObject({ status: 200, body: { allowed: false, role: 'VIEWER' } });
    expect((await check(`member=${userId}&permission=member:read`)).body.allowed).toBe(true);
    expect((await check(asked, home.id)).body).toMatchObject({ allowed: false, reason: 'member_not_found' });
    expect(await check('permission=member:read')).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
    expect((await call('GET /v1/access', other.id)).body.error).toBe('operator_key_not_allowed');
    expect((await (await createKey(['member:read'])).call(`GET /v1/access/check?${asked}`, other.id)).status).toBe(403);
  });

  test.each(['mso_', 'mso_x', `mso_${'A'.repeat(66)}`])('is refused if it is %j', async (text) => {
    const headers = { authorization: `Bearer ${text}`, 'x-organization-id': home.id };
    expect((await service.call('GET /v1/members', { headers })).status).toBe(401);
    const bare = { 'texture-api-key': text, 'x-organization-id': home.id };
    expect((await service.call('GET /v1/members', { headers: bare })).status).toBe(401);
  });

  test('that is revoked leaves no invitation behind that can be accepted', async () => {
    const { id, call } = await createKey();
    const email = newAddress();
    await call('POST /v1/invitations', home.id, { email, role: 'ADMIN' });
    const token = await service.linkToken(email);
    await invoke({ action: 'revoke', id });
    const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
    expect(accepted.body.error).toBe('inviter_removed');
    expect((await service.call(`GET /invitations/accept?token=${token}`)).status).toBe(410);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await service.call('POST /invitations/accept', { body: `token=${token}`, headers: form })).status).toBe(
      410,
    );
  });

  test('invites by the scheduled function, and is asked again without a mail', async () => {
    await service.clock('-8d');
    const { call } = await createKey();
    const email = newAddress();
    const bulk = await call('POST /v1/invitations/bulk', home.id, { invitations: [{ email, role: 'USER' }] });
    expect(bulk.body.data).toMatchObject([{ status: 201 }]);
    await service.sweep();
    const token = await service.linkToken(email);
    await service.clock(0);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = await service.call('POST /invitations/ask', { body: `token=${token}`, headers: form });
    expect(asked.status).toBe(200);
    expect(await newest(home)).toMatchObject({ action: 'invitation.ask' });
  });

  test('invites as the product: in GET /v1/me, where the invitee accepts, and on the page of a dead link', async () => {
    const { id, call } = await createKey();
    const invite = async (email = newAddress()) => {
      const { body } = await call('POST /v1/invitations', home.id, { email, role: 'USER' });
      return { id: body.id as string, person: await service.person(email), token: await service.linkToken(email) };
    };
    const [one, two] = [await invite(), await invite()];
    const me = await one.person.call('GET /v1/me');
    expect(me).toMatchObject({ status: 200, body: { invitations: [{ id: one.id, inviterName: 'Muster' }] } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const decline = () => service.call('POST /invitations/decline', { body: `token=${two.token}`, headers: form });
    expect((await decline()).status).toBe(200);
    const dead = await decline();
    expect([dead.status, dead.body.includes('<bdi>Muster</bdi></strong> invited you to')]).toEqual([410, true]);
    const accept = () => one.person.call(`POST /v1/me/invitations/${one.id}/accept`);
    await invoke({ action: 'revoke', id });
    expect((await one.person.call('GET /v1/me')).body.invitations).toMatchObject([{ inviterName: null }]);
    expect((await accept()).body.error).toBe('inviter_removed');
    await home.owner.call(`POST /v1/invitations/${one.id}/resend`);
    expect((await accept()).status).toBe(200);
  });

  test('sends mails that don’t count for a person, in many organizations', async () => {
    const { call } = await createKey();
    const many = await Promise.all(Array.from({ length: 3 }, () => service.organization()));
    const email = newAddress();
    for (const { id } of many)
      expect((await call('POST /v1/invitations', id, { email, role: 'USER' })).status).toBe(201);
    const days = (await service.items()).filter(({ type, pk }) => type === 'MailsOfDay' && String(pk).includes('opk_'));
    expect(days).toEqual([]);
  });
});

describe('an organization that a key creates', () => {
  const create = (call: Awaited<ReturnType<typeof createKey>>['call'], body: object) =>
    call('POST /v1/organizations', undefined, { name: 'Customer', ...body });

  test('belongs to the named address, and to whoever signs in with it verified; that doesn’t end', async () => {
    const { id, call } = await createKey();
    const email = newAddress('owner');
    const created = await create(call, { owner: { email: email.toUpperCase(), firstName: 'Jane' }, language: 'de' });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'Customer', language: 'de', owner: true, role: 'ADMIN' },
    });
    const members = await call('GET /v1/members', created.body.id);
    expect(members.body.data).toMatchObject([
      { owner: true, claimed: false, userProfile: { email, firstName: 'Jane' } },
    ]);
    expect(await service.mails(email)).toEqual([]);
    await service.clock('40d');
    await service.sweep();
    const late = await service.person(email);
    expect((await late.call('GET /v1/me')).body.memberships).toMatchObject([
      { organizationId: created.body.id, owner: true },
    ]);
    const log = (await late.call('GET /v1/audit-logs')).body.data;
    expect(log.at(-1)).toMatchObject({ action: 'organization.create', actorType: 'operator', actorId: id });
    expect((await late.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } })).status).toBe(201);
  });

  test('belongs to the named user, who is told nothing they didn’t have', async () => {
    const { call } = await createKey();
    const person = await service.person(newAddress('known'), { name: 'Known Person' });
    const { id: userId } = (await person.call('GET /v1/me')).body;
    const created = await create(call, { owner: { userId } });
    expect(created.status).toBe(201);
    expect((await person.call('GET /v1/members')).body.data).toMatchObject([{ userId, owner: true, claimed: true }]);
    const byAddress = await create(call, { owner: { email: person.email, firstName: 'Other' } });
    expect(byAddress.status).toBe(201);
    expect((await person.call('GET /v1/me')).body).toMatchObject({ firstName: 'Known', memberships: [{}, {}] });
  });

  test('belongs to a person who has accepted by the link alone, and doesn’t end with that membership', async () => {
    const { call } = await createKey();
    const { owner } = await service.organization();
    const email = newAddress('placeholder');
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
    const token = await service.linkToken(email);
    await service.call('POST /v1/invitations/accept', { body: { token } });
    const created = await create(call, { owner: { email } });
    expect(created.status).toBe(201);
    await service.clock('40d');
    await service.sweep();
    const late = await service.person(email);
    expect((await late.call('GET /v1/me')).body.memberships).toContainEqual(
      expect.objectContaining({ organizationId: created.body.id, owner: true }),
    );
    await service.clock(0);
  });

  test('goes to a person who takes its owner’s address, also one who is a member already', async () => {
    const { call } = await createKey();
    const [email, invited] = [newAddress('first'), newAddress('second')];
    const { id } = (await create(call, { owner: { email } })).body;
    await call('POST /v1/invitations', id, { email: invited, role: 'USER' });
    const token = await service.linkToken(invited);
    await service.call('POST /v1/invitations/accept', { body: { token } });
    const member = await service.person(invited, {
      subject: 'mover',
      claims: { iat: Math.floor(Date.now() / 1000) - 60 },
    });
    expect((await member.call('GET /v1/me')).body.memberships).toMatchObject([{ owner: false }]);
    const moved = await service.person(email, { subject: 'mover' });
    expect((await moved.call('GET /v1/me')).body.memberships).toMatchObject([{ owner: true, role: 'ADMIN' }]);
    expect((await moved.call('GET /v1/members')).body.meta.total).toBe(1);
  });

  test('needs an owner, and a person can’t name another', async () => {
    const { call } = await createKey();
    const before = service.writes().length;
    expect((await create(call, {})).body).toMatchObject({
      error: 'validation_failed',
      details: { owner: [expect.any(String)] },
    });
    expect((await create(call, { owner: { userId: `usr_${'0'.repeat(26)}` } })).body.error).toBe('user_not_found');
    expect((await create(call, { owner: { email: 'jane' } })).status).toBe(400);
    expect((await create(call, { owner: { email: newAddress(), userId: 'x' } })).status).toBe(400);
    const person = await home.owner.call('POST /v1/organizations', {
      body: { name: 'x', owner: { email: newAddress() } },
    });
    expect(person.body).toMatchObject({ error: 'validation_failed', details: { owner: [expect.any(String)] } });
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('is created once with an Idempotency-Key', async () => {
    const { call } = await createKey();
    const headers = { 'idempotency-key': newAddress() };
    const body = { name: 'Once', owner: { email: newAddress() } };
    const [one, two] = await Promise.all([0, 1].map(() => call('POST /v1/organizations', undefined, body, headers)));
    expect(one?.body).toEqual(two?.body);
    expect(one?.status).toBe(201);
  });
});

test.each(
  someOf(1, [
    ['revoked', 401],
    ['rotated', 401],
  ] as const),
)('a key that is %s between its read and its write doesn’t write', async (change, status) => {
  const { id, call } = await createKey();
  const where = { function: 'invitations/create', action: 'dynamodb:PutItem' };
  const attempts = async () => (await service.calls(where.function)).filter(({ action }) => action === where.action);
  const before = (await attempts()).length;
  await service.faults([{ ...where, fault: 'conflict', times: -1 }]);
  const email = newAddress();
  const inviting = call('POST /v1/invitations', home.id, { email, role: 'ADMIN' });
  await expect.poll(async () => (await attempts()).length, { timeout: 10_000 }).toBeGreaterThan(before);
  await invoke({ action: change === 'revoked' ? 'revoke' : 'rotate', id });
  await service.faults([]);
  expect((await inviting).status).toBe(status);
  expect(await service.mails(email)).toEqual([]);
});

/** Adds parameters to a route. */
function withQuery(route: string, parameters: Readonly<Record<string, string>>): string {
  return `${route}${route.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`;
}

const forPeople = contracts.filter(
  ({ declaration: { caller } }) => caller.includes('person') && !caller.includes('link'),
);

const [accepting, refusing] = [true, false].map((accepts) =>
  forPeople.filter(({ declaration: { caller } }) => caller.includes('operatorKey') === accepts),
) as [Contract[], Contract[]];
describe.each(
  [...tested(accepting, ['permission']), ...tested(refusing, ['caller'])].map(
    (contract) => [contract.declaration.route, contract] as const,
  ),
)('%s', (_, contract) => {
  const { caller, permission, route } = contract.declaration;
  test('accepts keys only with the permission that it declares, if keys may have it', async () => {
    if (!caller.includes('operatorKey')) {
      const { call } = await createKey();
      const refused = await call(
        route.replace('{organizationId}', home.id).replace(/\{\w+\}/g, 'x'),
        home.id,
        route.startsWith('GET') ? undefined : {},
      );
      expect([401, 403]).toContain(refused.status);
      return;
    }
    expect(OPERATOR_PERMISSIONS).toContain(permission);
    const others = OPERATOR_PERMISSIONS.filter((each) => each !== permission);
    const [named, unnamed] = [await createKey([permission as OperatorPermission]), await createKey(others)];
    const { route: example, body } = await exampleOf(contract, service, home);
    // The examples ask about the caller, and a key is no member.
    const [member] = (await home.owner.call('GET /v1/members')).body.data;
    const path = permission === 'access:explain' ? withQuery(example, { member: member.id }) : example;
    const sent = permission === 'organization:create' ? { ...(body as object), owner: { email: newAddress() } } : body;
    const before = service.writes().length;
    expect((await unnamed.call(path, home.id, sent)).body.error).toBe('forbidden');
    expect(service.writes().slice(before)).toEqual([]);
    expect((await named.call(path, home.id, sent)).status).toBeLessThan(300);
  });
});
