import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ScanCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { SESClient, SendEmailCommand, SendRawEmailCommand } from '@aws-sdk/client-ses';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type AwsProxy,
  adminAccessKeyId,
  type Call,
  type Principal,
  startAwsProxy,
} from '../../../packages/local/aws.ts';
import { type Engine, type EngineName, startEngine } from '../../../packages/local/engine.ts';
import { type LocalMail, startMail } from '../../../packages/local/mail.ts';
import type { Statement } from '../../../packages/local/policy.ts';
import { someOf } from '../../support/whole.ts';

/** The engine that MUSTER_ENGINE names; by default the platform's. */
const chosen = process.env.MUSTER_ENGINE ? { engine: process.env.MUSTER_ENGINE as EngineName } : {};
const isDynoxide = chosen.engine !== 'dynamodb-local';

const TableName = 'Muster';
const tableArn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/Muster';
const tableDefinition: CreateTableCommandInput = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'due', 'dueAt'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'due', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];

/** Allows actions on the items of organizations, as a function's role does. */
function onOrganizations(...actions: string[]): Statement {
  return {
    Effect: 'Allow',
    Action: actions.map((action) => `dynamodb:${action}`),
    Resource: tableArn,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ORG#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
}

const principals = new Map<string, Principal>();

/** Registers a function with permissions. Returns its access key id. */
function withRole(name: string, ...statements: Statement[]): string {
  const key = `LOCAL${1000 + principals.size}`;
  principals.set(key, { name, policies: [{ Version: '2012-10-17', Statement: statements }] });
  return key;
}

const all = withRole('all', onOrganizations(...itemActions));
const without = new Map(
  itemActions.map((missing) => [
    missing,
    withRole(`without-${missing}`, onOrganizations(...itemActions.filter((action) => action !== missing))),
  ]),
);
const sweep = withRole('sweep', {
  Effect: 'Allow',
  Action: 'dynamodb:Query',
  Resource: `${tableArn}/index/due`,
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['DUE#*'] } },
});
const forbidden = withRole('forbidden', onOrganizations(...itemActions), {
  Effect: 'Deny',
  Action: 'dynamodb:PutItem',
  Resource: '*',
});
const identity = (name: string) => `arn:aws:ses:eu-central-1:000000000000:identity/${name}`;
const mailing = { Effect: 'Allow', Action: 'ses:SendRawEmail' } as const;
const mailsForDomain = withRole('by-domain', { ...mailing, Resource: identity('example.com') });
const mailsForAddress = withRole('by-address', { ...mailing, Resource: identity('muster@example.com') });
const mailsWithSet = withRole('with-set', {
  ...mailing,
  Resource: [identity('example.com'), 'arn:aws:ses:eu-central-1:000000000000:configuration-set/events'],
});
const mailsNotFromAddress = withRole(
  'not-from',
  { ...mailing, Resource: identity('example.com') },
  { ...mailing, Effect: 'Deny', Resource: identity('muster@example.com') },
);

let directory: string;
let engine: Engine;
let mail: LocalMail;
let proxy: AwsProxy;
const killed: string[] = [];
let mailAccepted: () => Promise<void> = async () => {};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'aws-'));
  [engine, mail] = await Promise.all([startEngine({ directory, ...chosen }), startMail({ directory })]);
  proxy = await startAwsProxy({
    dynamodb: engine.endpoint,
    ses: mail.endpoint,
    principals,
    region: 'eu-central-1',
    account: '000000000000',
    latencyMs: 20,
    async onMail(raw, envelope) {
      await mailAccepted();
      await mail.receive(raw, envelope);
    },
    onKill: (name, requestId) => killed.push(`${name} ${requestId}`),
  });
  await dynamodb(adminAccessKeyId).send(new CreateTableCommand(tableDefinition));
});
afterAll(async () => {
  await Promise.all([proxy.close(), mail.close(), engine.close()]);
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => proxy.setFaults([]));

function settings(accessKeyId: string, maxAttempts = 1) {
  return {
    endpoint: proxy.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts,
  };
}

const clients = new Map<string, DynamoDBDocumentClient>();

function dynamodb(accessKeyId = all): DynamoDBDocumentClient {
  const client = clients.get(accessKeyId) ?? DynamoDBDocumentClient.from(new DynamoDBClient(settings(accessKeyId)));
  clients.set(accessKeyId, client);
  return client;
}

/** Returns an unused key of an item. */
function newKey(prefix = 'ORG'): { pk: string; sk: string } {
  return { pk: `${prefix}#${randomUUID()}`, sk: 'ORG' };
}

async function read(key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
  const { Item } = await dynamodb(adminAccessKeyId).send(new GetCommand({ TableName, Key: key, ConsistentRead: true }));
  return Item;
}

function put(key: { pk: string; sk: string }, accessKeyId = all) {
  return dynamodb(accessKeyId).send(new PutCommand({ TableName, Item: key }));
}

function transact(TransactItems: TransactWriteCommandInput['TransactItems'], ClientRequestToken?: string) {
  return dynamodb().send(
    new TransactWriteCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }),
  );
}

