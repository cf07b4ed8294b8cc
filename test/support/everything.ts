import { expect } from 'vitest';
import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { type Client, newAddress, type Service } from './service.ts';
import { share } from './sharing.ts';

/** Fills a table with items of nearly every type. */
export async function everything(service: Service): Promise<Record<string, unknown>[]> {
  const { id: first, owner } = await service.organization();
  await owner.call(`POST /v1/organizations/${first}/session`);
  const key = (await service.operatorKey()).in(first);
  for (const subject of ['known', undefined]) {
    await key.call('POST /v1/members', { body: { email: newAddress('imported'), role: 'USER', subject } });
  }
  const invite = async (by = owner) => {
    const { body } = await by.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
    return body as { id: string; email: string };
  };
  await service.member(owner, 'VIEWER');
  const member = await service.member(owner, 'USER');
  await member.call('POST /v1/access-tokens', { body: { name: 'One' } });
  const integration = (await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } })).body;
  await owner.call(`POST /v1/integrations/${integration.id}/rotate`, { body: { overlapHours: 24 } });
  const gone = await service.member(owner, 'USER');
  await gone.call('POST /v1/access-tokens', { body: { name: 'Left behind' } });
  await owner.call(`DELETE /v1/members/${gone.memberId}`);
  const makeTeam = async (name: string) => (await owner.call('POST /v1/teams', { body: { name } })).body.id;
  const team = await makeTeam('Team');
  await owner.call(`PUT /v1/teams/${team}/members/${member.memberId}`, { body: {} });
  await owner.call('POST /v1/teams', { body: { name: 'Below', parentTeamId: team } });
  await owner.call(`DELETE /v1/teams/${await makeTeam('Gone')}`);
  const owning = await owner.call('POST /api/v3/teams', {
    body: { name: 'Owning', email: newAddress(), type: 'Company' },
  });
  const site = { name: 'Depot', team_uuid: owning.body.data.uuid, address: 'Quay 1', timezone: 'Europe/Amsterdam' };
  const made = await owner.call('POST /api/v3/sites', { body: site });
  const charger = { identity: 'CP-1', reference: 'Left' };
  const installed = await owner.call(`POST /api/v3/sites/${made.body.data.uuid}/chargers`, { body: charger });
  const borrowing = await owner.call('POST /api/v3/teams', {
    body: { name: 'Borrowing', email: newAddress(), type: 'Company' },
  });
  await share(service, made.body.data.uuid, borrowing.body.data.uuid, {
    assets: [shortIdFromUuid('charger', installed.body.data.uuid) as string],
    sensitive: { expiresAt: '2099-12-31T00:00:00.000Z' },
  });
  const headers = { 'idempotency-key': 'once' };
  await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' }, headers });
  await owner.call(`DELETE /v1/invitations/${(await invite()).id}`);
  const token = await service.linkToken((await invite()).email);
  await service.call('POST /v1/invitations/decline', { body: { token } });
  const bounce = { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: (await invite()).email }] };
  await service.mailEvent({ eventType: 'Bounce', bounce });
  await service.mailEvent({ eventType: 'Unheard of' });
  await service.clock('-8d');
  // A new ID token, because an existing one would be from the future.
  const late = await service.linkToken((await invite(await service.person(owner.email))).email);
  await service.clock(0);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  await service.call('POST /invitations/ask', { body: `token=${late}`, headers: form });
  await service.faults([]);
  const { id, owner: other } = await service.organization();
  await other.call(`DELETE /v1/organizations/${id}`);
  return service.items();
}

/** Adds what is shared between organizations, with mails that wait: invites, requests for data, an offer of ownership. */
export async function everythingShared(service: Service): Promise<void> {
  const makeTeam = async (by: Client, name: string) => {
    const body = { name, email: newAddress(), type: 'Company' };
    const made = await by.call('POST /api/v3/teams', { body });
    expect(made.body).toMatchObject({ data: { uuid: expect.any(String) } });
    return made.body.data.uuid as string;
  };
  const { id, owner } = await service.organization();
  const heir = await service.member(owner, 'ADMIN');
  await heir.call('GET /v1/me');
  const guests = [await service.organization('Guests'), await service.organization('Others')];
  const body = { name: 'Shared', team_uuid: await makeTeam(owner, 'Sharing'), address: 'Quay 2' };
  const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid as string;
  const teams = await Promise.all(guests.map((guest) => makeTeam(guest.owner, 'Sharing')));
  for (const team of teams) await share(service, site, team);
  await owner.call(`DELETE /api/v3/sites/${site}/teams/${teams[1]}`);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  const answers = [
    await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email: newAddress('guest') } }),
    await guests[0]?.owner.call(`POST /api/v3/sites/${site}/teams/${teams[0]}/request-sensitive-data`, {
      body: { reason: 'Repair', requested_data_expires_at: '2099-12-31' },
    }),
    await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId: heir.memberId } }),
  ];
  await service.faults([]);
  expect(answers.map((answer) => (answer?.status ?? 500) < 300)).toEqual([true, true, true]);
}
