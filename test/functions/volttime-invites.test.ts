import { afterEach, describe, expect, test } from 'vitest';
import { newId, shortIdAsUuid } from '../../lib/domain/ids.ts';
import { keys } from '../../lib/table/keys.ts';
import { transact } from '../../lib/table/write.ts';
import { once } from '../support/once.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { share, useTableOf } from '../support/sharing.ts';
import { describeWhole, someOf, testWhole } from '../support/whole.ts';

const service = useService();
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const INVALID = { token: ['The selected token is invalid.'] };

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

interface MadeTeam {
  readonly id: string;
  readonly uuid: string;
}

async function makeTeam(by: Client): Promise<MadeTeam> {
  const name = newAddress('team');
  const { id } = (await by.call('POST /v1/teams', { body: { name, isPrivate: true } })).body;
  return { id, uuid: shortIdAsUuid(id) };
}

interface MadeSite {
  readonly uuid: string;
  readonly id: number;
}

/** Creates an organization with a team and a site of the team. */
async function made(): Promise<{ id: string; owner: Client; team: MadeTeam; site: MadeSite }> {
  const { id, owner } = await service.organization();
  const team = await makeTeam(owner);
  const body = { name: 'Depot', team_uuid: team.uuid, address: 'Quay 1' };
  const site = (await owner.call('POST /api/v3/sites', { body })).body.data;
  return { id, owner, team, site };
}

/** Creates another organization with a team. */
async function guest(): Promise<{ owner: Client; team: MadeTeam }> {
  const { owner } = await service.organization('Guests');
  return { owner, team: await makeTeam(owner) };
}

/** Shared by tests of requests that are refused and change nothing. */
const madeOnce = once(made);
const sharedOnce = once(async () => {
  const { site } = await made();
  const { owner: other, team } = await guest();
  await share(service, site.uuid, team.uuid);
  return { site, other, team };
});

async function makeCharger(by: Client, site: MadeSite): Promise<{ uuid: string; id: number }> {
  const body = { identity: `CP-${newAddress().split('@')[0]}`, reference: 'Left' };
  return (await by.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body })).body.data;
}

const inviteTo = (by: Client, site: MadeSite, body: object = {}) =>
  by.call(`POST /api/v3/sites/${site.uuid}/teams/invite`, { body: { email: newAddress('guest'), ...body } });
/** Returns the token of an invite's mail, which works without the invited address's sign-in. */
const mailToken = ({ body }: Answer) => service.linkToken(body.invite.email);
const accept = (by: Client, token: string, { uuid }: MadeTeam) =>
  by.call('POST /api/v3/sites/invite/accept', { body: { token, team_uuid: uuid } });
const accessOf = async (by: Client, site: MadeSite, { uuid }: MadeTeam) =>
  (await by.call(`GET /api/v3/sites/${site.uuid}/teams/${uuid}`)).body.data?.access;
const ask = (by: Client, site: MadeSite, { uuid }: MadeTeam, body: object = {}) =>
  by.call(`POST /api/v3/sites/${site.uuid}/teams/${uuid}/request-sensitive-data`, {
    body: { reason: 'To repair them', requested_data_expires_at: '2099-12-31', ...body },
  });
const actions = async (by: Client) =>
  (await by.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action) as string[];
const openInvite = (token: string, language = 'en') =>
  service.call(`GET /site/invite/accept?token=${token}`, { headers: { 'accept-language': language } });
const acceptOnPage = (token: string, team: string) =>
  service.call('POST /site/invite/accept', { body: `token=${token}&team=${team}`, headers: FORM });
const openRequest = (token: string) => service.call(`GET /site/sensitive-data?token=${token}`);
const decide = (token: string, decision: string) =>
  service.call('POST /site/sensitive-data', { body: `token=${token}&decision=${decision}`, headers: FORM });
const mailsAbout = async (to: string, text: string) =>
  (await service.mails(to)).filter(({ subject }) => subject.includes(text));
const types = async () => Map.groupBy(await service.items(), ({ type }) => type as string);

test('an invite has the documented answer, is mailed, and is accepted once for a team of another organization', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  const email = newAddress('Guest');
  const answer = await inviteTo(owner, site, { email, unknown: 1 });
  expect(answer.status).toBe(201);
  const { message, invite, invite_token: token, invite_links: links } = answer.body;
  expect(Object.keys(answer.body)).toEqual(['message', 'invite', 'invite_token', 'invite_links']);
  expect(Object.keys(invite)).toEqual(['id', 'email', 'token', 'expires_at']);
  expect(message).toBe('Invite created successfully');
  expect(invite).toMatchObject({ email: email.toLowerCase(), token });
  expect(Date.parse(invite.expires_at) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  expect(token).toMatch(/^[\w-]{64}$/);
  expect(links.deep_link).toBe(`pluggy://invite/${token}`);
  const web = new URL(links.web);
  expect([web.origin, web.pathname]).toEqual([service.api, '/site/invite/accept']);
  expect(Object.fromEntries(web.searchParams)).toEqual({ site_id: String(site.id), email: email.toLowerCase(), token });

  const [mail, second] = await service.mails(email.toLowerCase());
  expect(second).toBeUndefined();
  const [link] = /https?:\S+/.exec(mail?.text ?? '') ?? [];
  expect(link, 'the link is the first URL of the mail').toMatch(/\/site\/invite\/accept\?site_id=\d+&email=\S+&token=/);
  expect(new URL(link as string).searchParams.get('token'), 'the mail has its own secret').not.toBe(token);
  expect(mail?.text).toContain('Access to all chargers');

  const accepted = await accept(other, await mailToken(answer), team);
  expect(accepted).toMatchObject({ status: 200 });
  expect(accepted.body).toEqual({
    ...{ message: 'Invite accepted successfully', site_id: site.id, team_uuid: team.uuid },
    ...{ is_owner: false, data_access: false },
  });
  expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data).toMatchObject({
    name: 'Depot',
    address: null,
  });
  const mailed = await mailToken(answer);
  for (const again of [await accept(other, mailed, team), await accept(owner, mailed, await makeTeam(owner))]) {
    expect(again).toMatchObject({ status: 422, body: { message: INVALID.token[0], errors: INVALID } });
  }
  expect(await actions(owner)).toEqual(expect.arrayContaining(['site-invite.create', 'site-invite.accept']));
  expect(await actions(other)).toEqual(expect.arrayContaining(['site-invite.accept', 'site-access.create']));
});

testWhole('the older path invites too, and counts in the same rate limit', async () => {
  const { owner, site } = await made();
  const older = () => owner.call(`POST /api/v3/sites/${site.id}/invite`, { body: { email: newAddress() } });
  expect(await older()).toMatchObject({ status: 201, body: { message: 'Invite created successfully' } });
  for (let rest = 4; rest > 0; rest -= 1) expect((await inviteTo(owner, site)).status).toBe(201);
  expect((await older()).status).toBe(429);
});