const putIn = (Item: { pk: string; sk: string }) => ({ Put: { TableName, Item } });
const checkIn = (Key: { pk: string; sk: string }) => ({
  ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(nothing)' },
});
const addIn = (Key: { pk: string; sk: string }) => ({
  Update: {
    TableName,
    Key,
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});

/** Returns the calls that are recorded during a function. */
async function callsOf(what: () => Promise<unknown>): Promise<Call[]> {
  const last = proxy.calls().at(-1);
  await what();
  const calls = proxy.calls();
  return last ? calls.slice(calls.indexOf(last) + 1) : calls;
}

async function failure(promise: Promise<unknown>): Promise<Error & { CancellationReasons?: { Code?: string }[] }> {
  const error = await promise.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  if (!error) throw new Error('The call was expected to fail, but succeeded.');
  return error;
}

function reasons(error: unknown): (string | undefined)[] | undefined {
  if (!(error instanceof TransactionCanceledException)) throw error;
  return error.CancellationReasons?.map(({ Code }) => Code);
}

describe('the proxy forwards', () => {
  it('allowed calls', async () => {
    const key = newKey();
    await put(key);
    await dynamodb().send(
      new UpdateCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET title = :title',
        ExpressionAttributeValues: { ':title': 'Ünïcode' },
      }),
    );
    const got = await dynamodb().send(new GetCommand({ TableName, Key: key }));
    expect(got.Item).toEqual({ ...key, title: 'Ünïcode' });
    const queried = await dynamodb().send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '(#pk = :pk) AND begins_with(sk, :sk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
        ExpressionAttributeValues: { ':pk': key.pk, ':sk': 'O' },
      }),
    );
    expect(queried.Items).toEqual([got.Item]);
    const batch = await dynamodb().send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [key] } } }));
    expect(batch.Responses?.[TableName]).toEqual([got.Item]);
    const transaction = await dynamodb().send(
      new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: key } }] }),
    );
    expect(transaction.Responses).toEqual([{ Item: got.Item }]);
    const old = await dynamodb().send(new DeleteCommand({ TableName, Key: key, ReturnValues: 'ALL_OLD' }));
    expect(old.Attributes).toEqual(got.Item);
    expect(await read(key)).toBeUndefined();
  });

  it('errors of the engine', async () => {
    const key = newKey();
    await put(key);
    const command = { TableName, Item: key, ConditionExpression: 'attribute_not_exists(pk)' };
    const [call] = await callsOf(async () => {
      await expect(dynamodb().send(new PutCommand(command))).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
      });
    });
    expect(call).toMatchObject({ status: 400, error: 'ConditionalCheckFailedException', allowed: true });
  });

  it('a long list, with consumed capacity only if it was requested', async () => {
    const { pk } = newKey();
    const Item = { pk, ConsumedCapacity: { nested: ',"ConsumedCapacity":' }, text: 'x'.repeat(1000) };
    const requests = Array.from({ length: 25 }, (_, index) => ({ PutRequest: { Item: { ...Item, sk: `${index}` } } }));
    await dynamodb(adminAccessKeyId).send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    const list = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    const answer = await dynamodb().send(new QueryCommand(list));
    expect(answer.Items).toHaveLength(25);
    expect(answer.Items?.[0]).toEqual({ ...Item, sk: '0' });
    expect(answer).not.toHaveProperty('ConsumedCapacity');
    const asked = await dynamodb().send(new QueryCommand({ ...list, ReturnConsumedCapacity: 'TOTAL' }));
    expect(asked.ConsumedCapacity).toEqual({ TableName, CapacityUnits: 3.5 });
    const none = await dynamodb().send(new QueryCommand({ ...list, ReturnConsumedCapacity: 'NONE' }));
    expect(none).not.toHaveProperty('ConsumedCapacity');
  });
});

