import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

// The SDK has a budget for retries. A retried call that is refused consumes some of it, so a long-lived function can
// run out of retries.

const lines: string[] = [];
const service = useService({ onLog: (_, line) => lines.push(line) });

test('a broken connection is no defect, also after many of them', async () => {
  const { owner } = await service.organization();
  const [{ id: memberId }] = (await owner.call('GET /v1/members')).body.data;
  const { id } = (await owner.call('POST /v1/teams', { body: { name: 'Team' } })).body;
  for (let count = 0; count < 60; count += 1) {
    await service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'drop-answer' }]);
    const answer = await owner.call(`DELETE /v1/teams/${id}/members/${memberId}`);
    expect(answer.body.error, `the ${count}th`).toBe('last_team_owner');
  }
  await service.faults([]);
  const other = await service.member(owner, 'USER');
  expect((await owner.call(`PUT /v1/teams/${id}/members/${other.memberId}`, { body: { role: 'OWNER' } })).status).toBe(
    200,
  );
  await service.faults([
    { function: 'teams/remove-member', action: 'dynamodb:TransactWriteItems', fault: 'drop-answer', times: 2 },
  ]);
  expect((await owner.call(`DELETE /v1/teams/${id}/members/${memberId}`)).status).toBe(204);
  const entries = (await owner.call('GET /v1/audit-logs?action=team-member.remove')).body.data;
  expect(entries, 'the member is removed once').toHaveLength(1);
});

test.each(['error', 'drop-answer'] as const)('reads that fail by %s are retried', async (fault) => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'dynamodb:BatchGetItem', fault, times: 5 }]);
  expect((await owner.call('GET /v1/members')).status).toBe(200);
});

/** A kind of damage, the item, the deleted field, and a request that reads the item. */
const TORN = [
  ['that is missing although others refer to it', (item: Item) => item.sk === 'USER', undefined, 'GET /v1/me'],
  ['without a field', (item: Item) => item.type === 'Membership', 'role', 'GET /v1/members'],
  ['without a type', (item: Item) => item.type === 'Organization', 'type', 'GET /v1/organizations/{id}'],
] as const;
type Item = Record<string, unknown>;

test.each(TORN)('an item %s is a defect without retries, and the log names the key', async (_, isIt, field, route) => {
  const { id, owner } = await service.organization();
  const [member] = (await owner.muster.members.list()).data;
  const whole = (await service.items()).find(
    (item) =>
      isIt(item) && [item.pk, item.sk].some((part) => part === `ORG#${id}` || part === `USER#${member?.userId}`),
  );
  const { dynamodb: endpoint, table } = service.stack;
  const credentials = { accessKeyId: 'LOCALADMIN', secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1', endpoint, credentials }));
  const { pk, sk, ...others } = whole as Item;
  const torn = Object.fromEntries(Object.entries(others).filter(([name]) => name !== field));
  if (field) await client.send(new PutCommand({ TableName: table, Item: { pk, sk, ...torn } }));
  else await client.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
  const before = lines.length;
  const startedAt = performance.now();
  const [, path = ''] = route.replace('{id}', id).split(' ');
  // Without the harness, which fails on a 500.
  const headers = { authorization: `Bearer ${owner.token}`, 'x-organization-id': id };
  const answer = await fetch(`${service.api}${path}`, { headers });
  const ms = performance.now() - startedAt;
  await client.send(new PutCommand({ TableName: table, Item: whole }));
  client.destroy();
  expect(answer.status).toBe(500);
  expect(lines.slice(before).filter((line) => line.includes(`CorruptItem: ${pk} ${sk} `))).toHaveLength(1);
  expect(ms).toBeLessThan(5000);
  expect((await owner.in(id).call(route.replace('{id}', id))).status).toBe(200);
});