test('an invite may have a grant with an expiry, and single chargers instead of all', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  const [one, two] = [await makeCharger(owner, site), await makeCharger(owner, site)];
  const gone = await makeCharger(owner, site);
  const answer = await inviteTo(owner, site, {
    ...{ email: other.email, data_access: true, data_access_expires_at: '2099-12-31', can_access_all_assets: false },
    accessible_assets: [one, gone].map(({ id }) => ({ asset_type: 'charger', asset_id: id })),
  });
  expect(answer.status).toBe(201);
  const [mail] = await service.mails(other.email);
  expect(mail?.text).toContain('Access to 2 chargers');
  expect(mail?.text).toContain('31 December 2099');
  expect((await owner.call(`DELETE /api/v3/chargers/${gone.uuid}`)).status).toBe(200);
  expect((await accept(other, await mailToken(answer), team)).body).toMatchObject({
    is_owner: false,
    data_access: true,
  });
  expect(await accessOf(owner, site, team)).toMatchObject({
    ...{ data_access: true, data_access_expires_at: '2099-12-31T00:00:00.000000Z', can_access_all_assets: false },
  });
  const { data } = (await other.call(`GET /api/v3/sites/${site.uuid}/chargers`)).body;
  expect(data.map(({ uuid }: { uuid: string }) => uuid)).toEqual([one.uuid]);
  expect((await other.call(`GET /api/v3/chargers/${two.uuid}`)).status).toBe(404);
});

test('an invite that is accepted after its grant’s expiry gives no grant, and an invite never reduces existing access', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  const end = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const late = await inviteTo(owner, site, { data_access: true, data_access_expires_at: end });
  await service.clock('3d');
  expect((await accept(other, await mailToken(late), team)).body).toMatchObject({ data_access: false });
  const more = await inviteTo(owner, site, { data_access: true });
  expect((await accept(other, await mailToken(more), team)).body).toMatchObject({ data_access: true });
  const less = await inviteTo(owner, site);
  expect((await accept(other, await mailToken(less), team)).body).toMatchObject({ data_access: true });
  expect(await accessOf(owner, site, team)).toMatchObject({ data_access: true, data_access_expires_at: null });
});

test('an invite may transfer the site, and the former owner keeps access without sensitive data', async () => {
  const { owner, team: former, site } = await made();
  const { owner: other, team } = await guest();
  const answer = await inviteTo(owner, site, { email: other.email, transfer_ownership: true });
  const others = await inviteTo(owner, site);
  expect((await service.mails(other.email))[0]?.subject).toContain('hands the site Depot over');
  expect((await accept(other, await mailToken(answer), team)).body).toMatchObject({
    is_owner: true,
    data_access: true,
  });
  expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data).toMatchObject({ team_uuid: team.uuid });
  expect(await accessOf(other, site, former)).toMatchObject({ is_owner: false, data_access: false });
  expect(await inviteTo(owner, site)).toMatchObject({ status: 403, body: { message: 'This action is unauthorized.' } });
  // Invites of the former owner are invalid.
  const third = await guest();
  expect(await accept(third.owner, await mailToken(others), third.team)).toMatchObject({ status: 422 });
  expect(await actions(owner)).toContain('site.transfer');
  expect(await actions(other)).toContain('site.transfer');
});

describe('an invite is refused', () => {
  test.each([
    [{ email: undefined }, { email: ['The email field is required.'] }],
    [{ email: 'x' }, { email: ['The email field must be a valid email address.'] }],
    [
      { email: `${'x'.repeat(300)}@example.com` },
      { email: [expect.stringContaining('must not be greater than 255 characters.'), expect.anything()] },
    ],
    [{ transfer_ownership: 'yes' }, { transfer_ownership: ['The transfer ownership field must be true or false.'] }],
    [{ data_access: 2 }, { data_access: ['The data access field must be true or false.'] }],
    [
      { data_access: true, data_access_expires_at: 'soon' },
      { data_access_expires_at: ['The data access expires at field must be a valid date.'] },
    ],
    [
      { data_access: true, data_access_expires_at: '2020-01-01' },
      { data_access_expires_at: ['The data access expires at field must be a date after today.'] },
    ],
    [
      { can_access_all_assets: false },
      {
        accessible_assets: ['The accessible assets field is required when can access all assets is false.'],
      },
    ],
    [{ accessible_assets: [] }, { accessible_assets: ['The accessible assets field is required.'] }],
    [
      { can_access_all_assets: false, accessible_assets: 5 },
      { accessible_assets: ['The accessible assets field must be an array.'] },
    ],
    [
      { data_access_expires_at: 4_102_444_800 },
      { data_access_expires_at: ['The data access expires at field must be a valid date.'] },
    ],
    [{ accessible_assets: 'all' }, { accessible_assets: ['The accessible assets field must be an array.'] }],
    [
      { can_access_all_assets: false, accessible_assets: [{ asset_type: 'charger', asset_id: 1 }] },
      { 'accessible_assets.0.asset_id': ['The selected accessible_assets.0.asset_id is invalid.'] },
    ],
    [
      {
        can_access_all_assets: false,
        accessible_assets: Array.from({ length: 501 }, (_, id) => ({ asset_type: 'charger', asset_id: id + 1 })),
      },
      { accessible_assets: ['The accessible assets field must not have more than 500 items.'] },
    ],
  ])('with %j, and nothing is stored or mailed', async (sent, errors) => {
    const { owner, site } = await madeOnce();
    const before = service.writes().length;
    const answer = await inviteTo(owner, site, sent);
    expect(answer).toMatchObject({ status: 422, body: { message: Object.values(errors)[0]?.[0], errors } });
    expect(service.writes().slice(before)).toEqual([]);
  });

  testWhole('with all mistakes together, in the order of the fields', async () => {
    const { owner, site } = await made();
    const answer = await inviteTo(owner, site, {
      ...{ can_access_all_assets: false, data_access_expires_at: '2020-01-01', data_access: 'maybe', email: 'x' },
    });
    const errors = {
      email: ['The email field must be a valid email address.'],
      data_access: ['The data access field must be true or false.'],
      data_access_expires_at: ['The data access expires at field must be a date after today.'],
      accessible_assets: ['The accessible assets field is required when can access all assets is false.'],
    };
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({ message: `${errors.email[0]} (and 3 more errors)`, errors });
    expect(Object.keys(answer.body.errors)).toEqual(Object.keys(errors));
  });

  test('from people who don’t manage the site, and from strangers as if the site didn’t exist', async () => {
    const { owner, team, site } = await made();
    const member = await service.member(owner, 'USER');
    await owner.call(`PUT /v1/teams/${team.id}/members/${member.memberId}`, { body: {} });
    const { owner: other, team: shared } = await guest();
    await share(service, site.uuid, shared.uuid);
    const forbidden = { status: 403, body: { message: 'This action is unauthorized.' } };
    expect(await inviteTo(member, site)).toMatchObject(forbidden);
    expect(await inviteTo(other, site)).toMatchObject(forbidden);
    const stranger = await guest();
    expect(await inviteTo(stranger.owner, site)).toMatchObject({
      status: 404,
      body: { message: `No query results for model [App\\Models\\Site] ${site.uuid}` },
    });
    expect((await service.call(`POST /api/v3/sites/${site.uuid}/teams/invite`, { body: {} })).status).toBe(401);
  });
});

