import { beforeAll, describe, expect, test } from 'vitest';
import { teamIdAsUuid } from '../../lib/domain/team.ts';
import type { Call } from '../../packages/local/aws.ts';
import { type Client, useService } from '../support/service.ts';

// Requests that read the same units in an organization with many teams as in one with few.

const calls: Call[] = [];
const service = useService({ onCall: (call) => calls.push(call) });
/** The teams that are added: 12 KB, so that reading them all costs three units more. */
const MORE_TEAMS = 30;

let owner: Client;
let worker: Client;
let [team, privateTeam, site, workerEmail, workerId] = ['', '', '', '', ''];

/** Returns the read units of a request. */
async function unitsOf(client: Client, route: string): Promise<number> {
  await client.call(route);
  // What follows from earlier changes reads too.
  await service.events();
  calls.length = 0;
  expect((await client.call(route)).status).toBe(200);
  return calls
    .flatMap(({ consumedCapacity }) => [consumedCapacity ?? []].flat() as { CapacityUnits: number }[])
    .reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

const requests = (): readonly (readonly [string, Client, string])[] => [
  ['a page of teams, by an ADMIN', owner, 'GET /v1/teams?perPage=3'],
  ['a private team below an own one', worker, `GET /v1/teams/${privateTeam}`],
  ['a site of a team below an own one', worker, `GET /api/v3/sites/${site}`],
  ["a member's access to a site", owner, `GET /v1/access?site=${site}&member=${workerId}`],
  ['the member with an address', owner, `GET /v1/members?email=${workerEmail}`],
  ["Rocket.Chat's list of all teams", owner, 'GET /api/v1/teams.listAll?count=3'],
];
const before: number[] = [];
const after: number[] = [];

beforeAll(async () => {
  ({ owner } = await service.organization());
  worker = await service.member(owner, 'USER');
  workerEmail = worker.email;
  const make = async (body: object) => (await owner.call('POST /v1/teams', { body })).body;
  ({ id: team } = await make({ name: 'Field service' }));
  const middle = await make({ name: 'Rotterdam', parentTeamId: team });
  ({ id: privateTeam } = await make({ name: 'Depot', isPrivate: true, parentTeamId: middle.id }));
  const members = (await owner.call('GET /v1/members')).body.data;
  ({ id: workerId } = members.find((member: { owner: boolean }) => !member.owner));
  await owner.call(`PUT /v1/teams/${team}/members/${workerId}`, { body: { role: 'MEMBER' } });
  const body = { name: 'Depot', team_uuid: teamIdAsUuid(privateTeam) };
  site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid;
  for (const [, client, route] of requests()) before.push(await unitsOf(client, route));
  // By another ADMIN, because a creator's own memberships are read too.
  const creator = await service.member(owner, 'ADMIN');
  for (let index = 0; index < MORE_TEAMS; index += 1) {
    await creator.call('POST /v1/teams', { body: { name: `Team ${index}`, description: 'x'.repeat(200) } });
  }
  for (const [, client, route] of requests()) after.push(await unitsOf(client, route));
}, 120_000);

test('the units of each request are the same with many teams', () => {
  const named = (units: readonly number[]) => requests().map(([name], index) => [name, units[index]]);
  expect(named(after)).toEqual(named(before));
  expect(before.every((units) => units > 0)).toBe(true);
});

describe('teams above a team', () => {
  test('give access through two levels, and none to members of another branch', async () => {
    expect((await worker.call(`GET /v1/teams/${privateTeam}`)).status).toBe(200);
    expect((await worker.call(`GET /api/v3/sites/${site}`)).status).toBe(200);
    const other = await service.member(owner, 'USER');
    const { id } = (await other.call('POST /v1/teams', { body: { name: 'Another branch' } })).body;
    expect((await other.call(`GET /v1/teams/${id}`)).status).toBe(200);
    expect((await other.call(`GET /v1/teams/${privateTeam}`)).body.error).toBe('team_not_found');
    expect((await other.call(`GET /api/v3/sites/${site}`)).status).toBe(404);
  });

  test('give no access any more after a move to another branch', async () => {
    const [{ id: root }] = (await owner.call('GET /v1/teams')).body.data;
    const { id } = (
      await owner.call('POST /v1/teams', { body: { name: 'Moving', isPrivate: true, parentTeamId: team } })
    ).body;
    expect((await worker.call(`GET /v1/teams/${id}`)).status).toBe(200);
    await owner.call(`PATCH /v1/teams/${id}`, { body: { parentTeamId: root } });
    expect((await worker.call(`GET /v1/teams/${id}`)).status).toBe(404);
  });
});

test('a USER gets every page of the teams that they see, and their total', async () => {
  const listed: string[] = [];
  for (let query = 'perPage=7'; query; ) {
    const { data, meta } = (await worker.call(`GET /v1/teams?${query}`)).body;
    listed.push(...data.map(({ id }: { id: string }) => id));
    expect(meta.total).toBe((await worker.call('GET /v1/teams?perPage=100')).body.data.length);
    query = meta.nextCursor ? `perPage=7&cursor=${meta.nextCursor}` : '';
  }
  const whole = (await worker.call('GET /v1/teams?perPage=100')).body.data.map(({ id }: { id: string }) => id);
  expect(listed).toEqual(whole);
});

test('only the member with an address is listed, also beside a role, and nobody from elsewhere', async () => {
  const foreign = (await service.organization()).owner;
  const emailsOf = async (query: string) =>
    (await owner.call(`GET /v1/members?${query}`)).body.data.map(
      ({ userProfile }: { userProfile: { email: string } }) => userProfile.email,
    );
  expect(await emailsOf(`email=${workerEmail}`)).toEqual([workerEmail]);
  expect(await emailsOf(`email=${workerEmail}&role=ADMIN`)).toEqual([]);
  expect(await emailsOf(`email=${foreign.email}`)).toEqual([]);
  expect(await emailsOf('email=nobody@example.com')).toEqual([]);
  expect((await owner.call(`GET /v1/members?email=${workerEmail}&page=2`)).body.error).toBe('validation_failed');
});
