import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { marshall } from '../../lib/table/attributes.ts';
import { dueAttributes } from '../../lib/table/due.ts';
import { pack } from '../../lib/table/packed.ts';
import { type Stack, startStack } from '../../packages/local/stack.ts';
import { operatorCommand } from '../support/command.ts';
import { expectConsistent } from '../support/consistency.ts';
import { callEngine } from '../support/engine.ts';
import { everything, everythingShared } from '../support/everything.ts';
import { newAddress, type Service, serviceOf, useService } from '../support/service.ts';
import { decompress, unpack } from './archive.ts';

// After a deployment, new functions read the rows that old ones have written; after a roll-back, the other way round.

const service = useService();
const directory = mkdtempSync(join(tmpdir(), 'muster-'));
afterAll(() => rmSync(directory, { recursive: true }));

const releases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

type Item = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

/** Starts functions on an export's items, at the time of the export. */
async function running(
  file: string,
  { assembly, environment }: { assembly?: string; environment?: Readonly<Record<string, string>> },
  use: (service: Service, stack: Stack, lines: readonly string[]) => Promise<void>,
): Promise<void> {
  const lines: string[] = [];
  const stack = await startStack({
    directory: mkdtempSync(join(directory, 'stack-')),
    ...(assembly !== undefined && { assembly }),
    ...(environment && { environment }),
    onLog: (name, line) => lines.push(`${name} ${line}`),
  });
  try {
    const made = serviceOf(() => stack);
    const options = [file, '--table', stack.table];
    expect(await operatorCommand(made, 'cdk/operator/import.ts', options)).toMatchObject({ code: 0, err: '' });
    const [header = ''] = readFileSync(file, 'utf8').split('\n', 1);
    const at = Date.parse(JSON.parse(header).exportedAt);
    await made.clock(`${Math.min(0, at - Date.now() + 120_000)}ms`);
    await use(made, stack, lines);
    await expectConsistent(await made.items());
    expect(lines.filter((line) => /"Defect"|CorruptItem/.test(line))).toEqual([]);
  } finally {
    await stack.stop();
  }
}

/** Uses an organization with sites as its owner: reads everything, and changes something of every kind. */
async function journey(service: Service, token: (address: string) => Promise<string>): Promise<void> {
  const items = (await service.items()) as Item[];
  const site = items.find(({ type }) => type === 'Site') as Item;
  const of = (item: Item) => item.organizationId === site.organizationId;
  const owner = items.find((item) => item.type === 'Member' && item.owner === true && of(item)) as Item;
  const { email } = owner.profile as { email: string };
  // A plain request: answers of another version needn't have this version's form.
  const call = async (route: string, body?: unknown) => {
    const [method = '', path = ''] = route.split(' ');
    const answer = await fetch(service.api + path, {
      method,
      headers: {
        authorization: `Bearer ${await token(email)}`,
        'x-organization-id': String(site.organizationId),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.status, `${route}: ${text}`).toBeLessThan(300);
    return text ? JSON.parse(text) : undefined;
  };
  expect((await call('GET /v1/me')).email).toBe(email);
  const count = (type: string) => items.filter((item) => item.type === type && of(item)).length;
  expect((await call('GET /v1/members')).data).toHaveLength(count('Member'));
  expect((await call('GET /v1/invitations')).data).toHaveLength(count('Invitation'));
  expect((await call('GET /v1/teams')).data).toHaveLength(count('Team'));
  for (const list of ['access-tokens', 'audit-logs', 'organizations']) await call(`GET /v1/${list}`);
  await call('GET /api/v3/sites');
  await call('GET /api/v1/teams');
  await call('GET /api/v1/teams.list');

  const invited = newAddress('invited');
  const { id } = await call('POST /v1/invitations', { email: invited, role: 'USER' });
  const secret = await service.linkToken(invited);
  const { member } = (await service.call('POST /v1/invitations/accept', { body: { token: secret } })).body;
  const pending = items.filter((item) => item.type === 'Invitation' && item.status === 'PENDING' && of(item));
  // The one that expires last: others may have expired by their time.
  const [open] = pending.sort((one, other) => (String(one.expiresAt) < String(other.expiresAt) ? 1 : -1));
  await call(`DELETE /v1/invitations/${open?.id}`);
  const team = await call('POST /v1/teams', { name: `Team of ${id}` });
  await call(`PUT /v1/teams/${team.id}/members/${member.id}`, {});
  await call(`PATCH /v1/members/${member.id}`, { role: 'VIEWER' });
  await call(`DELETE /v1/teams/${team.id}`);
  await call(`DELETE /v1/members/${member.id}`);
}

/** Lets all due work be done, beside a row of a kind that neither version knows. */
async function sweep(service: Service): Promise<void> {
  const id = 'site_7ea0000000000000000f';
  const key = { pk: `SITE#${id}`, sk: 'NEWER' };
  const due = dueAttributes(id, '2026-01-01T00:00:00.000Z');
  const { dynamodb, table: TableName } = service.stack;
  const item = { ...key, type: 'Newer', ...due };
  await callEngine(dynamodb, 'PutItem', { TableName, Item: marshall(pack(item)) });
  await service.clock('400d');
  expect(await service.sweep()).toMatchObject({ failed: 1 });
  await service.clock('401d');
  for (let runs = 0; runs < 8; runs += 1) expect((await service.sweep()).failed).toBeLessThanOrEqual(1);
  const row = ((await service.items()) as Item[]).find(({ pk }) => pk === key.pk);
  expect(row).toMatchObject({ type: 'Newer', due: due.due });
  expect(row?.dueAt).not.toBe(due.dueAt);
  await callEngine(dynamodb, 'DeleteItem', { TableName, Key: marshall(key) });
}

test('the first release is recorded', () => expect(releases).toContain('0.1.0'));

describe.each(releases)('release %s', (release) => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, release, name));

  test('its functions work on the items of this version', async () => {
    await everything(service);
    await everythingShared(service);
    const file = join(directory, `present-${release}.jsonl`);
    const options = ['--table', service.stack.table, '--out', file];
    expect(await operatorCommand(service, 'cdk/operator/export.ts', options)).toMatchObject({ code: 0 });
    const assembly = join(directory, `assembly-${release}`);
    mkdirSync(assembly);
    unpack(read('assembly.br'), assembly);
    const environment = { TOKEN_ISSUER: service.stack.issuer, TOKEN_JWKS_URI: '' };
    await running(file, { assembly, environment }, async (old) => {
      await journey(old, (email) => service.stack.token({ email }));
      await sweep(old);
    });
  }, 240_000);

  test('its items are understood by the functions of this version', async () => {
    const file = join(directory, `items-${release}.jsonl`);
    writeFileSync(file, decompress(read('items.jsonl.br')));
    const [, issuer = ''] = /"issuer":\{"S":"([^"]+)"/.exec(readFileSync(file, 'utf8')) ?? [];
    // The people of the recording have signed in at another local issuer.
    const environment = { PREVIOUS_ISSUER: issuer, PREVIOUS_ISSUER_MATCH: 'address' };
    await running(file, { environment }, async (present, stack) => {
      const options = ['--table', stack.table];
      const check = () => operatorCommand(present, 'cdk/operator/check-table.ts', options);
      expect(await check()).toMatchObject({ code: 0 });
      await journey(present, (email) => stack.token({ email }));
      await sweep(present);
      expect(await check()).toMatchObject({ code: 0 });
    });
  }, 240_000);
});