describe('accepting is refused', () => {
  const invitedOnce = once(async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    // Signing in writes.
    await other.call('GET /v1/me');
    return { other, team, token: await mailToken(await inviteTo(owner, site)) };
  });

  test.each([
    [{ token: undefined }, { token: ['The token field is required.'] }],
    [{ token: 'x' }, { token: ['The token field must be 64 characters.'] }],
    [{ token: 'x'.repeat(64) }, INVALID],
    [{ token: '?'.repeat(64) }, INVALID],
    [{ team_uuid: undefined }, { team_uuid: ['The team uuid field is required.'] }],
    [{ team_uuid: 'x' }, { team_uuid: ['The selected team uuid is invalid.'] }],
  ])('with %j, and nothing is stored', async (sent, errors) => {
    const { other, team, token } = await invitedOnce();
    const before = service.writes().length;
    const body = { token, team_uuid: team.uuid, ...sent };
    const answer = await other.call('POST /api/v3/sites/invite/accept', { body });
    expect(answer).toMatchObject({ status: 422, body: { errors } });
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('for a team that the caller can’t see or doesn’t manage, for the owning team, and by an access token', async () => {
    const { owner, team, site } = await made();
    const { owner: other, team: theirs } = await guest();
    const member = await service.member(other, 'USER');
    await other.call(`PUT /v1/teams/${theirs.id}/members/${member.memberId}`, { body: {} });
    const token = await mailToken(await inviteTo(owner, site));
    const unseen = { status: 422, body: { errors: { team_uuid: ['The selected team uuid is invalid.'] } } };
    expect(await accept(owner, token, theirs)).toMatchObject(unseen);
    expect(await accept(owner, token, team)).toMatchObject(unseen);
    expect(await accept(member, token, theirs)).toMatchObject({ status: 403 });
    const { token: program } = (await other.call('POST /v1/access-tokens', { body: { name: 'Program' } })).body;
    const headers = { authorization: `Bearer ${program}` };
    const body = { token, team_uuid: theirs.uuid };
    expect((await service.call('POST /api/v3/sites/invite/accept', { body, headers })).status).toBe(403);
    expect((await service.call('POST /api/v3/sites/invite/accept', { body })).status).toBe(401);
    expect((await accept(other, token, theirs)).status).toBe(200);
  });

  test('after the expiry, and after the inviter lost the permission, and the page says why', async () => {
    const { owner, team, site } = await made();
    const { owner: other, team: theirs } = await guest();
    const admin = await service.member(owner, 'ADMIN');
    const [expiring, orphaned] = [(await inviteTo(owner, site)).body, newAddress('orphan')];
    const invited = await inviteTo(admin, site, { email: orphaned });
    const mailed = await service.linkToken(orphaned);
    expect((await openInvite(mailed)).status).toBe(200);
    expect((await owner.call(`PATCH /v1/members/${admin.memberId}`, { body: { role: 'USER' } })).status).toBe(200);
    expect(await accept(other, await mailToken(invited), theirs)).toMatchObject({
      status: 422,
      body: { errors: INVALID },
    });
    expect(await openInvite(mailed)).toMatchObject({
      status: 410,
      body: expect.stringContaining('This invite is no longer good'),
    });
    // An owner of the team has the permission.
    await owner.call(`PUT /v1/teams/${team.id}/members/${admin.memberId}`, { body: { role: 'OWNER' } });
    expect((await openInvite(mailed, 'de')).body).toContain('Der Standort');
    await service.clock('8d');
    expect(await accept(other, await service.linkToken(expiring.invite.email), theirs)).toMatchObject({
      status: 422,
      body: { errors: INVALID },
    });
    expect(await openInvite(mailed)).toMatchObject({ status: 410, body: expect.stringContaining('has expired') });
    expect((await openInvite(mailed, 'de')).body).toContain('Die Einladung zum Standort ist abgelaufen');
    expect(await accessOf(owner, site, theirs)).toBeUndefined();
  });

  test('to all but one of several parallel requests', async () => {
    const { owner, site } = await made();
    const guests = await Promise.all(Array.from({ length: 4 }, guest));
    const token = await mailToken(await inviteTo(owner, site));
    const answers = await Promise.all(guests.map((each) => accept(each.owner, token, each.team)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422]);
    expect((await owner.call(`GET /api/v3/sites/${site.uuid}/teams`)).body.data).toHaveLength(2);
  });
});

describe('the limit of five invites a minute', () => {
  test('is exact for a person, also in parallel requests; refused invites leave nothing behind, and the minute starts with the first invite', async () => {
    const { owner, site } = await made();
    const emails = Array.from({ length: 20 }, () => newAddress('rate'));
    const startedAt = Date.now();
    const answers = await Promise.all(emails.map((email) => inviteTo(owner, site, { email })));
    const [created, refused] = [201, 429].map((code) => answers.filter(({ status }) => status === code));
    expect([created?.length, refused?.length]).toEqual([5, 15]);
    const left = created?.map(({ headers }) => headers.get('x-ratelimit-remaining')).sort();
    expect(left).toEqual(['0', '1', '2', '3', '4']);
    for (const { headers, body } of refused ?? []) {
      expect(body).toEqual({ message: 'Too Many Attempts.' });
      expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['5', '0']);
      const [wait, reset] = ['retry-after', 'x-ratelimit-reset'].map((name) => Number(headers.get(name)));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      // Whole seconds, since the request was refused.
      const refusedAt = (reset as number) - (wait as number);
      expect(refusedAt).toBeGreaterThan(startedAt / 1000 - 2);
      expect(refusedAt).toBeLessThan(Date.now() / 1000 + 2);
    }
    const sent = await Promise.all(emails.map(async (email) => (await service.mails(email)).length));
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect((await actions(owner)).filter((action) => action === 'site-invite.create')).toHaveLength(5);

    const admin = await service.member(owner, 'ADMIN');
    expect((await inviteTo(admin, site)).headers.get('x-ratelimit-remaining'), 'another person').toBe('4');
    await service.clock('61s');
    const next = await inviteTo(owner, site);
    expect(next.status).toBe(201);
    expect(next.headers.get('x-ratelimit-limit')).toBe('5');
    expect(next.headers.get('x-ratelimit-remaining')).toBe('4');
  });
});

