import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { type Stack, startStack } from '../../packages/local/stack.ts';
import { operatorCommand } from '../support/command.ts';
import { expectConsistent } from '../support/consistency.ts';
import { everything, everythingShared } from '../support/everything.ts';
import { once } from '../support/once.ts';
import { type Client, newAddress, type Service, serviceOf, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';

// The source is the service of this file. The target is another deployment, with the same issuer.

const source = useService();
const directory = mkdtempSync(join(tmpdir(), 'muster-'));
afterAll(() => rmSync(directory, { recursive: true }));

let stack: Stack | undefined;
let target: Service;

beforeAll(async () => {
  stack = await startStack({
    directory: join(directory, 'target'),
    environment: { TOKEN_ISSUER: source.stack.issuer, TOKEN_JWKS_URI: '' },
  });
  target = serviceOf(() => ({ ...(stack as Stack), token: source.stack.token }));
});
beforeEach(() => stack?.reset());
afterEach(async () => expectConsistent(await target.items()));
afterAll(() => stack?.stop());

let files = 0;

/** Exports to a new file. @returns its name */
async function exported(from: Service, ...options: string[]): Promise<string> {
  files += 1;
  const file = join(directory, `${files}.jsonl`);
  const given = ['--table', from.stack.table, '--out', file, ...options];
  expect(await operatorCommand(from, 'cdk/operator/export.ts', given)).toEqual({ code: 0, out: '', err: '' });
  return file;
}

const imported = (file: string, into: Pick<Service, 'stack'> = target) =>
  operatorCommand(into, 'cdk/operator/import.ts', [file, '--table', target.stack.table]);

const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

/** Returns the items of an export, and its end, in any order of the items. */
const contentOf = (file: string) => linesOf(file).slice(1).sort();

async function checked(): Promise<string> {
  const options = ['--table', target.stack.table];
  return (await operatorCommand(target, 'cdk/operator/check-table.ts', options)).out;
}

/** Returns a client of the target with a token of the source. */
const at = (service: Service, { token }: Client, organizationId: string) => ({
  call: (route: string, body?: unknown) =>
    service.call(route, {
      ...(body !== undefined && { body }),
      headers: { authorization: `Bearer ${token}`, 'x-organization-id': organizationId },
    }),
});

test('everything comes back: sign-in, links of mails, unsent mails, and the same export', async () => {
  await everything(source);
  await everythingShared(source);
  const { id, owner } = await source.organization();
  const [linked, unsent] = [newAddress('linked'), newAddress('unsent')];
  await owner.call('POST /v1/invitations', { body: { email: linked, role: 'USER' } });
  const token = await source.linkToken(linked);
  await source.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  await owner.call('POST /v1/invitations', { body: { email: unsent, role: 'USER' } });
  await source.faults([]);
  const members = (await owner.call('GET /v1/members')).body;

  const file = await exported(source);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [header = ''] = linesOf(file);
  expect(JSON.parse(header)).toEqual({
    ...{ format: 'muster-export', version: 1, organizationId: null, exportedAt: expect.any(String) },
  });
  const types = new Set(contentOf(file).map((line) => JSON.parse(line).Item?.type.S));
  for (const type of ['Idempotency', 'Rate', 'MailsOfDay', 'MailEvent', 'SigningKeys', 'PublishedKeys'])
    expect(types).not.toContain(type);
  for (const type of ['Job', 'Mail', 'Site', 'SiteInvite', 'RequestMail', 'AuditEntry']) expect(types).toContain(type);

  expect(await imported(file)).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^Finished .* items\.\n$/),
  });
  expect(await checked()).toContain('no errors');
  expect(contentOf(await exported(target))).toEqual(contentOf(file));

  const there = at(target, owner, id);
  expect((await there.call('GET /v1/members')).body).toEqual(members);
  const accepted = await target.call('POST /v1/invitations/accept', { body: { token } });
  expect(accepted).toMatchObject({ status: 200, body: { member: { organizationId: id } } });
  // The mail that the source couldn't send is due in the target.
  await target.clock('2m');
  await target.sweep();
  expect(await target.mails(unsent)).toHaveLength(1);
  await target.clock(0);
});

