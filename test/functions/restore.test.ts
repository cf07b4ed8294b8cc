import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { startStack } from '../../packages/local/stack.ts';
import { operatorCommand } from '../support/command.ts';
import { expectConsistent } from '../support/consistency.ts';
import { callEngine } from '../support/engine.ts';
import { newAddress, type Service, serviceOf, useService } from '../support/service.ts';

// Rehearses "Backup and restore" of docs/restore.md: the engine has no point-in-time recovery, so the restored table
// is a copy of every item at a moment.

const service = useService();
const directory = mkdtempSync(join(tmpdir(), 'muster-'));
afterAll(() => rmSync(directory, { recursive: true }));

const RESTORED = 'muster-restored';

const engine = <T>(operation: string, input: object) => callEngine<T>(service.stack.dynamodb, operation, input);

interface Description {
  readonly Table: Readonly<Record<string, unknown>> & { readonly GlobalSecondaryIndexes: readonly object[] };
}

/** Copies the present items to a new table, as a restore to this moment does, without the items of some types. */
async function restored(...lost: readonly string[]): Promise<void> {
  const { Table } = await engine<Description>('DescribeTable', { TableName: service.stack.table });
  const { AttributeDefinitions, KeySchema } = Table;
  const GlobalSecondaryIndexes = Table.GlobalSecondaryIndexes.map((index) => {
    const { IndexName, KeySchema, Projection } = index as Record<string, unknown>;
    return { IndexName, KeySchema, Projection };
  });
  const definition = { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode: 'PAY_PER_REQUEST' };
  await engine('CreateTable', { TableName: RESTORED, ...definition });
  type Items = { Items: readonly Record<string, { S: string }>[] };
  const { Items } = await engine<Items>('Scan', { TableName: service.stack.table });
  for (const Item of Items) {
    if (!lost.includes(Item.type?.S as string)) await engine('PutItem', { TableName: RESTORED, Item });
  }
}

/** Starts a deployment that uses the restored table, with other settings, and the same issuer. */
async function deployed(settings: object, use: (restored: Service) => Promise<void>): Promise<void> {
  const configuration = join(directory, 'stages.json');
  const tableStreamArn = `arn:aws:dynamodb:eu-central-1:000000000000:table/${RESTORED}/stream/2026-11-28T09:00:00.000`;
  const development = {
    mailSender: 'Muster <invitations@example.com>',
    table: RESTORED,
    tableStreamArn,
    dialects: [],
    ...settings,
  };
  writeFileSync(configuration, JSON.stringify({ development }));
  const outdir = mkdtempSync(join(directory, 'assembly-'));
  cpSync(join(await synthesize(), 'functions'), join(outdir, 'functions'), { recursive: true });
  process.env.MUSTER_CONFIG = configuration;
  const assembly = await synthesize({ outdir, force: true }).finally(() => delete process.env.MUSTER_CONFIG);
  const { dynamodb, issuer, token } = service.stack;
  const stack = await startStack({
    ...{ directory: mkdtempSync(join(directory, 'stack-')), assembly, dynamodb },
    environment: { TOKEN_ISSUER: issuer, TOKEN_JWKS_URI: '' },
  });
  try {
    expect(stack.table).toBe(RESTORED);
    await use(serviceOf(() => ({ ...stack, token })));
  } finally {
    await stack.stop();
  }
}

test('lost items come back by a restored table, which mends, and mails nobody before it is released', async () => {
  const { owner } = await service.organization();
  const member = await service.member(owner, 'USER');
  await owner.call('POST /v1/teams', { body: { name: 'Team' } });
  const [unsent, expiring] = [newAddress('unsent'), newAddress('expiring')];
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'error', times: -1 }]);
  await owner.call('POST /v1/invitations', { body: { email: unsent, role: 'USER' } });
  await service.faults([]);
  await owner.call('POST /v1/invitations', { body: { email: expiring, role: 'USER', expiresInDays: 1 } });
  // The moment to which the table is restored. The restore holds part of a transaction: a team without its name.
  await restored('TeamName');
  const before = (await owner.call('GET /v1/members')).body;
  await owner.call(`DELETE /v1/members/${member.memberId}`);
  await service.sweep();
  expect((await member.call('GET /v1/members')).status).toBe(404);

  await deployed({ holdSchedule: true }, async (held) => {
    const run = (...options: string[]) =>
      operatorCommand(held, 'cdk/operator/check-table.ts', ['--table', RESTORED, ...options]);
    const told = await run();
    expect([told.code, told.out]).toEqual([1, expect.stringMatching(/TEAMNAME#[\w-]{43} is missing\./)]);
    expect(await run('--repair')).toMatchObject({ code: 0 });
    await expectConsistent(await held.items());

    const again = await held.call('GET /v1/members', { headers: { authorization: `Bearer ${owner.token}` } });
    expect(again.body).toEqual(before);
    const there = await held.call('GET /v1/members', { headers: { authorization: `Bearer ${member.token}` } });
    expect(there.status).toBe(200);

    // Nothing runs by itself, though everything is due by now.
    await held.clock('2d');
    const swept = await held.call('POST /_local/sweep');
    expect(swept).toMatchObject({ status: 404, body: { message: 'The template has no schedule to run.' } });
    for (const address of [unsent, expiring]) expect(await held.mails(address)).toEqual([]);
    expect((await held.items()).filter(({ status }) => status === 'EXPIRED')).toEqual([]);
    // A request of a person still mails: it is new.
    const fresh = newAddress('fresh');
    await held.clock(0);
    const headers = { authorization: `Bearer ${owner.token}` };
    await held.call('POST /v1/invitations', { body: { email: fresh, role: 'USER' }, headers });
    expect(await held.mails(fresh)).toHaveLength(1);
  });

  await deployed({}, async (released) => {
    await released.clock('2m');
    expect(await released.sweep()).toMatchObject({ sent: 1 });
    expect(await released.mails(unsent)).toHaveLength(1);
    await released.clock(0);
    await expectConsistent(await released.items());
  });
  await engine('DeleteTable', { TableName: RESTORED });
}, 240_000);