testWhole(
  'an invite with an idempotency key is created once, and the repeated answer has no secrets and no rate limit headers',
  async () => {
    const { owner, site } = await made();
    const email = newAddress('once');
    const headers = { 'idempotency-key': email };
    const send = () => owner.call(`POST /api/v3/sites/${site.uuid}/teams/invite`, { body: { email }, headers });
    const [first, again] = [await send(), await send()];
    expect(first.body.invite_token).toHaveLength(64);
    expect(again).toMatchObject({ status: 201, body: { invite: { id: first.body.invite.id, email } } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('4');
    expect([...again.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    expect(JSON.stringify(again.body)).not.toMatch(/token|link/);
    expect(await service.mails(email)).toHaveLength(1);
  },
);

test('the table has no secret of an invite, and erasing the invited person removes the address', async () => {
  const { owner, site } = await made();
  const person = await service.person(newAddress('erased'));
  await person.call('GET /v1/me');
  const { invite_token: token } = (await inviteTo(owner, site, { email: person.email })).body;
  const items = JSON.stringify(await service.items(), (_, value) => (value instanceof Set ? [...value] : value));
  for (const secret of [token, await service.linkToken(person.email)]) {
    expect(items).not.toContain(secret);
    expect(items).not.toContain(secret.slice(-26));
  }
  expect((await person.call('DELETE /v1/me')).status).toBe(204);
  const left = (await service.items()).filter(({ type }) => type !== 'Idempotency');
  expect(JSON.stringify(left)).not.toContain(person.email);
  expect(await actions(owner)).toContain('site-invite.erase');
  expect(await accept(owner, token, await makeTeam(owner))).toMatchObject({ status: 422 });
});

testWhole('a person with a thousand open invites is erased by one request', async () => {
  const { owner, site } = await made();
  const person = await service.person(newAddress('popular'));
  await person.call('GET /v1/me');
  const { invite } = (await inviteTo(owner, site, { email: person.email })).body;
  const items = await service.items();
  const model = items.find(({ type, number }) => type === 'SiteInvite' && number === invite.id);
  const addressItem = items.find(({ type, inviteId }) => type === 'SiteInvited' && inviteId === model?.id);
  useTableOf(service);
  for (let batch = 0; batch < 20; batch += 1) {
    const ids = Array.from({ length: 50 }, () => newId('siteInvite', new Date()));
    await transact(
      ids.flatMap((id) => [
        { type: 'put', key: keys.siteInvite(String(model?.siteId), id), item: { ...model, id } },
        { type: 'put', key: keys.siteInvited(person.email, id), item: { ...addressItem, inviteId: id } },
      ]),
    );
  }
  expect((await person.call('DELETE /v1/me')).status).toBe(204);
  const left = (await service.items()).filter(({ type }) => type !== 'Idempotency');
  expect(left.filter((item) => JSON.stringify(item).includes(person.email))).toEqual([]);
});

testWhole(
  'while SES is down, invites and requests succeed, and the sweep sends each mail once with its own secret',
  async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
    const email = newAddress('down');
    expect((await inviteTo(owner, site, { email })).status).toBe(201);
    expect((await ask(other, site, team)).status).toBe(200);
    expect(await service.mails(email)).toEqual([]);
    await service.clock('2m');
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 2, failed: 0 });
    await service.faults([]);
    expect(await service.sweep(), 'the backoff is not over').toMatchObject({ sent: 0 });
    await service.clock('10m');
    const sweeps = await Promise.all([service.sweep(), service.sweep()]);
    expect(sweeps.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBe(2);
    expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
    expect(await service.mails(email)).toHaveLength(1);
    expect((await openInvite(await service.linkToken(email))).status).toBe(200);
    expect((await openRequest(await service.linkToken(owner.email))).status).toBe(200);
    expect((await types()).get('RequestMail')).toBeUndefined();
  },
);

testWhole('an obsolete mail is not sent, and a long expired invite is deleted', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  await share(service, site.uuid, team.uuid);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  const third = await guest();
  const { email } = third.owner;
  const invited = await inviteTo(owner, site, { email });
  await ask(other, site, team);
  expect((await accept(third.owner, invited.body.invite_token, third.team)).status).toBe(200);
  const revoked = `DELETE /api/v3/sites/${site.uuid}/teams/${team.uuid}/revoke-sensitive-data`;
  expect((await owner.call(revoked)).status).toBe(200);
  await service.faults([]);
  await service.clock('10m');
  expect(await service.sweep()).toMatchObject({ sent: 0, unsent: 0, failed: 0 });
  expect([await service.mails(email), await mailsAbout(owner.email, 'sensitive')]).toEqual([[], []]);
  await service.clock('36d');
  await service.sweep();
  const isToGuest = ({ email: to }: Record<string, unknown>) => to === email;
  expect((await types()).get('SiteInvite')?.filter(isToGuest)).toHaveLength(1);
  await service.clock('38d');
  await service.sweep();
  expect((await types()).get('SiteInvite')?.filter(isToGuest) ?? []).toEqual([]);
});

describe('the page of an invite', () => {
  test('shows the invite, offers the invited person’s teams with the mailed link only, and changes nothing when it is opened', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    const { invite_token: token } = (await inviteTo(owner, site, { email: other.email })).body;
    const mailed = await service.linkToken(other.email);
    const before = service.writes().length;
    const page = await openInvite(mailed);
    expect(page.status).toBe(200);
    expect(page.body).toContain('Depot');
    expect(page.body).toContain('Ada Owner');
    expect(page.body).toContain(`<option value="${team.uuid}">`);
    expect((await openInvite(mailed, 'de')).body).toContain('<html lang="de">');
    // The inviter has the token of the answer. With it, the page shows no teams and accepts nothing.
    const shown = await openInvite(token);
    expect(shown.status).toBe(200);
    expect(shown.body).not.toContain(team.uuid);
    expect(shown.body).toContain('sign in');
    expect((await acceptOnPage(token, team.uuid)).status).toBe(404);
    expect(service.writes().slice(before)).toEqual([]);

    expect(await acceptOnPage(mailed, team.uuid)).toMatchObject({
      status: 200,
      body: expect.stringContaining('now has access to'),
    });
    expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(200);
    for (const used of [await openInvite(mailed), await acceptOnPage(mailed, team.uuid), await openInvite(token)]) {
      expect(used).toMatchObject({ status: 410, body: expect.stringContaining('already accepted') });
    }
  });

  testWhole('refers an address that manages no team to the API, which accepts the mailed token', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    const email = newAddress('nobody');
    await inviteTo(owner, site, { email });
    const mailed = await service.linkToken(email);
    expect((await openInvite(mailed)).body).toContain('sign in');
    expect((await acceptOnPage(mailed, team.uuid)).status).toBe(400);
    expect((await accept(other, mailed, team)).status).toBe(200);
  });

  test('doesn’t accept for a team that the invited person doesn’t manage', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    const member = await service.member(other, 'USER');
    await other.call(`PUT /v1/teams/${team.id}/members/${member.memberId}`, { body: {} });
    const own = await makeTeam(member);
    await inviteTo(owner, site, { email: member.email });
    const mailed = await service.linkToken(member.email);
    const page = (await openInvite(mailed)).body;
    expect(page).toContain(own.uuid);
    expect(page).not.toContain(team.uuid);
    expect((await acceptOnPage(mailed, team.uuid)).status).toBe(403);
    const elsewhere = await guest();
    expect((await acceptOnPage(mailed, elsewhere.team.uuid)).status).toBe(400);
    expect((await acceptOnPage(mailed, 'x')).status).toBe(400);
    expect((await acceptOnPage(mailed, own.uuid)).status).toBe(200);
  });

  test('is the same for all invalid tokens', async () => {
    const { owner, site } = await made();
    const email = newAddress();
    await inviteTo(owner, site, { email });
    const mailed = await service.linkToken(email);
    const forged = `${mailed.slice(0, 44)}${'A'.repeat(20)}`;
    const pages = [];
    for (const token of ['', 'x', 'A'.repeat(64), forged]) {
      const [page, posted] = [await openInvite(token), await acceptOnPage(token, 'x')];
      expect([page.status, posted.status]).toEqual([404, 404]);
      pages.push(page.body, posted.body);
    }
    expect(new Set(pages).size).toBe(1);
  });

  test('escapes text of users, as the mail does, and makes no links of it', async () => {
    const { owner, team, site } = await made();
    const name = '<b>https://evil.example</b>';
    await owner.call(`PATCH /api/v3/sites/${site.uuid}`, { body: { name } });
    const email = newAddress();
    await inviteTo(owner, site, { email });
    const [mail] = await service.mails(email);
    expect(mail?.html).not.toContain('<b>');
    expect(`${mail?.html}${mail?.text}`).not.toContain('https://evil.example');
    expect((await openInvite(await service.linkToken(email))).body).not.toContain('<b>');
    expect(team.uuid).toBeDefined();
  });
});