test('an export isn’t imported into a table with items, also not twice, and nothing is stored', async () => {
  await source.organization();
  const file = await exported(source);
  await target.organization();
  const before = await target.items();
  expect(await imported(file)).toEqual({
    ...{ code: 1, out: '' },
    err: 'The table is not empty. An export of everything needs a deployment that nobody uses.\n',
  });
  expect(await target.items()).toEqual(before);
  await stack?.reset();
  expect((await imported(file)).code).toBe(0);
  expect((await imported(file)).code).toBe(1);
});

/** An export of an organization. */
const small = once(async () => exported(source, '--organization', (await source.organization()).id));

test.each([
  ['is cut off', (lines: string[]) => lines.slice(0, -1), 'The export has no end: it was cut off.'],
  ['lacks an item', (lines: string[]) => lines.toSpliced(3, 1), 'items instead of'],
  ['is no export', () => ['{"a":1}'], 'is no export'],
  ['is no JSON', () => ['a,b'], 'Line 1 is no JSON object.'],
  [
    'is of a newer version',
    (lines: string[]) => lines.with(0, '{"format":"muster-export","version":2}'),
    'has version 2',
  ],
  [
    'has an item of an unknown type',
    (lines: string[]) => lines.with(2, '{"Item":{"pk":{"S":"A#1"},"sk":{"S":"A"},"type":{"S":"Newer"}}}'),
    'Line 3 has an item of an unknown type',
  ],
  [
    'has a line without an item',
    (lines: string[]) => lines.with(2, '{"Item":{"pk":{"S":"A#1"}}}'),
    'Line 3 has no item',
  ],
  ['goes on after its end', (lines: string[]) => [...lines, '{}'], 'follows the end'],
])('a file that %s is refused, and nothing is stored', async (_, change, message) => {
  const file = `${await small()}.changed`;
  writeFileSync(file, `${change(linesOf(await small())).join('\n')}\n`);
  const { code, out, err } = await imported(file);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain(message);
  expect(await target.items()).toEqual([]);
});