describe('the proxy refuses, as AWS does,', () => {
  const Key = newKey();
  const other = newKey();
  const transaction = (...TransactItems: NonNullable<TransactWriteCommandInput['TransactItems']>) =>
    new TransactWriteCommand({ TransactItems });
  const deleteIn = { Delete: { TableName, Key } };

  // Each call with the action that it requires.
  // biome-ignore lint/suspicious/noExplicitAny: the commands have no common type
  it.each<[string, string, any]>([
    ['GetItem', 'GetItem', new GetCommand({ TableName, Key })],
    ['Query', 'Query', query('pk = :x')],
    ['BatchGetItem', 'BatchGetItem', new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key, other] } } })],
    ['PutItem', 'PutItem', new PutCommand({ TableName, Item: Key })],
    ['UpdateItem', 'UpdateItem', new UpdateCommand({ TableName, Key })],
    ['DeleteItem', 'DeleteItem', new DeleteCommand({ TableName, Key })],
    ['TransactGetItems', 'GetItem', new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key } }] })],
    ['TransactWriteItems with a put', 'PutItem', transaction(putIn(Key), addIn(other))],
    ['TransactWriteItems with an update', 'UpdateItem', transaction(putIn(other), addIn(Key))],
    ['TransactWriteItems with a delete', 'DeleteItem', transaction(putIn(other), deleteIn)],
    ['TransactWriteItems with a condition check', 'ConditionCheckItem', transaction(putIn(other), checkIn(Key))],
  ])('%s without dynamodb:%s, before anything is forwarded', async (_, action, command) => {
    const accessKeyId = without.get(action) as string;
    let error: Error | undefined;
    const calls = await callsOf(async () => {
      error = await failure(dynamodb(accessKeyId).send(command));
    });
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:sts::000000000000:assumed-role/without-${action} is not authorized to perform: ` +
        `dynamodb:${action} on resource: ${tableArn} because no identity-based policy allows the ` +
        `dynamodb:${action} action`,
    });
    expect(calls.filter(({ allowed }) => !allowed).map((call) => call.action)).toEqual([`dynamodb:${action}`]);
    expect(calls.every((call) => call.error === 'AccessDeniedException' && call.consumedCapacity === null)).toBe(true);
    expect(await read(Key)).toBeUndefined();
    expect(await read(other)).toBeUndefined();
    // With all permissions the call succeeds.
    await dynamodb().send(command);
    await dynamodb().send(new DeleteCommand({ TableName, Key }));
    await dynamodb().send(new DeleteCommand({ TableName, Key: other }));
  });

  function query(KeyConditionExpression: string, pk = 'ORG#1') {
    return new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: { ':x': pk } });
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  it.each<[string, any]>([
    ['GetItem', new GetCommand({ TableName, Key: newKey('USER') })],
    ['Query', query('pk = :x', 'USER#1')],
    ['Query with swapped operands', query(':x = pk', 'USER#1')],
    ['PutItem', new PutCommand({ TableName, Item: newKey('USER') })],
    ['one key of a BatchGetItem', new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key, newKey('U')] } } })],
    ['one part of a transaction', new TransactWriteCommand({ TransactItems: [putIn(Key), addIn(newKey('USER'))] })],
    ['one get of a transaction', new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: newKey('U') } }] })],
    ['a table that the role does not name', new GetCommand({ TableName: 'Other', Key })],
    ['Scan', new ScanCommand({ TableName })],
    ['BatchWriteItem', new BatchWriteCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } })],
  ])("calls outside the role's keys, tables and actions: %s", async (_, command) => {
    await expect(dynamodb().send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('explicitly denied calls', async () => {
    await expect(put(newKey(), forbidden)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    });
  });

  it('an index query by its own partition key, and table queries with permission for the index only', async () => {
    const due = (value: string) =>
      new QueryCommand({
        TableName,
        IndexName: 'due',
        KeyConditionExpression: '#due = :due AND dueAt < :now',
        ExpressionAttributeNames: { '#due': 'due' },
        ExpressionAttributeValues: { ':due': value, ':now': '2026' },
      });
    await dynamodb(sweep).send(due('DUE#1'));
    expect(proxy.calls().at(-1)).toMatchObject({ resource: `${tableArn}/index/due`, keys: ['DUE#1'], allowed: true });
    await expect(dynamodb(sweep).send(due('ORG#1'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(dynamodb(sweep).send(query('pk = :x', 'DUE#1'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(dynamodb().send(due('ORG#1'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('unknown callers', async () => {
    await expect(put(newKey(), 'AKIAUNKNOWN')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const ses = new SESClient(settings('AKIAUNKNOWN'));
    await expect(ses.send(rawMail())).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });

  it('two operations in one part of a transaction, which dynoxide accepts', async () => {
    const both = { ...putIn(newKey()), ...addIn(newKey()) } as unknown as ReturnType<typeof putIn>;
    await expect(transact([both])).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('an empty string in a key condition, which dynoxide accepts', async () => {
    const begins = query('pk = :pk AND begins_with(sk, :x)', '').input;
    const values = { ...begins.ExpressionAttributeValues, ':pk': 'ORG#1' };
    const command = new QueryCommand({ ...begins, ExpressionAttributeValues: values });
    await expect(dynamodb().send(command)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('a page that begins in another partition, which dynoxide accepts', async () => {
    const page = { ...query('pk = :x', 'ORG#1').input, ExclusiveStartKey: newKey() };
    await expect(dynamodb().send(new QueryCommand(page))).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('concurrent transactions', () => {
  it('on the same item: one of two is cancelled, with the reason at that item', async () => {
    const [shared, one, two] = [newKey(), newKey(), newKey()];
    const results = await Promise.allSettled([
      transact([putIn(one), addIn(shared)]),
      transact([addIn(shared), putIn(two), checkIn(newKey())]),
    ]);
    const rejected = results.filter((result) => result.status === 'rejected');
    expect(rejected).toHaveLength(1);
    const codes = reasons(rejected[0]?.reason);
    expect([
      ['None', 'TransactionConflict'],
      ['TransactionConflict', 'None', 'None'],
    ]).toContainEqual(codes);
    expect(await read(shared)).toMatchObject({ n: 1 });
    expect([await read(one), await read(two)].filter((item) => item !== undefined)).toHaveLength(1);
    // The conflict ends with the transaction.
    await transact([addIn(shared)]);
    expect(await read(shared)).toMatchObject({ n: 2 });
  });

  it('on the same item: of many, the successful ones are applied', async () => {
    const shared = newKey();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => transact([addIn(shared)])));
    const done = results.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(20);
    expect(await read(shared)).toMatchObject({ n: done });
  });

  it('conflict on condition checks too, but not on other items of a partition', async () => {
    const shared = newKey();
    const checks = await Promise.allSettled([transact([checkIn(shared)]), transact([checkIn(shared)])]);
    expect(checks.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    await Promise.all([transact([putIn({ ...shared, sk: 'A' })]), transact([putIn({ ...shared, sk: 'B' })])]);
  });

  it('block single writes and transactional reads of their items, but no other reads', async () => {
    const key = newKey();
    await put(key);
    const running = transact([addIn(key)]);
    await sleep(5);
    const Key = key;
    const message = 'Transaction is ongoing for the item';
    const conflict = { name: 'TransactionConflictException', message };
    await Promise.all([
      expect(put(key)).rejects.toMatchObject(conflict),
      expect(dynamodb().send(new UpdateCommand({ TableName, Key }))).rejects.toMatchObject(conflict),
      expect(dynamodb().send(new DeleteCommand({ TableName, Key }))).rejects.toMatchObject(conflict),
      failure(dynamodb().send(new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key } }] }))).then((error) =>
        expect(reasons(error)).toEqual(['TransactionConflict']),
      ),
      dynamodb().send(new GetCommand({ TableName, Key, ConsistentRead: true })),
      dynamodb().send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key] } } })),
      put(newKey()),
    ]);
    await running;
    expect(await read(key)).toMatchObject({ n: 1 });
  });

  it('are not blocked by a single write, but transactional reads are', async () => {
    const key = newKey();
    proxy.setFaults([{ action: 'dynamodb:PutItem', fault: 'delay', ms: 40 }]);
    const running = put(key);
    await sleep(5);
    const get = dynamodb().send(new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: key } }] }));
    expect(reasons(await failure(get))).toEqual(['TransactionConflict']);
    await transact([checkIn(key)]);
    await running;
  });
});

describe('a client request token', () => {
  it('makes a repeated transaction happen once', async () => {
    const key = newKey();
    const token = randomUUID();
    for (let time = 0; time < 3; time++) await transact([addIn(key)], token);
    expect(await read(key)).toMatchObject({ n: 1 });
  });

  it('is refused while its transaction is in progress', async () => {
    const key = newKey();
    const token = randomUUID();
    const running = transact([addIn(key)], token);
    await sleep(5);
    await expect(transact([addIn(key)], token)).rejects.toMatchObject({ name: 'TransactionInProgressException' });
    await running;
    await transact([addIn(key)], token);
    expect(await read(key)).toMatchObject({ n: 1 });
  });

  it('is refused with another transaction', async () => {
    const token = randomUUID();
    await transact([addIn(newKey())], token);
    await expect(transact([addIn(newKey())], token)).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  it('is replayed even while another transaction locks the item', async () => {
    const key = newKey();
    const token = randomUUID();
    await transact([addIn(key)], token);
    const other = transact([addIn(key)]);
    await sleep(5);
    await transact([addIn(key)], token);
    await other;
    expect(await read(key)).toMatchObject({ n: 2 });
    // The replay didn't release the other transaction's lock.
    await transact([addIn(key)]);
  });

  it('can be used again after a conflict', async () => {
    const key = newKey();
    const token = randomUUID();
    const running = transact([addIn(key)]);
    await sleep(5);
    expect(reasons(await failure(transact([addIn(key)], token)))).toEqual(['TransactionConflict']);
    await running;
    await transact([addIn(key)], token);
    expect(await read(key)).toMatchObject({ n: 2 });
  });
});

describe('recorded calls', () => {
  it('have an entry for each part, with the cost at the first one', async () => {
    const [one, two] = [newKey(), newKey()];
    const calls = await callsOf(() => transact([putIn(one), addIn(two), checkIn({ ...one, sk: 'x' })]));
    expect(calls.map(({ action, keys }) => [action, keys])).toEqual([
      ['dynamodb:PutItem', [`${one.pk}|ORG`]],
      ['dynamodb:UpdateItem', [`${two.pk}|ORG`]],
      ['dynamodb:ConditionCheckItem', [`${one.pk}|x`]],
    ]);
    expect(new Set(calls.map(({ call }) => call)).size).toBe(1);
    expect(calls[0]).toMatchObject({
      operation: 'TransactWriteItems',
      function: 'all',
      requestId: '',
      resource: tableArn,
      allowed: true,
      consumedCapacity: { TableName },
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      status: 200,
      error: null,
    });
    expect(calls[0]?.ms).toBeGreaterThanOrEqual(19);
    expect(Math.abs(Date.parse(calls[0]?.startedAt ?? '') - Date.now())).toBeLessThan(5000);
    expect(calls.slice(1).map(({ consumedCapacity }) => consumedCapacity)).toEqual([null, null]);
  });

  // DynamoDB Local counts only one item of a transaction, and counts index writes in a transaction twice.
  it.runIf(isDynoxide)('have the same cost as at AWS', async () => {
    const cost = async (what: () => Promise<unknown>) => {
      const [call] = await callsOf(what);
      return (call?.consumedCapacity as { CapacityUnits: number } | undefined)?.CapacityUnits;
    };
    const [key, large, due] = [newKey(), newKey(), newKey()];
    const item = { ...large, text: 'x'.repeat(1500) };
    const dueItem = { ...due, due: 'DUE#1', dueAt: '1' };
    expect(await cost(() => put(key))).toBe(1);
    expect(await cost(() => dynamodb().send(new PutCommand({ TableName, Item: item })))).toBe(2);
    expect(await cost(() => dynamodb().send(new PutCommand({ TableName, Item: dueItem })))).toBe(2);
    expect(await cost(() => transact([putIn(newKey()), addIn(newKey()), checkIn(key), putIn(item)]))).toBe(10);
    expect(await cost(() => transact([putIn({ ...newKey(), due: 'DUE#1', dueAt: '1' } as typeof key)]))).toBe(3);
    expect(await cost(() => transact([putIn({ ...due, due: 'DUE#1', dueAt: '2' } as typeof key)]))).toBe(4);
    expect(await cost(() => dynamodb().send(new GetCommand({ TableName, Key: key })))).toBe(0.5);
    expect(await cost(() => dynamodb().send(new GetCommand({ TableName, Key: key, ConsistentRead: true })))).toBe(1);
    const both = { TransactItems: [key, large].map((Key) => ({ Get: { TableName, Key } })) };
    expect(await cost(() => dynamodb().send(new TransactGetCommand(both)))).toBe(4);
  });

  it('have the id of the invocation', async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(settings(all)));
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-local-request-id'] = 'invocation-1';
        return next(args);
      },
      { step: 'finalizeRequest' },
    );
    const [call] = await callsOf(() => client.send(new GetCommand({ TableName, Key: newKey() })));
    expect(call?.requestId).toBe('invocation-1');
  });

  it('have the sort key range of a query', async () => {
    const { pk } = newKey();
    const values = { ':pk': pk, ':start': 'TEAM#' };
    const keysOf = async (
      KeyConditionExpression: string,
      some: Record<string, string> = { ':pk': pk },
      after?: string,
    ) => {
      const start = after && { ExclusiveStartKey: { pk, sk: after } };
      const command = new QueryCommand({
        ...{ TableName, KeyConditionExpression, ExpressionAttributeValues: some, ...(start || {}) },
      });
      const [call] = await callsOf(() => dynamodb().send(command));
      return call?.keys;
    };
    expect(await keysOf('pk = :pk')).toEqual([pk]);
    expect(await keysOf('pk = :pk', undefined, 'SIT')).toEqual([`${pk}|>SIT`]);
    expect(await keysOf('pk = :pk AND begins_with(sk, :start)', values)).toEqual([`${pk}|TEAM#*`]);
    expect(await keysOf('pk = :pk AND begins_with(sk, :start)', values, 'TEAM#1')).toEqual([`${pk}|TEAM#*`]);
  });

  it.runIf(inject('whole'))('are limited to the last 10,000', async () => {
    const TransactItems = Array.from({ length: 100 }, () => ({ Get: { TableName, Key: newKey() } }));
    const command = new TransactGetCommand({ TransactItems });
    for (let time = 0; time < 21; time++) await Promise.all(Array.from({ length: 10 }, () => dynamodb().send(command)));
    expect(proxy.calls()).toHaveLength(10_000);
    const last = newKey();
    await put(last);
    expect(proxy.calls()).toHaveLength(10_000);
    expect(proxy.calls().at(-1)?.keys).toEqual([`${last.pk}|ORG`]);
  });
});