describe('an open invite', () => {
  const invites = (site: MadeSite) => `/api/v3/sites/${site.uuid}/teams/invites`;
  const errorOf = async (answer: Promise<Answer>) => {
    const { status, body } = await answer;
    return [status, body.error];
  };

  test('is listed with its status, newest first, for people who manage the site', async () => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const charger = await makeCharger(owner, site);
    const assets = { accessible_assets: [{ asset_type: 'charger', asset_id: charger.id }] };
    const [first, second, third] = [
      await inviteTo(owner, site, { data_access: true, data_access_expires_at: '2099-12-31', ...assets }),
      await inviteTo(owner, site, { transfer_ownership: false }),
      await inviteTo(owner, site),
    ];
    await accept(other.owner, await mailToken(second), other.team);
    expect((await owner.call(`DELETE ${invites(site)}/${third.body.invite.id}`)).status).toBe(200);
    const { data } = (await owner.call(`GET ${invites(site)}`)).body;
    const plain = { data_access: false, data_access_expires_at: null, can_access_all_assets: true };
    expect(data).toMatchObject([
      { id: third.body.invite.id, email: third.body.invite.email, status: 'withdrawn', ...plain },
      { id: second.body.invite.id, status: 'accepted', transfer_ownership: false, ...plain },
      {
        ...{ id: first.body.invite.id, status: 'pending', data_access: true, can_access_all_assets: false },
        data_access_expires_at: '2099-12-31T00:00:00.000000Z',
      },
    ]);
    const page = (await owner.call(`GET ${invites(site)}?page=1`)).body;
    expect([page.data, page.meta.to]).toEqual([data, 3]);
    // People who only see the site are refused, and for others the site is not found.
    expect((await other.owner.call(`GET ${invites(site)}`)).status).toBe(403);
    expect((await (await guest()).owner.call(`GET ${invites(site)}`)).status).toBe(404);
  });

  test('is withdrawn by a manager of the site, which invalidates its link and token and stops its mail', async () => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const admin = await service.member(owner, 'ADMIN');
    await service.faults([{ action: 'ses:SendRawEmail', fault: 'throttle', times: -1 }]);
    const waiting = await inviteTo(owner, site);
    await service.faults([]);
    const sent = await inviteTo(owner, site, { email: other.owner.email });
    const token = await mailToken(sent);
    for (const { body } of [waiting, sent]) {
      const answer = await admin.call(`DELETE ${invites(site)}/${body.invite.id}`);
      expect(answer).toMatchObject({ status: 200, body: { message: 'Invite withdrawn successfully' } });
    }
    expect(await errorOf(accept(other.owner, token, other.team))).toEqual([422, 'site_invite_void']);
    // The token of the answer is still refused for other addresses.
    const stranger = await guest();
    expect(await errorOf(accept(stranger.owner, sent.body.invite_token, stranger.team))).toEqual([
      403,
      'invitation_for_another_address',
    ]);
    const page = await service.call(`GET /site/invite/accept?token=${token}`);
    expect([page.status, page.body]).toEqual([410, expect.stringContaining('withdrawn')]);
    await service.clock('10m');
    await service.sweep();
    await service.clock(0);
    expect(await service.mails(waiting.body.invite.email)).toEqual([]);
    // It is withdrawn once, and recorded in the audit log.
    const again = admin.call(`DELETE ${invites(site)}/${sent.body.invite.id}`);
    expect(await errorOf(again)).toEqual([409, 'invitation_not_pending']);
    expect(await errorOf(admin.call(`POST ${invites(site)}/${sent.body.invite.id}/resend`))).toEqual([
      409,
      'invitation_not_resendable',
    ]);
    expect(await actions(owner)).toContain('site-invite.withdraw');
  });

  test('is valid again after a resend, also for a team whose access was removed before, and by the token of the answer too', async () => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const [first, second] = [
      await inviteTo(owner, site, { email: other.owner.email }),
      await inviteTo(owner, site, { email: other.owner.email }),
    ];
    expect((await accept(other.owner, first.body.invite_token, other.team)).status).toBe(200);
    const access = `/api/v3/sites/${site.uuid}/teams/${other.team.uuid}`;
    expect((await owner.call(`DELETE ${access}`)).status).toBe(200);
    const token = second.body.invite_token;
    expect(await errorOf(accept(other.owner, token, other.team))).toEqual([422, 'site_invite_void']);
    expect((await owner.call(`POST ${invites(site)}/${second.body.invite.id}/resend`)).status).toBe(200);
    expect((await accept(other.owner, token, other.team)).status).toBe(200);
  });

  test('is resent by any manager with a new link and a new period, also after its expiry', async () => {
    const [{ owner, site, id: organizationId }, other] = [await made(), await guest()];
    const sent = await inviteTo(owner, site, { email: other.owner.email });
    const [token, url] = [await mailToken(sent), `POST ${invites(site)}/${sent.body.invite.id}/resend`];
    const admin = await service.member(owner, 'ADMIN');
    const answer = await admin.call(url);
    expect(answer).toMatchObject({ status: 200, body: { message: 'Invite resent successfully' } });
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('4');
    const newer = await mailToken(sent);
    expect(newer).not.toBe(token);
    expect(await errorOf(accept(other.owner, token, other.team))).toEqual([422, 'site_invite_void']);
    // The token of the answer is still refused for other addresses.
    const stranger = await guest();
    expect(await errorOf(accept(stranger.owner, sent.body.invite_token, stranger.team))).toEqual([
      403,
      'invitation_for_another_address',
    ]);
    // The resender is the inviter now.
    await service.clock('8d');
    const [late, them] = [
      (await service.person(admin.email)).in(organizationId),
      await service.person(other.owner.email),
    ];
    expect(await errorOf(accept(them, newer, other.team))).toEqual([422, 'site_invite_expired']);
    expect((await late.call(url)).status).toBe(200);
    const newest = await mailToken(sent);
    expect((await accept(them, newest, other.team)).status).toBe(200);
    expect(await errorOf(late.call(url))).toEqual([409, 'invitation_not_resendable']);
    expect((await actions(late)).filter((action) => action === 'site-invite.resend')).toHaveLength(2);
    await service.clock(0);
  });

  test('of the former owner is hidden from the new owner', async () => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const sent = await inviteTo(owner, site);
    await share(service, site.uuid, other.team.uuid);
    await owner.call(`POST /api/v3/sites/${site.uuid}/teams/${other.team.uuid}/transfer-ownership`);
    expect((await other.owner.call(`GET ${invites(site)}`)).body.data).toEqual([]);
    const path = `${invites(site)}/${sent.body.invite.id}`;
    for (const route of [`DELETE ${path}`, `POST ${path}/resend`]) {
      expect((await other.owner.call(route)).status).toBe(404);
      expect((await owner.call(route)).status).toBe(403);
    }
  });

  // Conflicts delay the first request's write until another request is done.
  const contended = (name: string) =>
    service.faults([{ function: name, action: 'dynamodb:TransactWriteItems', fault: 'conflict', times: 6 }]);
  const hasRead = () => new Promise((done) => setTimeout(done, 300));

  testWhole('that is accepted between read and write of a withdrawal stays accepted', async () => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const sent = await inviteTo(owner, site, { email: other.owner.email });
    const token = await mailToken(sent);
    // A first request avoids the cold start.
    await owner.call(`DELETE ${invites(site)}/${(await inviteTo(owner, site)).body.invite.id}`);
    await contended('volttime/withdraw-invite');
    const withdrawn = errorOf(owner.call(`DELETE ${invites(site)}/${sent.body.invite.id}`));
    await hasRead();
    expect((await accept(other.owner, token, other.team)).status).toBe(200);
    expect(await withdrawn).toEqual([409, 'invitation_not_pending']);
    await service.faults([]);
    expect((await owner.call(`GET ${invites(site)}`)).body.data).toMatchObject([{}, { status: 'accepted' }]);
  });

  test.each(
    someOf(1, [
      ['withdrawn', 'DELETE', ''],
      ['resent', 'POST', '/resend'],
    ]),
  )('that is %s between read and write of an acceptance is not accepted', async (_, method, more) => {
    const [{ owner, site }, other] = [await made(), await guest()];
    const sent = await inviteTo(owner, site, { email: other.owner.email });
    const token = await mailToken(sent);
    await accept(other.owner, token, await makeTeam(owner));
    await contended('volttime/accept-invite');
    const accepted = errorOf(accept(other.owner, token, other.team));
    await hasRead();
    expect((await owner.call(`${method} ${invites(site)}/${sent.body.invite.id}${more}`)).status).toBe(200);
    expect(await accepted).toEqual([422, 'site_invite_void']);
    await service.faults([]);
    expect((await other.owner.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
  });
});

