import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type EngineName, startEngine } from '../../../packages/local/engine.ts';

/** The engine that MUSTER_ENGINE names; by default the platform's. */
const chosen = process.env.MUSTER_ENGINE ? { engine: process.env.MUSTER_ENGINE as EngineName } : {};

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

/** A process that starts an engine, creates a table and an item, prints the engine, and keeps running. */
const owner = `
import { startEngine } from ${JSON.stringify(new URL('../../../packages/local/engine.ts', import.meta.url))};
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

it('the engine ends when its parent is killed, and committed items are kept', async () => {
  const options = { directory, ...chosen };
  const parent = spawn(process.execPath, ['--input-type=module', '-e', owner, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await Promise.race([
    once(parent.stdout, 'data'),
    once(parent, 'exit').then(() => Promise.reject(new Error('The owner of the engine ended early.'))),
  ])) as [Buffer];
  const { endpoint } = JSON.parse(output.toString()) as { endpoint: string };
  expect(await has(endpoint, 'committed')).toBe(true);

  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow(), { timeout: 5000 });

  const again = await startEngine(options);
  expect(await has(again.endpoint, 'committed')).toBe(true);
  await again.close();
  await expect(fetch(again.endpoint)).rejects.toThrow();
});

it('the engine keeps committed items when it is closed and restarted', async () => {
  const first = await startEngine({ directory, ...chosen });
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
  const second = await startEngine({ directory, ...chosen });
  for (let index = 0; index < 50; index++) expect(await has(second.endpoint, `thing-${index}`)).toBe(true);
  await second.close();
});

async function expectLoopbackOnly(endpoint: string): Promise<void> {
  const addresses = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
  const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  expect(new URL(endpoint).hostname).toBe('127.0.0.1');
  await fetch(endpoint);
  if (outside) await expect(fetch(endpoint.replace('127.0.0.1', outside))).rejects.toThrow();
}

it('the engine listens on loopback only', async () => {
  const { endpoint, close } = await startEngine({ directory, ...chosen });
  await expectLoopbackOnly(endpoint);
  await close();
});

// Its own main class would listen on all interfaces.
it.runIf(inject('whole') && spawnSync('java', ['-version']).status === 0)(
  'DynamoDB Local listens on loopback only',
  async () => {
    const { endpoint, close } = await startEngine({ directory, engine: 'dynamodb-local' });
    await expectLoopbackOnly(endpoint);
    await close();
  },
);

it('several engines run side by side', async () => {
  const names = ['one', 'two', 'three', 'four'];
  const engines = await Promise.all(names.map((name) => startEngine({ directory: join(directory, name), ...chosen })));
  expect(new Set(engines.map(({ endpoint }) => endpoint)).size).toBe(4);
  await Promise.all(engines.map(({ close }) => close()));
});

it('the DynamoDB that DYNAMODB_ENDPOINT names is used', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('DYNAMODB_ENDPOINT', `${endpoint}/`);
  const running = await startEngine({ directory, ...chosen });
  expect(running).toMatchObject({ endpoint, pid: undefined });
  await running.close();
  server.close();
  server.closeAllConnections();
});

describe('the error says what to do', () => {
  it('if nothing answers at DYNAMODB_ENDPOINT', async () => {
    vi.stubEnv('DYNAMODB_ENDPOINT', 'http://127.0.0.1:1');
    await expect(startEngine({ directory, ...chosen })).rejects.toThrow(
      'DYNAMODB_ENDPOINT is http://127.0.0.1:1, but nothing answers there. Start that DynamoDB, or unset the variable.',
    );
  });

  it('if Java is missing', async () => {
    vi.stubEnv('JAVA_HOME', join(directory, 'nowhere'));
    await expect(startEngine({ directory, engine: 'dynamodb-local' })).rejects.toThrow(
      /dynamodb-local ended with code 127.*install one \(https:\/\/adoptium.net\), or set JAVA_HOME/s,
    );
  });
});

it('the engine can be closed after it was killed', async () => {
  const { endpoint, pid, close } = await startEngine({ directory, ...chosen });
  process.kill(pid as number, 'SIGKILL');
  await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow());
  await close();
});