describe('a fault', () => {
  it('of the kind throttle fails calls with a throttling error', async () => {
    const [key, other] = [newKey(), newKey()];
    proxy.setFaults([{ fault: 'throttle', key: key.pk, times: 2 }]);
    await expect(put(key)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(reasons(await failure(transact([putIn(other), putIn(key)])))).toEqual(['None', 'ThrottlingError']);
    expect([await read(key), await read(other)]).toEqual([undefined, undefined]);
    await put(key);
  });

  it('is retried by the SDK as an error of AWS', async () => {
    const key = newKey();
    proxy.setFaults([{ fault: 'throttle' }, { fault: 'error' }]);
    const patient = DynamoDBDocumentClient.from(new DynamoDBClient(settings(all, 3)));
    await patient.send(new PutCommand({ TableName, Item: key }));
    expect(proxy.faults()).toEqual([]);
    expect(await read(key)).toEqual(key);
  });

  it('of the kind conflict cancels writes, and ignores calls that never conflict', async () => {
    const [key, other] = [newKey(), newKey()];
    proxy.setFaults([{ fault: 'conflict', key: key.pk, times: 2 }]);
    await dynamodb().send(new GetCommand({ TableName, Key: key }));
    await expect(put(key)).rejects.toMatchObject({ name: 'TransactionConflictException' });
    expect(reasons(await failure(transact([putIn(other), putIn(key)])))).toEqual(['None', 'TransactionConflict']);
    await put(key);
  });

  it('of the kind refuse denies access', async () => {
    proxy.setFaults([{ fault: 'refuse', action: 'dynamodb:UpdateItem' }]);
    const error = await failure(transact([putIn(newKey()), addIn(newKey())]));
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: dynamodb:UpdateItem'),
    });
  });

  it('of the kind error fails with 500', async () => {
    proxy.setFaults([{ fault: 'error' }]);
    await expect(put(newKey())).rejects.toMatchObject({
      name: 'InternalServerError',
      $metadata: { httpStatusCode: 500 },
    });
  });

  it('of the kind delay delays a call, and its items stay locked', async () => {
    const key = newKey();
    proxy.setFaults([{ fault: 'delay', ms: 80 }]);
    const started = performance.now();
    const running = transact([addIn(key)]);
    await sleep(50);
    await expect(put(key)).rejects.toMatchObject({ name: 'TransactionConflictException' });
    await running;
    expect(performance.now() - started).toBeGreaterThanOrEqual(79);
  });

  it('of the kind hang gives no answer, and nothing is written', async () => {
    const key = newKey();
    proxy.setFaults([{ fault: 'hang' }]);
    const abort = new AbortController();
    const hanging = dynamodb().send(new PutCommand({ TableName, Item: key }), { abortSignal: abort.signal });
    setTimeout(() => abort.abort(), 60);
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    expect(await read(key)).toBeUndefined();
    expect(proxy.calls().filter(({ keys }) => keys[0]?.startsWith(key.pk))[0]).toMatchObject({
      status: 0,
      error: null,
    });
  });

  it('of the kind drop-answer drops the answer after the commit, and the token makes a retry safe', async () => {
    const key = newKey();
    proxy.setFaults([{ fault: 'drop-answer' }]);
    await expect(transact([addIn(key)])).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await read(key)).toMatchObject({ n: 1 });

    proxy.setFaults([{ fault: 'drop-answer' }]);
    const patient = DynamoDBDocumentClient.from(new DynamoDBClient(settings(all, 3)));
    await patient.send(new TransactWriteCommand({ TransactItems: [addIn(key)] }));
    expect(await read(key)).toMatchObject({ n: 2 });
  });

  it('of the kind kill-worker kills the worker before or after the call', async () => {
    const [before, after] = [newKey(), newKey()];
    killed.length = 0;
    proxy.setFaults([{ fault: 'kill-worker-before' }, { fault: 'kill-worker-after' }]);
    await expect(put(before)).rejects.toThrow();
    await expect(put(after)).rejects.toThrow();
    expect(killed).toEqual(['all ', 'all ']);
    expect(await read(before)).toBeUndefined();
    expect(await read(after)).toEqual(after);
  });

  it('applies only to its function, action and key', async () => {
    const key = newKey();
    proxy.setFaults([{ function: 'test', fault: 'error', action: 'dynamodb:PutItem', key: key.pk }]);
    await put(key);
    await dynamodb(adminAccessKeyId).send(new PutCommand({ TableName, Item: newKey() }));
    await dynamodb(adminAccessKeyId).send(new GetCommand({ TableName, Key: key }));
    await expect(put(key, adminAccessKeyId)).rejects.toMatchObject({ name: 'InternalServerError' });
    await put(key, adminAccessKeyId);

    proxy.setFaults([{ action: 'dynamodb:TransactWriteItems', fault: 'error' }]);
    await put(key);
    await expect(transact([putIn(key)])).rejects.toMatchObject({ name: 'InternalServerError' });
  });

  it('skips calls and repeats as configured, or forever', async () => {
    const outcomes = async (count: number) => {
      const results: string[] = [];
      for (let time = 0; time < count; time++) {
        results.push(
          await put(newKey()).then(
            () => 'ok',
            () => 'failed',
          ),
        );
      }
      return results;
    };
    proxy.setFaults([{ fault: 'error', skip: 1, times: 2 }]);
    expect(await outcomes(5)).toEqual(['ok', 'failed', 'failed', 'ok', 'ok']);
    proxy.setFaults([{ fault: 'error', times: -1 }]);
    expect(await outcomes(3)).toEqual(['failed', 'failed', 'failed']);
    expect(proxy.faults()).toEqual([{ fault: 'error', skip: 0, times: -1 }]);
    proxy.setFaults([]);
    expect(await outcomes(1)).toEqual(['ok']);
  });

  it.each<[string, unknown, RegExp]>([
    ['not an array', { fault: 'error' }, /Faults are an array like/],
    ['an unknown kind', [{ fault: 'explode' }], /the kinds are throttle, conflict/],
    ['an unknown member', [{ fault: 'error', after: 1 }], /after/],
    ['a delay without ms', [{ fault: 'delay' }], /delay, and nothing else, needs ms/],
    ['ms without a delay', [{ fault: 'error', ms: 5 }], /delay, and nothing else, needs ms/],
    ['zero times', [{ fault: 'error', times: 0 }], /times/],
    ['an action without its service', [{ fault: 'error', action: 'PutItem' }], /must be like dynamodb:PutItem/],
  ])('is validated: %s', (_, faults, message) => {
    expect(() => proxy.setFaults(faults)).toThrow(message);
  });
});