describe('a request for sensitive data', () => {
  test('is mailed to people who may grant it, and granted by the link once', async () => {
    const { owner, team: owning, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    const second = await service.member(owner, 'USER');
    await owner.call(`PUT /v1/teams/${owning.id}/members/${second.memberId}`, { body: { role: 'OWNER' } });
    const answer = await ask(other, site, team, { reason: 'Kabel <prüfen>\nam https://evil.example' });
    expect(answer).toMatchObject({
      status: 200,
      body: { message: 'Sensitive data access request sent successfully' },
    });
    for (const { email } of [owner, second]) {
      const [mail, more] = await mailsAbout(email, 'sensitive');
      expect(more).toBeUndefined();
      expect(mail?.text).toContain('31 December 2099');
      expect(mail?.text).toContain('Kabel <prüfen>');
      expect(mail?.html).toContain('Kabel &lt;prüfen&gt;');
      expect(`${mail?.html}${mail?.text}`).not.toContain('https://evil.example');
      expect(/https?:\S+/.exec(mail?.text ?? '')?.[0]).toMatch(/\/site\/sensitive-data\?token=[\w-]{64}$/);
    }
    const [token, others] = [await service.linkToken(owner.email), await service.linkToken(second.email)];
    expect(token).not.toBe(others);
    const before = await service.items();
    expect(await openRequest(token)).toMatchObject({
      status: 200,
      body: expect.stringContaining('Kabel &lt;prüfen&gt;'),
    });
    expect(await service.items()).toEqual(before);
    expect((await decide(token, 'perhaps')).status).toBe(400);
    expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBeNull();

    const granted = expect.stringContaining('now sees the sensitive data');
    expect(await decide(token, 'granted')).toMatchObject({ status: 200, body: granted });
    expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBe('Quay 1');
    expect(await accessOf(owner, site, team)).toMatchObject({
      data_access_expires_at: '2099-12-31T00:00:00.000000Z',
    });
    expect(await decide(token, 'granted'), 'the same decision again').toMatchObject({ status: 200, body: granted });
    expect(await openRequest(others)).toMatchObject({ status: 200, body: granted });
    expect(await decide(others, 'declined')).toMatchObject({
      status: 410,
      body: expect.stringContaining('no longer open'),
    });
    for (const client of [owner, other]) {
      expect(await actions(client)).toEqual(expect.arrayContaining(['site-sensitive.request', 'site-sensitive.grant']));
    }
  });

  test('is declined by the link, and existing grants stay', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid, { sensitive: { expiresAt: '2098-01-01T00:00:00.000Z' } });
    await ask(other, site, team, { requested_expires_never: true, requested_data_expires_at: null });
    const token = await service.linkToken(owner.email);
    expect((await openRequest(token)).body).toContain('Without an end');
    expect((await decide(token, 'declined')).status).toBe(200);
    expect(await accessOf(owner, site, team)).toMatchObject({ data_access_expires_at: '2098-01-01T00:00:00.000000Z' });
    expect(await openRequest(token)).toMatchObject({ status: 200, body: expect.stringContaining('You have declined') });
    expect((await decide(token, 'granted')).status).toBe(410);
    expect(await actions(other)).toContain('site-sensitive.decline');
  });

  test.each(
    someOf(1, [
      ['granted by the API', 'POST', 'grant-sensitive-data', { expires_never: true }],
      ['revoked by the API', 'DELETE', 'revoke-sensitive-data', undefined],
    ]),
  )('ends when the data was %s', async (_, method, path, body) => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    await ask(other, site, team);
    const token = await service.linkToken(owner.email);
    const route = `${method} /api/v3/sites/${site.uuid}/teams/${team.uuid}/${path}`;
    expect((await owner.call(route, { ...(body && { body }) })).status).toBe(200);
    expect((await openRequest(token)).status).toBe(410);
    expect((await decide(token, 'granted')).status).toBe(410);
    expect(await accessOf(owner, site, team)).toMatchObject({ data_access: body !== undefined });
  });

  test.each(
    someOf(1, [
      ['was revoked', 'DELETE', '/revoke-sensitive-data'],
      ['was removed with the access', 'DELETE', ''],
    ]),
  )('that was granted by the link is shown as ended after the grant %s', async (_, method, path) => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    await ask(other, site, team);
    const token = await service.linkToken(owner.email);
    expect((await decide(token, 'granted')).status).toBe(200);
    expect((await owner.call(`${method} /api/v3/sites/${site.uuid}/teams/${team.uuid}${path}`)).status).toBe(200);
    for (const answer of [await openRequest(token), await decide(token, 'granted'), await decide(token, 'declined')]) {
      expect(answer).toMatchObject({ status: 410, body: expect.stringContaining('no longer open') });
    }
  });

  testWhole('that was granted by the link is shown as ended after the grant’s expiry', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    const end = new Date(Date.now() + 3 * 86_400_000).toISOString();
    await ask(other, site, team, { requested_data_expires_at: end });
    const token = await service.linkToken(owner.email);
    expect((await decide(token, 'granted')).status).toBe(200);
    await service.clock('4d');
    expect([(await openRequest(token)).status, (await decide(token, 'granted')).status]).toEqual([410, 410]);
  });

  testWhole('ends when the requester is erased, on the page and for its form', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    const asking = await service.member(other, 'ADMIN');
    expect((await ask(asking, site, team)).status).toBe(200);
    const token = await service.linkToken(owner.email);
    expect((await asking.call('DELETE /v1/me')).status).toBe(204);
    expect([(await openRequest(token)).status, (await decide(token, 'granted')).status]).toEqual([410, 410]);
    expect(await accessOf(owner, site, team)).toMatchObject({ data_access: false });
  });

  test('ends with its expiry, with a newer request, and with the team’s access', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    const tokens: string[] = [];
    for (const days of [3, 9]) {
      const end = new Date(Date.now() + days * 86_400_000).toISOString();
      expect((await ask(other, site, team, { requested_data_expires_at: end })).status).toBe(200);
      tokens.push(await service.linkToken(owner.email));
    }
    const [older, newer] = tokens as [string, string];
    expect((await decide(older, 'granted')).status).toBe(410);
    expect((await openRequest(newer)).status).toBe(200);
    await service.clock('10d');
    expect((await decide(newer, 'granted')).status).toBe(410);
    await service.clock(0);
    await owner.call(`DELETE /api/v3/sites/${site.uuid}/teams/${team.uuid}`);
    expect((await decide(newer, 'granted')).status).toBe(410);
  });

  testWhole('can’t be decided by a former manager of the team, or after a transfer', async () => {
    const { owner, team: owning, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    const manager = await service.member(owner, 'USER');
    const membership = `/v1/teams/${owning.id}/members/${manager.memberId}`;
    await owner.call(`PUT ${membership}`, { body: { role: 'OWNER' } });
    await ask(other, site, team);
    const [token, owners] = [await service.linkToken(manager.email), await service.linkToken(owner.email)];
    await owner.call(`DELETE ${membership}`);
    expect(await openRequest(token)).toMatchObject({ status: 410, body: expect.stringContaining('You can’t decide') });
    expect((await decide(token, 'granted')).status).toBe(410);
    const third = await guest();
    await share(service, site.uuid, third.team.uuid);
    const transfer = `POST /api/v3/sites/${site.uuid}/teams/${third.team.uuid}/transfer-ownership`;
    expect((await owner.call(transfer)).status).toBe(200);
    expect((await decide(owners, 'granted')).status).toBe(410);
    expect(await accessOf(third.owner, site, team)).toMatchObject({ data_access: false });
  });

  test('is the same page for all invalid tokens', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await share(service, site.uuid, team.uuid);
    await ask(other, site, team);
    const token = await service.linkToken(owner.email);
    const pages = [];
    for (const forged of ['', 'A'.repeat(64), `${token.slice(0, 44)}${'A'.repeat(20)}`]) {
      const [page, posted] = [await openRequest(forged), await decide(forged, 'granted')];
      expect([page.status, posted.status]).toEqual([404, 404]);
      pages.push(page.body, posted.body);
    }
    expect(new Set(pages).size).toBe(1);
  });

  test.each([
    [{ reason: undefined }, { reason: ['The reason field is required.'] }],
    [{ reason: 'x'.repeat(256) }, { reason: ['The reason field must not be greater than 255 characters.'] }],
    [
      { requested_data_expires_at: undefined },
      { requested_data_expires_at: ['The requested data expires at field is required.'] },
    ],
    [
      { requested_data_expires_at: undefined, requested_expires_never: false },
      {
        requested_data_expires_at: [
          'The requested data expires at field is required when requested expires never is false.',
        ],
      },
    ],
    [
      { requested_data_expires_at: '2020-01-01' },
      { requested_data_expires_at: ['The requested data expires at field must be a date after today.'] },
    ],
    [
      { requested_data_expires_at: 4_102_444_800 },
      { requested_data_expires_at: ['The requested data expires at field must be a valid date.'] },
    ],
    [
      { reason: undefined, requested_data_expires_at: undefined },
      {
        reason: ['The reason field is required.'],
        requested_data_expires_at: ['The requested data expires at field is required.'],
      },
    ],
    [
      { requested_data_expires_at: 'soon' },
      { requested_data_expires_at: ['The requested data expires at field must be a valid date.'] },
    ],
  ])('with %j is refused, and nothing is stored', async (sent, errors) => {
    const { site, other, team } = await sharedOnce();
    const before = service.writes().length;
    const [first, more] = Object.values(errors).flat();
    const message = `${first}${more ? ' (and 1 more error)' : ''}`;
    const answer = await ask(other, site, team, sent);
    expect(answer).toMatchObject({ status: 422, body: { message } });
    expect(answer.body.errors).toEqual(errors);
    expect(service.writes().slice(before)).toEqual([]);
  });

  testWhole(
    'is refused for the owning team, for a team without access, and from people who don’t manage the team',
    async () => {
      const { owner, team: owning, site } = await made();
      const { owner: other, team } = await guest();
      await share(service, site.uuid, team.uuid);
      expect(await ask(owner, site, owning)).toMatchObject({ status: 403, body: { error: 'site_owner_access' } });
      expect(await ask(owner, site, team)).toMatchObject({ status: 403 });
      const without = await makeTeam(other);
      expect(await ask(other, site, without)).toMatchObject({
        status: 404,
        body: { message: `No query results for model [App\\Models\\Team] ${without.uuid}` },
      });
      const stranger = await guest();
      expect(await ask(stranger.owner, site, stranger.team)).toMatchObject({
        status: 404,
        body: { message: `No query results for model [App\\Models\\Site] ${site.uuid}` },
      });
    },
  );
});