/** Returns the address of a proxy of DynamoDB that ends all connections from the nth transaction on. */
async function dyingProxy(endpoint: string, after: number): Promise<{ url: string; close(): void }> {
  let transactions = 0;
  const server = createServer((incoming, outgoing) => {
    if (incoming.headers['x-amz-target']?.toString().endsWith('TransactWriteItems')) transactions += 1;
    if (transactions > after) {
      incoming.socket.destroy();
      return;
    }
    const { method = 'POST', headers } = incoming;
    const forwarded = request(endpoint, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('an interrupted import is told by check-table, and continued by the same file only', async () => {
  await everything(source);
  const file = await exported(source);
  const proxy = await dyingProxy(target.stack.dynamodb, 3);
  const died = await imported(file, { stack: { ...target.stack, dynamodb: proxy.url } });
  proxy.close();
  expect(died.code).toBe(1);
  const stored = (await target.items()).length;
  expect(stored).toBeGreaterThan(1);
  expect(stored).toBeLessThan(linesOf(file).length - 2);
  expect(await checked()).toContain('IMPORT (Import): whether the import has ended: false instead of true.');

  const other = `${file}.other`;
  writeFileSync(
    other,
    `${linesOf(file)
      .with(0, linesOf(await exported(source))[0] as string)
      .join('\n')}\n`,
  );
  expect(await imported(other)).toMatchObject({ code: 1, err: expect.stringContaining('not empty') });
  expect(await imported(file)).toMatchObject({ code: 0, out: expect.stringMatching(/^Continued and finished/) });
  expect(await checked()).toContain('no errors');
  expect(contentOf(await exported(target))).toEqual(contentOf(file));
});

/** Creates an organization with a member, an invitation, and a site that it shares with a team of another. */
async function sharing() {
  const home = await source.organization('Home');
  const away = await source.organization('Away');
  const makeTeam = async (by: Client, name: string) => {
    const body = { name, email: newAddress(), type: 'Company' };
    return (await by.call('POST /api/v3/teams', { body })).body.data.uuid as string;
  };
  const [owning, below, borrowing] = [
    await makeTeam(home.owner, 'Owning'),
    await makeTeam(home.owner, 'Within'),
    await makeTeam(away.owner, 'Borrowing'),
  ];
  const makeSite = async (by: Client, team: string, name: string) => {
    const body = { name, team_uuid: team, address: 'Quay 1', timezone: 'Europe/Amsterdam' };
    const site = (await by.call('POST /api/v3/sites', { body })).body.data.uuid as string;
    await by.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity: `CP-${name}`, reference: 'Left' } });
    return site;
  };
  const [own, foreign] = [await makeSite(home.owner, owning, 'Own'), await makeSite(away.owner, borrowing, 'Foreign')];
  await share(source, own, borrowing);
  await share(source, own, below);
  await share(source, foreign, below);
  const both = await source.member(home.owner, 'USER');
  await source.member(away.owner, 'USER', both.email);
  await both.call('POST /v1/access-tokens', { body: { name: 'One' } });
  await home.owner.call(`PUT /v1/teams/${shortIdFromUuid('team', owning)}/members/${both.memberId}`, { body: {} });
  const gone = await source.member(home.owner, 'USER');
  await home.owner.call(`PUT /v1/teams/${shortIdFromUuid('team', owning)}/members/${gone.memberId}`, { body: {} });
  await home.owner.call(`DELETE /v1/members/${gone.memberId}`);
  const invited = newAddress('invited');
  await home.owner.call('POST /v1/invitations', { body: { email: invited, role: 'USER' } });
  await home.owner.call('POST /v1/invitations', { body: { email: gone.email, role: 'USER' } });
  return { home, away, both, invited, own, foreign };
}

test('one organization comes back alone, with its members, links and sites, and without what is of others', async () => {
  const { home, away, both, invited, own } = await sharing();
  const token = await source.linkToken(invited);
  const sites = (await home.owner.call(`GET /api/v3/sites/${own}/chargers`)).body;
  const file = await exported(source, '--organization', home.id);
  for (const text of [away.id, away.owner.email]) expect(readFileSync(file, 'utf8')).not.toContain(text);

  // Beside another organization.
  const { id: neighbor } = await target.organization();
  const neighbors = await target.items();
  expect(await imported(file)).toMatchObject({ code: 0, err: '' });
  expect(await checked()).toContain('no errors');
  expect(await target.items()).toEqual(expect.arrayContaining(neighbors));
  expect(contentOf(await exported(target, '--organization', home.id))).toEqual(contentOf(file));
  expect(neighbor).not.toBe(home.id);

  const there = at(target, home.owner, home.id);
  expect((await there.call('GET /v1/members')).body).toEqual((await home.owner.call('GET /v1/members')).body);
  expect((await there.call(`GET /api/v3/sites/${own}/chargers`)).body).toEqual(sites);
  expect((await at(target, both, home.id).call('GET /v1/me')).body).toMatchObject({
    memberships: [{ organizationId: home.id }],
  });
  expect((await target.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);

  const before = await target.items();
  expect(await imported(file)).toMatchObject({ code: 1, err: expect.stringContaining('already has the item') });
  expect(await target.items()).toEqual(before);
});

test('an organization isn’t imported where one of its people is known already, and nothing is stored', async () => {
  const { home, both } = await sharing();
  const file = await exported(source, '--organization', home.id);
  await at(target, both, home.id).call('GET /v1/me');
  const before = await target.items();
  const err = expect.stringMatching(
    /^The table already has the item EMAIL#\(sha256 .*Nothing was stored\.\n$|IDENTITY/,
  );
  expect(await imported(file)).toMatchObject({ code: 1, err });
  expect(await target.items()).toEqual(before);
});

test('an organization that doesn’t exist can’t be exported, and wrong arguments are explained', async () => {
  const run = (script: string, ...options: string[]) =>
    operatorCommand(source, `cdk/operator/${script}.ts`, ['--table', source.stack.table, ...options]);
  expect(await run('export', '--organization', 'org_1')).toMatchObject({
    code: 1,
    err: 'There is no such organization.\n',
  });
  expect(await run('import')).toMatchObject({ code: 1, err: expect.stringContaining('Name the file') });
  expect(await run('import', join(directory, 'missing'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('ENOENT'),
  });
  expect(await run('import', 'a', 'b')).toMatchObject({ code: 1, err: expect.stringContaining('too many arguments') });
  for (const script of ['export', 'import']) {
    expect(await run(script, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--table NAME') });
  }
});
