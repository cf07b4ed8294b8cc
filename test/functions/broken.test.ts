import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

// The SDK repeats a call that broke only for as long as its budget lasts. Each that is refused after having been
// repeated takes from it, so that a function that lives long may have none left.

const lines: string[] = [];
const service = useService({ onLog: (_, line) => lines.push(line) });

test('a broken connection is no defect, however many there were before', async () => {
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
  expect(entries, 'it happened once').toHaveLength(1);
});

test.each(['error', 'drop-answer'] as const)('reads that break (%s) are made again', async (fault) => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'dynamodb:BatchGetItem', fault, times: 5 }]);
  expect((await owner.call('GET /v1/members')).status).toBe(200);
});

/** What an item is, and a request that reads it. */
const TORN = [
  ['that is not there, though others say that it is', (item: Item) => item.sk === 'USER', undefined, 'GET /v1/me'],
  ['without a field', (item: Item) => item.type === 'Membership', 'role', 'GET /v1/members'],
  ['of no type', (item: Item) => item.type === 'Organization', 'type', 'GET /v1/organizations/{id}'],
] as const;
type Item = Record<string, unknown>;

test.each(TORN)('an item %s is a defect at once, whose log names the key', async (_, isIt, field, route) => {
  const { id, owner, member } = await service.organization();
  const whole = (await service.items()).find(
    (item) => isIt(item) && [item.pk, item.sk].some((part) => part === `ORG#${id}` || part === `USER#${member.userId}`),
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
  // Not by the harness, which takes a defect for what it is.
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