test('a grant expires by the clock, and the sweep records it and mails the team’s managers once', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  await share(service, site.uuid, team.uuid, { sensitive: { expiresAt } });
  expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBe('Quay 1');
  await service.clock('25h');
  expect((await other.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBeNull();
  await Promise.all([service.sweep(), service.sweep()]);
  await service.sweep();
  const mails = await mailsAbout(other.email, 'no more');
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain('Depot');
  for (const client of [owner, other]) {
    expect((await actions(client)).filter((action) => action === 'site-sensitive.expire')).toHaveLength(1);
  }
  expect(await accessOf(owner, site, team)).toMatchObject({ data_access: false, data_access_expires_at: null });
  expect(await mailsAbout(owner.email, 'no more')).toEqual([]);
});

testWhole.each<[string, (by: Client, site: MadeSite, team: MadeTeam) => Promise<{ status: number }>]>([
  ['lost its access', (by, site, { uuid }) => by.call(`DELETE /api/v3/sites/${site.uuid}/teams/${uuid}`)],
  [
    'owns the site now',
    (by, site, { uuid }) => by.call(`POST /api/v3/sites/${site.uuid}/teams/${uuid}/transfer-ownership`),
  ],
  [
    'has another grant',
    (by, site, { uuid }) =>
      by.call(`POST /api/v3/sites/${site.uuid}/teams/${uuid}/grant-sensitive-data`, { body: { expires_never: true } }),
  ],
])('a delayed mail about the end of a grant is not sent to a team that %s', async (_, change) => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  await share(service, site.uuid, team.uuid, { sensitive: { expiresAt: new Date(Date.now() + 60_000).toISOString() } });
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  await service.clock('2m');
  await service.sweep();
  await service.sweep();
  expect((await types()).get('GrantEndMail')?.filter(({ teamId }) => teamId === team.id)).toHaveLength(1);
  expect((await change(owner, site, team)).status).toBe(200);
  await service.faults([]);
  await service.clock('30m');
  await service.sweep();
  expect(await mailsAbout(other.email, 'no more')).toEqual([]);
  expect((await types()).get('GrantEndMail') ?? []).toEqual([]);
});

