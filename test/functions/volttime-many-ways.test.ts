import { expect, test } from 'vitest';
import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';

// Tests the combined access of several teams, and that earlier invites don't restore removed access.

const service = useService();

interface Resource {
  readonly uuid: string;
  readonly id: number;
}

const postTo = async (by: Client, path: string, body: object): Promise<Resource> => {
  const answer = await by.call(`POST ${path}`, { body });
  expect(answer.status).toBe(200);
  return answer.body.data;
};
const makeTeam = (by: Client) =>
  postTo(by, '/api/v3/teams', { name: newAddress('team'), email: newAddress(), type: 'Company' });
const makeSite = (by: Client, team: Resource, name = 'Depot') =>
  postTo(by, '/api/v3/sites', { name, team_uuid: team.uuid, address: 'Quay 1' });
const makeCharger = (by: Client, site: Resource, reference: string) =>
  postTo(by, `/api/v3/sites/${site.uuid}/chargers`, { identity: newAddress('x').split('@')[0], reference });
const uuids = ({ body }: Answer): string[] => body.data.map(({ uuid }: Resource) => uuid);
const chargerId = ({ uuid }: Resource) => shortIdFromUuid('charger', uuid) as string;
const references = ({ body }: Answer): Record<string, string | null> =>
  Object.fromEntries(body.data.map(({ uuid, reference }: Resource & { reference: string }) => [uuid, reference]));

async function shareable() {
  const [home, away] = [await service.organization('Home'), await service.organization('Away')];
  const [us, them] = [home.owner, away.owner];
  const [ours, theirs] = [await makeTeam(us), await makeTeam(them)];
  const site = await makeSite(us, ours);
  return { home, away, us, them, ours, theirs, site, teams: `/api/v3/sites/${site.uuid}/teams` };
}

const invite = async (by: Client, site: Resource, more: object = {}): Promise<string> => {
  const body = { email: newAddress(), can_access_all_assets: true, ...more };
  const answer = await by.call(`POST /api/v3/sites/${site.uuid}/teams/invite`, { body });
  expect(answer.status).toBe(201);
  return service.linkToken(body.email);
};
const accept = (by: Client, token: string, team: Resource) =>
  by.call('POST /api/v3/sites/invite/accept', { body: { token, team_uuid: team.uuid } });
const isVoid = { status: 422, body: { error: 'site_invite_void' } };

test('a charger shows what a single team’s access allows, and two teams’ access doesn’t combine into more', async () => {
  const { us, them, theirs, site } = await shareable();
  const [one, two] = [await makeCharger(us, site, 'One'), await makeCharger(us, site, 'Two')];
  const other = await makeTeam(them);
  await share(service, site.uuid, theirs.uuid, { assets: [chargerId(one)], sensitive: {} });
  await share(service, site.uuid, other.uuid);
  const shown = { [one.uuid]: 'One', [two.uuid]: null };
  expect(references(await them.call(`GET /api/v3/sites/${site.uuid}/chargers`))).toEqual(shown);
  expect(references(await them.call('GET /api/v3/chargers'))).toEqual(shown);
  for (const [uuid, reference] of Object.entries(shown)) {
    expect((await them.call(`GET /api/v3/chargers/${uuid}`)).body.data.reference).toBe(reference);
    const report = await them.call(`PUT /api/v3/chargers/${uuid}/status`, { body: { connection_status: 'online' } });
    expect(report.body.data.reference).toBe(reference);
  }
  expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).body.data.address).toBe('Quay 1');
});

test('a site and its chargers that are shared with many teams are listed once, with the most that any team’s access allows', async () => {
  const { us, them, site } = await shareable();
  const [one, two] = [await makeCharger(us, site, 'One'), await makeCharger(us, site, 'Two')];
  const other = await makeSite(us, await makeTeam(us), 'Other');
  // The access of teams is read in groups of 25.
  for (let count = 0; count < 27; count += 1) {
    const team = await makeTeam(them);
    await share(service, site.uuid, team.uuid, count < 26 ? { assets: [chargerId(one)] } : { sensitive: {} });
    if (count === 3) await share(service, other.uuid, team.uuid);
  }
  expect(uuids(await them.call('GET /api/v3/sites')).sort()).toEqual([site.uuid, other.uuid].sort());
  expect(references(await them.call('GET /api/v3/chargers'))).toEqual({ [one.uuid]: 'One', [two.uuid]: 'Two' });
}, 120_000);

test('sensitive data can’t be guessed without access to it', async () => {
  const { us, them, theirs, site } = await shareable();
  const charger = await makeCharger(us, site, 'One');
  await share(service, site.uuid, theirs.uuid);
  const report = (by: Client, body: object) =>
    by.call(`PUT /api/v3/chargers/${charger.uuid}/status`, { body }).then((answer) => answer.body.data);
  await report(us, { error_info: 'card 4711' });
  const { updated_at: before } = await report(them, {});
  const guesses = [await report(them, { error_info: 'card 4711' }), await report(them, { error_info: 'card 4712' })];
  for (const guess of guesses) {
    expect(guess.error_info).toBeNull();
    expect(guess.updated_at).not.toBe(before);
  }
  expect((await us.call(`GET /api/v3/chargers/${charger.uuid}`)).body.data.error_info).toBe('card 4712');
  await report(them, { error_info: null });
  expect((await us.call(`GET /api/v3/chargers/${charger.uuid}`)).body.data.error_info).toBeNull();
});

