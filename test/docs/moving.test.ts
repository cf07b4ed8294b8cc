import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { Application, packPackage } from '../packages/application.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Runs the scripts of "How data comes over". The stack has the APIs of the other products, so it is also the source.

const service = useService();
const directory = mkdtempSync(join(tmpdir(), 'client-'));
const applications: Application[] = [];
let tarball: string;

beforeAll(async () => {
  tarball = await packPackage('client', directory);
});
afterAll(() => {
  for (const folder of [directory, ...applications.map((each) => each.folder)]) rmSync(folder, { recursive: true });
});

/** Prepares the script of a page. Returns a function that runs it, and returns what it prints. */
async function script(page: string, files: Readonly<Record<string, string>> = {}) {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const part = text.slice(text.indexOf('\n## How data comes over\n'));
  const [, source = ''] = /^```js\n(.*?)^```$/ms.exec(part) ?? [];
  const application = new Application();
  applications.push(application);
  // As a module, also if it imports nothing.
  await application.create({
    name: 'client',
    tarball,
    source: `${source}\nexport {};\n`,
    compilerOptions: { strict: false },
  });
  expect(await application.compile()).toBe('');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(application.folder, name), content);
  return async (environment: NodeJS.ProcessEnv) => {
    const { stdout, stderr } = await application.run({ MUSTER_API: service.api, ...environment });
    return stdout + stderr;
  };
}

/** Makes an organization to move to, with the credentials that a script needs. */
async function target() {
  const { id, owner } = await service.organization(newAddress('Target'));
  const made = await owner.call('POST /v1/integrations', { body: { name: 'Move', role: 'ADMIN' } });
  const key = await service.operatorKey(['member:import']);
  return { id, owner, environment: { ORGANIZATION: id, MUSTER_TOKEN: made.body.token, OPERATOR_KEY: key.token } };
}

async function keyOf(owner: Client): Promise<string> {
  return (await owner.call('POST /v1/access-tokens', { body: { name: 'Source' } })).body.token;
}

const people = async (owner: Client) =>
  (await owner.call('GET /v1/members?perPage=100')).body.data
    .map(({ role, userProfile }: { role: string; userProfile: { email: string } }) => `${userProfile.email} ${role}`)
    .sort();

test('Texture: members and pending invitations come over; a second run changes nothing', async () => {
  const source = await service.organization();
  const member = await service.member(source.owner, 'OPERATOR');
  const [waiting, revoked] = [newAddress('waiting'), newAddress('revoked')];
  for (const email of [waiting, revoked])
    await source.owner.call('POST /v1/invitations', { body: { email, role: 'VIEWER' } });
  const [{ id }] = (await source.owner.call(`GET /v1/invitations?email=${revoked}`)).body.data;
  await source.owner.call(`DELETE /v1/invitations/${id}`);
  const { owner, environment } = await target();
  const run = await script('texture.md');
  for (const _ of ['first', 'second']) {
    const texture = { TEXTURE_API: service.api, TEXTURE_API_KEY: await keyOf(source.owner) };
    expect(await run({ ...environment, ...texture })).toBe('');
    expect(await people(owner)).toEqual(
      [`${owner.email} ADMIN`, `${source.owner.email} ADMIN`, `${member.email} OPERATOR`].sort(),
    );
    const { data } = (await owner.call('GET /v1/invitations')).body;
    expect(data).toMatchObject([{ email: waiting, role: 'VIEWER', status: 'PENDING' }]);
  }
  // A key that Texture refuses ends the script.
  await expect(run({ ...environment, TEXTURE_API: service.api, TEXTURE_API_KEY: 'x' })).rejects.toThrow('answered 401');
});

interface Team {
  readonly id: string;
  readonly name: string;
  readonly parentTeamId: string | null;
}
const teamsOf = async (owner: Client): Promise<Team[]> => (await owner.call('GET /v1/teams?perPage=100')).body.data;
const named = (teams: readonly Team[], name: string) => teams.find((team) => team.name === name) as Team;
const inTeam = async (owner: Client, team: Team) =>
  (await owner.call(`GET /v1/teams/${team.id}/members`)).body.data
    .map(({ role, userProfile }: { role: string; userProfile: { email: string } }) => `${userProfile.email} ${role}`)
    .sort();

async function team(owner: Client, name: string, parentTeamId?: string, isPrivate = false): Promise<string> {
  return (await owner.call('POST /v1/teams', { body: { name, isPrivate, ...(parentTeamId && { parentTeamId }) } })).body
    .id;
}

