import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functions } from '../../functions/index.ts';
import { DUE_SHARDS, leaseEnd } from '../../lib/table/due.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();

let raw: DynamoDBClient;
let table: DynamoDBDocumentClient;
beforeAll(() => {
  raw = new DynamoDBClient({
    endpoint: service.stack.dynamodb,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'local' },
  });
  table = DynamoDBDocumentClient.from(raw);
});
afterAll(() => raw.destroy());

test('a failing item is postponed, doesn’t block others, and is processed later', async () => {
  const { owner } = await service.organization();
  const removed: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    const member = await service.member(owner, 'USER');
    expect((await member.call('POST /v1/access-tokens', { body: { name: 'Program' } })).status).toBe(201);
    expect((await owner.call(`DELETE /v1/members/${member.memberId}`)).status).toBe(204);
    removed.push(member.memberId);
  }
  const jobs = async () => (await service.items()).filter(({ type }) => type === 'Job').map(({ pk }) => pk);
  const [failing] = removed;
  await service.faults([{ action: 'dynamodb:DeleteItem', key: `JOB#${failing}`, fault: 'refuse', times: -1 }]);
  expect(await service.sweep()).toMatchObject({ cleared: 1, failed: 1 });
  expect(await jobs()).toEqual([`JOB#${failing}`]);
  expect(await service.sweep()).toMatchObject({ cleared: 0, failed: 0 });

  await service.faults([]);
  await service.clock('20m');
  expect(await service.sweep()).toMatchObject({ cleared: 1, failed: 0 });
  await service.clock(0);
  expect(await jobs()).toEqual([]);
});

const invite = async (owner: Client, count: number): Promise<string[]> => {
  const invitations = Array.from({ length: count }, () => ({ email: newAddress(), role: 'USER' }));
  const { body } = await owner.call('POST /v1/invitations/bulk', { body: { invitations } });
  return body.data.map(({ invitation }: { invitation: { email: string } }) => invitation.email);
};
const mailCounts = (addresses: readonly string[]) =>
  Promise.all(addresses.map(async (address) => (await service.mails(address)).length));

test('a mail that SES throttles is sent in the same run, and doesn’t count as a failed attempt', async () => {
  const { owner } = await service.organization();
  const addresses = await invite(owner, 40);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'throttle', skip: 5, times: 12 }]);
  expect(await service.sweep()).toMatchObject({ sent: 40, unsent: 0, failed: 0 });
  await service.faults([]);
  expect(new Set(await mailCounts(addresses))).toEqual(new Set([1]));
  const { data } = (await owner.call('GET /v1/invitations?perPage=100')).body;
  expect(data.map(({ delivery }: { delivery: { attempts: number } }) => delivery.attempts)).toEqual(
    addresses.map(() => 1),
  );
});

testWhole('the mails of an organization don’t wait behind the bulk of another', async () => {
  const [bulky, honest] = [await service.organization(), await service.organization()];
  const many = [...(await invite(bulky.owner, 75)), ...(await invite(bulky.owner, 75))];
  const few = await invite(honest.owner, 3);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'delay', ms: 30, times: -1 }]);
  expect(await service.sweep()).toMatchObject({ sent: 153, failed: 0 });
  await service.faults([]);
  const timeOf = async (address: string) => (await service.mails(address))[0]?.sentAt as string;
  const times = await Promise.all(many.map(timeOf));
  for (const address of few) {
    const mine = await timeOf(address);
    // Each of the sixteen shards sends one mail at a time.
    expect(times.filter((time) => time < mine).length).toBeLessThan(75);
  }
});

test('parallel runs send each mail once', async () => {
  const { owner } = await service.organization();
  const addresses = await invite(owner, 30);
  const runs = await Promise.all([service.sweep(), service.sweep(), service.sweep()]);
  expect(runs.reduce((sum, { sent = 0 }) => sum + sent, 0)).toBe(30);
  expect(runs.map(({ failed }) => failed)).toEqual([0, 0, 0]);
  expect(new Set(await mailCounts(addresses))).toEqual(new Set([1]));
});

test('an invalid item is postponed and doesn’t block others', async () => {
  const { owner } = await service.organization();
  const { id, organizationId } = (
    await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } })
  ).body;
  const key = { TableName: service.stack.table, Key: { pk: `ORG#${organizationId}`, sk: `INVITATION#${id}` } };
  const { Item: valid } = await table.send(new GetCommand(key));
  const delivery = { ...valid?.delivery, state: 'QUEUED' };
  const dueAt = `2020-01-01T00:00:00.000Z#${id}#000000`;
  await table.send(new PutCommand({ ...key, Item: { ...valid, dueAt, delivery, secrets: 7 } }));
  const addresses = await invite(owner, 3);
  expect(await service.sweep()).toMatchObject({ sent: 3, failed: 1 });
  expect(await service.sweep()).toMatchObject({ sent: 0, failed: 0 });
  expect(await mailCounts(addresses)).toEqual([1, 1, 1]);
  await table.send(new PutCommand({ ...key, Item: valid }));
});

