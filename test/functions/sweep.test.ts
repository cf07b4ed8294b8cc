import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

test('a row that fails is put off, holds up no other, and is done later', async () => {
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

test('what comes too fast for SES is sent in its turn, in the same run and without counting as a failed try', async () => {
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

test('the mails of an organization don’t wait behind the bulk of another', async () => {
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
    // Each of the sixteen shards has one in hand while this one has its turn.
    expect(times.filter((time) => time < mine).length).toBeLessThan(75);
  }
});

test('runs at once send each mail once', async () => {
  const { owner } = await service.organization();
  const addresses = await invite(owner, 60);
  const runs = await Promise.all([service.sweep(), service.sweep(), service.sweep()]);
  expect(runs.reduce((sum, { sent = 0 }) => sum + sent, 0)).toBe(60);
  expect(runs.map(({ failed }) => failed)).toEqual([0, 0, 0]);
  expect(new Set(await mailCounts(addresses))).toEqual(new Set([1]));
});

test('a row that nobody can make sense of is put off and holds up no other', async () => {
  const { owner } = await service.organization();
  const { id, organizationId } = (
    await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } })
  ).body;
  const raw = new DynamoDBClient({
    endpoint: service.stack.dynamodb,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'local' },
  });
  const table = DynamoDBDocumentClient.from(raw);
  const key = { TableName: service.stack.table, Key: { pk: `ORG#${organizationId}`, sk: `INVITATION#${id}` } };
  const { Item: good } = await table.send(new GetCommand(key));
  const delivery = { ...good?.delivery, state: 'QUEUED' };
  const dueAt = `2020-01-01T00:00:00.000Z#${id}#000000`;
  await table.send(new PutCommand({ ...key, Item: { ...good, dueAt, delivery, secrets: 7 } }));
  const addresses = await invite(owner, 3);
  expect(await service.sweep()).toMatchObject({ sent: 3, failed: 1 });
  expect(await service.sweep()).toMatchObject({ sent: 0, failed: 0 });
  expect(await mailCounts(addresses)).toEqual([1, 1, 1]);
  await table.send(new PutCommand({ ...key, Item: good }));
  raw.destroy();
});

test('a run tells for how long the longest due has waited', async () => {
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