test('removed access of a team is not restored by an older invite, but by a newer one', async () => {
  const { us, them, theirs, site, teams } = await shareable();
  const charger = await makeCharger(us, site, 'One');
  const team = `${teams}/${theirs.uuid}`;
  const [first, second] = [await invite(us, site), await invite(us, site, { data_access: true })];
  expect((await accept(them, first, theirs)).status).toBe(200);
  expect((await us.call(`DELETE ${team}`)).status).toBe(200);
  expect(await accept(them, second, theirs)).toMatchObject(isVoid);
  expect((await them.call(`GET /api/v3/sites/${site.uuid}`)).status).toBe(404);
  // The invite is still valid for another team, and a newer invite is valid for this team.
  expect((await accept(them, second, await makeTeam(them))).status).toBe(200);
  const [third, fourth] = [
    await invite(us, site, { data_access: true }),
    await invite(us, site, { data_access: true }),
  ];
  expect((await accept(them, third, theirs)).body.data_access).toBe(true);
  expect((await us.call(`DELETE ${team}/revoke-sensitive-data`)).status).toBe(200);
  expect(await accept(them, fourth, theirs)).toMatchObject(isVoid);
  await service.clock('2m');
  const fifth = await invite(us, site);
  await us.call(`PUT ${team}/asset-access`, {
    body: {
      access_of_assets: 'limited_access',
      accessible_assets: [{ asset_type: 'charger', asset_id: charger.id }],
    },
  });
  expect(await accept(them, fifth, theirs)).toMatchObject(isVoid);
  await service.clock(0);
});

test('an invite from before a transfer stays void, also after the site is transferred back', async () => {
  const { us, them, ours, theirs, site, teams } = await shareable();
  const stranger = (await service.organization('Third')).owner;
  const token = await invite(us, site, { transfer_ownership: true });
  await share(service, site.uuid, theirs.uuid);
  expect((await us.call(`POST ${teams}/${theirs.uuid}/transfer-ownership`)).status).toBe(200);
  const team = await makeTeam(stranger);
  expect(await accept(stranger, token, team)).toMatchObject(isVoid);
  expect((await them.call(`POST ${teams}/${ours.uuid}/transfer-ownership`)).status).toBe(200);
  expect(await accept(stranger, token, team)).toMatchObject(isVoid);
});

test('the audit log has actors and source addresses of its own organization only', async () => {
  const { home, away, us, them, theirs, site, teams } = await shareable();
  const charger = await makeCharger(us, site, 'One');
  expect((await accept(them, await invite(us, site), theirs)).status).toBe(200);
  await them.call(`PUT /api/v3/chargers/${charger.uuid}/status`, { body: { connection_status: 'online' } });
  const body = { reason: 'Bills', requested_expires_never: true };
  expect((await them.call(`POST ${teams}/${theirs.uuid}/request-sensitive-data`, { body })).status).toBe(200);
  await us.call(`POST ${teams}/${theirs.uuid}/grant-sensitive-data`, { body: { expires_never: true } });
  await us.call(`DELETE ${teams}/${theirs.uuid}`);
  for (const [by, own, other] of [
    [us, (await us.call('GET /v1/me')).body.id, away.id],
    [them, (await them.call('GET /v1/me')).body.id, home.id],
  ] as const) {
    const { data } = (await by.call('GET /v1/audit-logs?perPage=100')).body;
    for (const { action, actorId, sourceAddress } of data) {
      expect([action, sourceAddress]).toEqual([action, actorId === own ? '127.0.0.1' : null]);
    }
    const foreign = data.filter(({ actorId }: { actorId: string }) => actorId !== own);
    expect(foreign.length).toBeGreaterThan(1);
    for (const { actorType, actorId } of foreign) expect([actorType, actorId]).toEqual(['organization', other]);
  }
});

test('pages of sites are complete after a deletion, and teams with access have an audit entry of the deletion', async () => {
  const { us, them, ours, theirs, site } = await shareable();
  await share(service, site.uuid, theirs.uuid);
  for (let count = 0; count < 29; count += 1) {
    await share(service, (await makeSite(us, ours, `Site ${count}`)).uuid, theirs.uuid);
  }
  expect((await us.call(`DELETE /api/v3/sites/${site.uuid}`)).status).toBe(200);
  const pages = async () => {
    const found: string[] = [];
    for (let next: string | null = `${service.api}/api/v3/sites?page=1`; next; ) {
      const { body }: Answer = await them.call(`GET ${next.slice(service.api.length)}`);
      found.push(...body.data.map(({ name }: { name: string }) => name));
      next = body.links.next;
    }
    return found;
  };
  const names = Array.from({ length: 29 }, (_, count) => `Site ${count}`);
  expect(await pages()).toEqual(names);
  await service.clock('2m');
  await service.sweep();
  await service.clock(0);
  expect(await pages()).toEqual(names);
  const { data } = (await them.call('GET /v1/audit-logs?action=site-access.remove')).body;
  expect(data).toMatchObject([{ resourceId: shortIdFromUuid('site', site.uuid), actorType: 'system' }]);
}, 120_000);