/** All due types, and two of a newer version: one with a known key prefix, and one with an unknown prefix. */
const TYPES = {
  Invitation: 'ORG',
  SiteInvite: 'SITE',
  Mail: 'MAIL',
  RequestMail: 'MAIL',
  GrantEndMail: 'MAIL',
  OfferMail: 'MAIL',
  SiteAccess: 'SITE',
  User: 'USER',
  Organization: 'ORG',
  DiscardedTeam: 'ORG',
  Job: 'JOB',
  SigningKeys: 'SIGNING',
  Reminder: 'ORG',
  Webhook: 'WEBHOOK',
};

const write = async (requests: readonly object[]) => {
  for (let start = 0; start < requests.length; start += 25) {
    const RequestItems = { [service.stack.table]: requests.slice(start, start + 25) as never };
    await table.send(new BatchWriteCommand({ RequestItems }));
  }
};

testWhole('an unknown item is postponed once and unchanged, in each shard, and doesn’t block others', async () => {
  const { owner } = await service.organization();
  const dueAt = `2020-01-01T00:00:00.000Z#unknown#000000`;
  const rows = Array.from({ length: DUE_SHARDS }, (_, shard) =>
    Object.entries(TYPES).map(([type, prefix]) => ({
      ...{ pk: `${prefix}#unknown-${shard}`, sk: type, type, due: `DUE#${shard}`, dueAt, kept: 'as it is' },
    })),
  ).flat();
  const unknown = async () => {
    const items = (await service.items()).filter(({ pk }) => (pk as string).includes('#unknown-'));
    return items.sort((one, other) => `${one.pk}${one.sk}`.localeCompare(`${other.pk}${other.sk}`));
  };
  await write(rows.map((Item) => ({ PutRequest: { Item } })));
  const before = await unknown();
  const others = async () => (await service.items()).length;
  const addresses = await invite(owner, 40);
  const count = await others();

  const since = (await service.calls()).length;
  expect(await service.sweep()).toMatchObject({ sent: 40, failed: rows.length, settled: 0, cleared: 0, expired: 0 });
  const writes = (await service.calls())
    .slice(since)
    .filter(({ function: name, action }) => name === 'scheduled/sweep' && /Update|Put|Delete/.test(action));
  expect(new Set(await mailCounts(addresses))).toEqual(new Set([1]));
  const after = await unknown();
  expect(after.map(({ dueAt: _, ...item }) => item)).toEqual(before.map(({ dueAt: _, ...item }) => item));
  const minutes = after.map(
    (item) => (Date.parse((item.dueAt as string).split('#')[0] as string) - Date.now()) / 60_000,
  );
  expect(Math.min(...minutes)).toBeGreaterThan(13);
  expect(Math.max(...minutes)).toBeLessThan(16);
  expect(writes.filter(({ keys }) => keys.some((key) => key.includes('#unknown-')))).toHaveLength(rows.length);
  // Each mail takes two writes: the lease and the record.
  expect(writes.filter(({ allowed }) => allowed)).toHaveLength(rows.length + 2 * addresses.length);
  expect(await others()).toBe(count);
  expect(await service.sweep(), 'the unknown items wait').toMatchObject({ sent: 0, failed: 0 });
  await write(rows.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })));
});

test('an item that stays due is tried once in a run, and so are the items after it', async () => {
  const rows = Array.from({ length: 130 }, (_, index) => ({
    ...{ pk: `MAIL#stuck-${index}`, sk: 'MAIL', type: 'Mail', due: 'DUE#3' },
    dueAt: `2020-01-01T00:00:00.000Z#stuck-${index}#000000`,
  }));
  await write(rows.map((Item) => ({ PutRequest: { Item } })));
  await service.faults([{ action: 'dynamodb:UpdateItem', key: 'MAIL#stuck', fault: 'refuse', times: -1 }]);
  const since = (await service.calls()).length;
  await service.sweep();
  await service.faults([]);
  const tried = (await service.calls()).slice(since).flatMap(({ action, keys }) => (/Update/.test(action) ? keys : []));
  expect(tried.sort()).toEqual(rows.map(({ pk, sk }) => `${pk}|${sk}`).sort());
  await write(rows.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })));
});

test('a lease lasts longer than the timeout of any function that may have one', () => {
  const now = new Date();
  const lease = (Date.parse(leaseEnd(now)) - now.getTime()) / 1000;
  // What an operator invokes sends no mail.
  const leasing = functions.filter(({ declaration }) => declaration.kind !== 'operator' || declaration.email);
  for (const { declaration } of leasing) expect(declaration.timeout).toBeLessThan(lease);
});

test('a run reports the lag of the oldest due item', async () => {
  const { owner } = await service.organization();
  await service.sweep();
  await invite(owner, 2);
  await service.clock('5m');
  const { lagSeconds, sent } = await service.sweep();
  await service.clock(0);
  expect(sent).toBe(2);
  expect(lagSeconds).toBeGreaterThanOrEqual(299);
  expect(lagSeconds).toBeLessThan(330);
});