test('Papershift: teams come over with their tree and their members', async () => {
  const source = await service.organization();
  const member = await service.member(source.owner, 'USER');
  const parent = await team(source.owner, 'Support');
  const child = await team(source.owner, 'Night', parent);
  await source.owner.call(`PUT /v1/teams/${child}/members/${member.memberId}`, { body: { role: 'MODERATOR' } });
  const listed = (await source.owner.call('GET /api/v1/teams?include=team_memberships&page[size]=25')).body;
  const rows = listed.included as { attributes: { user_id: string; role: string } }[];
  const moderator = rows.find(({ attributes }) => attributes.role === 'moderator')?.attributes.user_id ?? '';
  const { owner, environment } = await target();
  const imported = await service.operatorKey(['member:import']);
  await imported.in(environment.ORGANIZATION).call('POST /v1/members', { body: { email: member.email, role: 'USER' } });
  const run = await script('papershift.md', { 'addresses.json': JSON.stringify({ [moderator]: member.email }) });
  for (const _ of ['first', 'second']) {
    const printed = await run({ ...environment, PAPERSHIFT_API: service.api, PAPERSHIFT_TOKEN: source.owner.token });
    // The owner of the source has no address in the file.
    expect(printed).toMatch(/^(Left out: user [\w-]+ in team [\w-]+\n)+$/);
    const teams = await teamsOf(owner);
    expect(named(teams, 'Night').parentTeamId).toBe(named(teams, 'Support').id);
    expect(await inTeam(owner, named(teams, 'Night'))).toEqual([`${member.email} MODERATOR`]);
    expect(teams.filter(({ name }) => name === 'Night')).toHaveLength(1);
  }
});

describe('Rocket.Chat', () => {
  test('people and teams come over', async () => {
    const source = await service.organization();
    const member = await service.member(source.owner, 'USER');
    const secret = await team(source.owner, 'secret', undefined, true);
    await source.owner.call(`PUT /v1/teams/${secret}/members/${member.memberId}`, { body: { role: 'MEMBER' } });
    const token = await keyOf(source.owner);
    const me = (await source.owner.call('GET /v1/me')).body.id as string;
    const other = (await member.call('GET /v1/me')).body.id as string;
    // users.list as Rocket.Chat answers it: this service has no such endpoint. Everything else is the stack's.
    const users = [
      {
        _id: me,
        username: 'owner',
        roles: ['admin', 'user'],
        active: true,
        emails: [{ address: source.owner.email, verified: true }],
      },
      {
        _id: other,
        username: 'member',
        roles: ['user'],
        active: true,
        emails: [{ address: member.email, verified: true }],
      },
      { _id: 'rocket.cat', username: 'rocket.cat', roles: ['bot'], active: true },
      {
        _id: 'gone',
        username: 'gone',
        roles: ['user'],
        active: false,
        emails: [{ address: newAddress('gone'), verified: true }],
      },
    ];
    const server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url?.startsWith('/api/v1/users.list')) {
        const offset = Number(new URL(request.url, 'http://x').searchParams.get('offset'));
        const page = users.slice(offset, offset + 2);
        response.end(JSON.stringify({ users: page, count: page.length, offset, total: users.length, success: true }));
        return;
      }
      const headers = {
        'x-auth-token': String(request.headers['x-auth-token']),
        'x-user-id': String(request.headers['x-user-id']),
      };
      const answer = await fetch(`${service.api}${request.url}`, { headers });
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const ROCKETCHAT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { owner, environment } = await target();
      const run = await script('rocketchat.md');
      for (const _ of ['first', 'second']) {
        expect(await run({ ...environment, ROCKETCHAT_URL, ROCKETCHAT_TOKEN: token, ROCKETCHAT_USER: me })).toBe('');
        expect(await people(owner)).toEqual(
          [`${owner.email} ADMIN`, `${source.owner.email} ADMIN`, `${member.email} USER`].sort(),
        );
        const moved = named(await teamsOf(owner), 'secret');
        expect(moved).toMatchObject({ isPrivate: true });
        expect(await inTeam(owner, moved)).toEqual([`${source.owner.email} OWNER`, `${member.email} MEMBER`].sort());
      }
    } finally {
      server.close();
    }
  });
});

test('Volt Time: teams, sites and chargers come over', async () => {
  const source = await service.organization();
  const ask = async (route: string, body: object) => (await source.owner.call(route, { body })).body.data;
  const made = await ask('POST /api/v3/teams', { name: 'Depots', email: 'depots@example.com', type: 'Company' });
  const site = await ask('POST /api/v3/sites', {
    name: 'Depot',
    team_uuid: made.uuid,
    address: 'Quay 1',
    timezone: 'Europe/Amsterdam',
  });
  for (const identity of ['CP-1', 'CP-2'])
    await ask(`POST /api/v3/sites/${site.uuid}/chargers`, { identity, reference: 'Left of the gate' });
  const { owner, environment } = await target();
  const run = await script('volt-time.md');
  for (const _ of ['first', 'second']) {
    expect(await run({ ...environment, VOLTTIME_API: service.api, VOLTTIME_TOKEN: source.owner.token })).toBe('');
    const sites = (await owner.call('GET /api/v3/sites')).body.data;
    expect(sites).toMatchObject([{ name: 'Depot', address: 'Quay 1', timezone: 'Europe/Amsterdam' }]);
    const chargers = (await owner.call(`GET /api/v3/sites/${sites[0].uuid}/chargers`)).body.data;
    expect(chargers).toMatchObject(['CP-1', 'CP-2'].map((identity) => ({ identity, reference: 'Left of the gate' })));
    const teams = (await owner.call('GET /api/v3/teams')).body.data as { name: string; type: string }[];
    expect(teams.filter(({ name }) => name === 'Depots')).toMatchObject([
      { type: 'Company', email: 'depots@example.com' },
    ]);
  }
});