function rawMail({ from = 'Muster <muster@example.com>', to = 'Jane <Jane@example.com>', headers = '' } = {}) {
  const Data = Buffer.from(`From: ${from}\r\nTo: ${to}\r\nSubject: Hello\r\n${headers}\r\nText`);
  return new SendRawEmailCommand({ RawMessage: { Data } });
}

describe('mail', () => {
  const send = (accessKeyId: string, command: SendRawEmailCommand) =>
    new SESClient(settings(accessKeyId)).send(command);

  it('reaches the local SES and the inbox before the function gets the answer', async () => {
    let isKept = false;
    mailAccepted = async () => {
      await sleep(20);
      isKept = true;
    };
    const { MessageId } = await send(mailsForDomain, rawMail());
    expect(isKept).toBe(true);
    mailAccepted = async () => {};
    expect(mail.messages('jane@example.com')).toMatchObject([
      { messageId: MessageId, subject: 'Hello', from: 'Muster <muster@example.com>', to: 'jane@example.com' },
    ]);
    const store = (await (await fetch(`${mail.endpoint}/store`)).json()) as { emails: { messageId: string }[] };
    expect(store.emails.map(({ messageId }) => messageId)).toContain(MessageId);
    expect(proxy.calls().at(-1)).toMatchObject({
      operation: 'SendRawEmail',
      function: 'by-domain',
      action: 'ses:SendRawEmail',
      resource: identity('example.com'),
      keys: ['jane@example.com'],
      allowed: true,
      consumedCapacity: null,
      status: 200,
    });
  });

  it('goes to the destinations of the call, not to those of the message', async () => {
    const command = rawMail();
    command.input.Destinations = ['one@example.com', 'Two <two@example.com>'];
    await send(mailsForDomain, command);
    expect(mail.messages().at(-1)?.to).toBe('one@example.com, two@example.com');
  });

  it('keeps its tags and configuration set', async () => {
    const command = rawMail();
    command.input.ConfigurationSetName = 'events';
    command.input.Tags = [
      { Name: 'invitation', Value: 'inv_1' },
      { Name: 'mail', Value: '2' },
    ];
    await send(mailsWithSet, command);
    const tags = { invitation: 'inv_1', mail: '2' };
    expect(mail.all().at(-1)).toMatchObject({ tags, configurationSet: 'events' });
    command.input.Tags = [{ Name: 'recipient', Value: 'jane@example.com' }];
    await expect(send(mailsWithSet, command)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('needs permission for the domain or the address of the sender', async () => {
    await send(mailsForAddress, rawMail());
    expect(proxy.calls().at(-1)?.resource).toBe(identity('muster@example.com'));
    const count = mail.messages().length;
    await expect(send(mailsForAddress, rawMail({ from: 'other@example.com' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        "User `arn:aws:sts::000000000000:assumed-role/by-address' is not authorized to perform `ses:SendRawEmail' on " +
        `resource \`${identity('example.com')}'`,
    });
    await expect(send(mailsForDomain, rawMail({ from: 'muster@example.org' }))).rejects.toThrow();
    await expect(send(mailsNotFromAddress, rawMail())).rejects.toMatchObject({ name: 'AccessDenied' });
    await send(mailsNotFromAddress, rawMail({ from: 'other@example.com' }));
    await expect(send(all, rawMail())).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(mail.messages()).toHaveLength(count + 1);
  });

  it('needs permission for its configuration set', async () => {
    const headers = 'X-SES-CONFIGURATION-SET: events\r\n';
    await expect(send(mailsForDomain, rawMail({ headers }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await send(mailsWithSet, rawMail({ headers }));
    const command = rawMail();
    command.input.ConfigurationSetName = 'others';
    await expect(send(mailsWithSet, command)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it.each([
    ['nowhere', 'Missing final'],
    ['', 'Empty required header'],
    ['"a b"@example.com', 'control or whitespace'],
  ])("isn't accepted to '%s'", async (to, message) => {
    await expect(send(mailsForDomain, rawMail({ to }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining(message),
    });
  });

  it('is sent by SendRawEmail only: other SES operations are unknown', async () => {
    const command = new SendEmailCommand({ Source: 'a@example.com', Destination: {}, Message: undefined });
    await expect(new SESClient(settings(adminAccessKeyId)).send(command)).rejects.toThrow(/knows DynamoDB and SendRaw/);
  });

  it.each([
    ['throttle', { name: 'Throttling' }],
    ['refuse', { name: 'MessageRejected' }],
    ['pause', { name: 'MessageRejected', message: expect.stringContaining('Sending paused for this account.') }],
    ['error', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
  ] as const)('is subject to the fault %s', async (fault, error) => {
    proxy.setFaults([{ action: 'ses:SendRawEmail', key: 'jane@', fault }]);
    const count = mail.messages().length;
    await send(mailsForDomain, rawMail({ to: 'else@example.com' }));
    await expect(send(mailsForDomain, rawMail())).rejects.toMatchObject(error);
    expect(mail.messages()).toHaveLength(count + 1);
  });

  it('is sent even if the answer is dropped', async () => {
    proxy.setFaults([{ fault: 'drop-answer' }]);
    const count = mail.messages().length;
    await expect(send(mailsForDomain, rawMail())).rejects.toThrow();
    expect(mail.messages()).toHaveLength(count + 1);
  });
});

it('the proxy refuses to start with a policy that it doesn’t support', async () => {
  const Condition = { Bool: { 'aws:SecureTransport': 'true' } };
  const odd = [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition } as const }];
  const starting = startAwsProxy({
    dynamodb: engine.endpoint,
    ses: mail.endpoint,
    principals: new Map([['LOCAL1', { name: 'odd', policies: odd }]]),
    region: 'eu-central-1',
    account: '000000000000',
    onMail() {},
    onKill() {},
  });
  await expect(starting).rejects.toThrow('aws:SecureTransport is not known');
});

it('the proxy answers 500 when the engine is down, which the SDK retries', async () => {
  const lonely = await startAwsProxy({
    dynamodb: 'http://127.0.0.1:1',
    ses: 'http://127.0.0.1:1',
    principals,
    region: 'eu-central-1',
    account: '000000000000',
    onMail() {},
    onKill() {},
  });
  const client = new DynamoDBClient({ ...settings(adminAccessKeyId), endpoint: lonely.endpoint });
  await expect(client.send(new ScanCommand({ TableName }))).rejects.toMatchObject({ name: 'InternalServerError' });
  const ses = new SESClient({ ...settings(mailsForDomain), endpoint: lonely.endpoint });
  await expect(ses.send(rawMail())).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  await lonely.close();
});

/** A process with an engine and a proxy that is killed by a fault during a call. */
const victim = `
const from = (name) => import(new URL(name, ${JSON.stringify(new URL('../../../packages/local/', import.meta.url))}));
const { startEngine } = await from('engine.ts');
const { startAwsProxy, adminAccessKeyId } = await from('aws.ts');
const { CreateTableCommand, DynamoDBClient, PutItemCommand } = await import(${JSON.stringify(
  import.meta.resolve('@aws-sdk/client-dynamodb'),
)});
const { engine, table, fault } = JSON.parse(process.argv[1]);
const { endpoint: dynamodb } = await startEngine(engine);
const proxy = await startAwsProxy({
  dynamodb, ses: dynamodb, principals: new Map(), region: 'eu-central-1', account: '1', onMail() {}, onKill() {},
});
const credentials = { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'eu-central-1', credentials });
await client.send(new CreateTableCommand(table));
const { TableName } = table;
const put = (pk) => client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, sk: { S: '1' } } }));
await put('earlier');
proxy.setFaults([{ fault }]);
await put('last');
`;

it.each(
  someOf(1, [
    ['kill-process-before', ['earlier']],
    ['kill-process-after', ['earlier', 'last']],
  ] as const),
)('the fault %s kills the process, and committed items exist after the next start', async (fault, kept) => {
  const place = { directory: join(directory, fault), ...chosen };
  const argument = JSON.stringify({ engine: place, table: tableDefinition, fault });
  const child = spawn(process.execPath, ['--input-type=module', '-e', victim, argument], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

  const again = await startEngine(place);
  const client = new DynamoDBClient({ ...settings('local'), endpoint: again.endpoint });
  const { Items } = await client.send(new ScanCommand({ TableName }));
  expect(Items?.map(({ pk }) => pk?.S).sort()).toEqual(kept);
  await again.close();
});
