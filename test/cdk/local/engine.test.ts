import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EngineName, startEngine } from '../../../cdk/local/engine.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'engine-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

function client(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
}

async function put(endpoint: string, id: string): Promise<void> {
  await client(endpoint).send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }));
}

async function has(endpoint: string, id: string): Promise<boolean> {
  const { Item } = await client(endpoint).send(new GetItemCommand({ TableName: 'things', Key: { id: { S: id } } }));
  return Item !== undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A process that starts an engine, makes a table and an item, says so, and stays. */
const owner = `
import { startEngine } from ${JSON.stringify(new URL('../../../cdk/local/engine.ts', import.meta.url))};
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from ${JSON.stringify(
  import.meta.resolve('@aws-sdk/client-dynamodb'),
)};
const engine = await startEngine(JSON.parse(process.argv[1]));
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'eu-central-1', credentials });
await client.send(new CreateTableCommand({
  TableName: 'things',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
}));
await client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'committed' } } }));
console.log(JSON.stringify(engine));
setInterval(() => {}, 1000);
`;

describe.each<EngineName>(['dynoxide', 'dynamodb-local'])('%s', (engine) => {
  it('dies with its parent when that is killed, and keeps what was committed', async () => {
    const options = { directory, engine };
    const parent = spawn(process.execPath, ['--input-type=module', '-e', owner, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, endpoint } = JSON.parse(said.toString()) as { pid: number; endpoint: string };
    expect(await has(endpoint, 'committed')).toBe(true);

    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow(), { timeout: 5000 });
    if (process.platform !== 'linux') await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000 });

    const again = await startEngine(options);
    expect(await has(again.endpoint, 'committed')).toBe(true);
    await again.close();
    await expect(fetch(again.endpoint)).rejects.toThrow();
  });
});

it('keeps what was committed over its own end', async () => {
  const first = await startEngine({ directory });
  await client(first.endpoint).send(
    new CreateTableCommand({
      TableName: 'things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await Promise.all(Array.from({ length: 50 }, (_, index) => put(first.endpoint, `thing-${index}`)));
  await first.close();
  const second = await startEngine({ directory });
  for (let index = 0; index < 50; index++) expect(await has(second.endpoint, `thing-${index}`)).toBe(true);
  await second.close();
});

it('listens on loopback only', async () => {
  const other = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const address = other.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const engine = await startEngine({ directory });
  expect(new URL(engine.endpoint).hostname).toBe('127.0.0.1');
  if (address) await expect(fetch(engine.endpoint.replace('127.0.0.1', address))).rejects.toThrow();
  await engine.close();
});

it('starts several side by side', async () => {
  const names = ['one', 'two', 'three', 'four'];
  const engines = await Promise.all(names.map((name) => startEngine({ directory: join(directory, name) })));
  expect(new Set(engines.map(({ endpoint }) => endpoint)).size).toBe(4);
  await Promise.all(engines.map(({ close }) => close()));
});

it('uses the DynamoDB that DYNAMODB_ENDPOINT names', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('DYNAMODB_ENDPOINT', `${endpoint}/`);
  const engine = await startEngine({ directory, engine: 'dynoxide' });
  expect(engine).toMatchObject({ endpoint, pid: undefined });
  await engine.close();
  server.close();
  server.closeAllConnections();
});

describe('says what to do', () => {
  it('when nothing answers at DYNAMODB_ENDPOINT', async () => {
    vi.stubEnv('DYNAMODB_ENDPOINT', 'http://127.0.0.1:1');
    await expect(startEngine({ directory })).rejects.toThrow(
      'DYNAMODB_ENDPOINT is http://127.0.0.1:1, but nothing answers there. Start that DynamoDB, or unset the variable.',
    );
  });

  it('when there is no Java', async () => {
    vi.stubEnv('JAVA_HOME', join(directory, 'nowhere'));
    await expect(startEngine({ directory, engine: 'dynamodb-local' })).rejects.toThrow(
      /dynamodb-local ended with code 127.*install one \(https:\/\/adoptium.net\), or set JAVA_HOME/s,
    );
  });

  it('when the directory is not one for data', async () => {
    await expect(startEngine({ directory: '/proc/nowhere' })).rejects.toThrow(/proc/);
  });
});

it('is noticed when it ends by itself', async () => {
  const engine = await startEngine({ directory });
  process.kill(engine.pid as number, 'SIGKILL');
  await sleep(100);
  await expect(fetch(engine.endpoint)).rejects.toThrow();
  await engine.close();
});