test('a deleted site’s invites and requests are deleted with it', async () => {
  const { owner, site } = await made();
  const { owner: other, team } = await guest();
  await share(service, site.uuid, team.uuid);
  await ask(other, site, team);
  const email = newAddress('late');
  const token = await mailToken(await inviteTo(owner, site, { email }));
  const [mailed, asked] = [await service.linkToken(email), await service.linkToken(owner.email)];
  expect((await owner.call(`DELETE /api/v3/sites/${site.uuid}`)).status).toBe(200);
  expect((await openInvite(mailed)).status).toBe(410);
  expect((await openRequest(asked)).status).toBe(410);
  expect((await accept(other, token, team)).status).toBe(422);
  await service.clock('5m');
  await service.sweep();
  expect((await openInvite(mailed)).status).toBe(404);
  expect((await service.items()).filter(({ pk, sk }) => `${pk} ${sk}`.includes(email))).toEqual([]);
});

describeWhole('owners of a team who aren’t ADMINs', () => {
  /** Creates a USER who owns a team. */
  async function teamOwner(by: Client): Promise<{ owner: Client; team: MadeTeam }> {
    const owner = await service.member(by, 'USER');
    return { owner, team: await makeTeam(owner) };
  }

  async function siteBy({ owner, team }: { owner: Client; team: MadeTeam }): Promise<MadeSite> {
    return (await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: team.uuid } })).body.data;
  }

  test.each(['teams/invite', 'invite'])('can invite by %s, also to single chargers', async (path) => {
    const { owner } = await service.organization();
    const manager = await teamOwner(owner);
    const site = await siteBy(manager);
    const charger = await makeCharger(manager.owner, site);
    const answer = await manager.owner.call(`POST /api/v3/sites/${site.id}/${path}`, {
      body: { email: newAddress(), accessible_assets: [{ asset_type: 'charger', asset_id: charger.id }] },
    });
    expect(answer.status).toBe(201);
    const guests = await teamOwner((await guest()).owner);
    expect((await accept(guests.owner, await mailToken(answer), guests.team)).status).toBe(200);
    expect(await accessOf(manager.owner, site, guests.team)).toMatchObject({ can_access_all_assets: false });
  });

  test('are the only ones who accept for their team: a colleague outside the team is refused by the API and the page', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    const colleague = await service.member(other, 'USER');
    const answer = await inviteTo(owner, site, { email: colleague.email });
    expect(await accept(colleague, await mailToken(answer), team)).toMatchObject({
      status: 422,
      body: { errors: { team_uuid: ['The selected team uuid is invalid.'] } },
    });
    expect((await acceptOnPage(await service.linkToken(colleague.email), team.uuid)).status).toBe(400);
  });

  test('can take over a site on the page', async () => {
    const { owner, site } = await made();
    const { owner: other, team } = await guest();
    await inviteTo(owner, site, { email: other.email, transfer_ownership: true });
    const page = await acceptOnPage(await service.linkToken(other.email), team.uuid);
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('now owns') });
    expect(await inviteTo(other, site)).toMatchObject({ status: 201 });
  });

  test('can request sensitive data, also by the team’s integer, and grant it on the page', async () => {
    const { owner } = await service.organization();
    const manager = await teamOwner(owner);
    const site = await siteBy(manager);
    const guests = await teamOwner((await guest()).owner);
    await share(service, site.uuid, guests.team.uuid);
    const { data } = (await guests.owner.call('GET /api/v3/teams')).body;
    const { id } = data.find(({ uuid }: { uuid: string }) => uuid === guests.team.uuid);
    expect((await ask(guests.owner, site, { id: '', uuid: String(id) })).status).toBe(200);
    expect(await mailsAbout(owner.email, 'sensitive'), 'only the team owner is mailed').toEqual([]);
    expect((await decide(await service.linkToken(manager.owner.email), 'granted')).status).toBe(200);
  });

  test('are replaced by ADMINs, who get the request, if the owning team has no owner', async () => {
    const { owner } = await service.organization();
    const member = await service.member(owner, 'USER');
    const team = await makeTeam(member);
    const site = await siteBy({ owner: member, team });
    const { owner: other, team: theirs } = await guest();
    await share(service, site.uuid, theirs.uuid);
    expect((await owner.call(`DELETE /v1/members/${member.memberId}`)).status).toBe(204);
    expect((await ask(other, site, theirs)).status).toBe(200);
    expect(await mailsAbout(member.email, 'sensitive')).toEqual([]);
    expect((await decide(await service.linkToken(owner.email), 'granted')).status).toBe(200);
  });
});

test('the token of the answer is accepted for the invited address only', async () => {
  const { owner, site } = await made();
  const [invited, stranger] = [await guest(), await guest()];
  const { body } = await inviteTo(owner, site, { email: invited.owner.email });
  const own = await makeTeam(owner);
  for (const [by, team] of [
    [stranger.owner, stranger.team],
    [owner, own],
  ] as const) {
    expect(await accept(by, body.invite_token, team)).toMatchObject({
      status: 403,
      body: { error: 'invitation_for_another_address' },
    });
  }
  const unverified = await service.person(invited.owner.email, { unverified: true });
  expect((await accept(unverified, body.invite_token, invited.team)).status).toBe(403);
  expect((await acceptOnPage(body.invite_token, invited.team.uuid)).status).toBe(404);
  expect(await accessOf(owner, site, stranger.team)).toBeUndefined();
  expect((await accept(invited.owner, body.invite_token, invited.team)).status).toBe(200);
});
