import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endpointOf } from '../../../lib/aws/service.ts';
import { DYNAMODB, type dynamodb } from '../../../lib/table/client.ts';
import { isTransientFailure } from '../../../lib/table/read.ts';
import { addressFromSdk } from '../../support/sdk.ts';

// Compares the requests and errors of our client with those of AWS's own client.

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const INPUT = {
  ClientRequestToken: 'token',
  TransactItems: [{ Put: { TableName: 'table', Item: { pk: { S: 'Zoë €' }, sk: { S: 'x' }, n: { N: '1' } } } }],
};

/** Headers about the SDK's client and its attempt. */
const SDK_HEADERS = /(amz-sdk-[a-z-]+|;?x-amz-user-agent);?/g;

let server: Server;
let received: Received[] = [];
/** The answers of the server, in turn. The last one is repeated. */
let answers: RequestListener[] = [];
let call: typeof dynamodb;

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answers[Math.min(received.length, answers.length) - 1]?.(request, response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
  // Each test has its own client.
  vi.resetModules();
  call = (await import('../../../lib/table/client.ts')).dynamodb;
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const ok: RequestListener = (_, response) => response.end('{}');
const refusing =
  (status: number, body: unknown): RequestListener =>
  (_, response) => {
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

test('a call has the same body and signed headers as from the SDK', async () => {
  answers = [ok];
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T12:00:00Z') });
  await call('TransactWriteItems', INPUT);
  const sdk = new DynamoDBClient({});
  sdk.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      for (const name of Object.keys(headers)) {
        if (`${name};`.match(SDK_HEADERS) || name === 'user-agent') delete headers[name];
      }
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await sdk.send(new TransactWriteItemsCommand(INPUT));
  sdk.destroy();

  const [ours, theirs] = received.map(({ headers, body }) => {
    const { authorization = '', 'x-amz-content-sha256': hash, ...rest } = headers;
    expect(hash).toBe(createHash('sha256').update(body).digest('hex'));
    // The order of fields in the body may differ, and with it the signature.
    return {
      ...rest,
      signed: authorization.replace(/Signature=.*/, '').replace(SDK_HEADERS, ''),
      body: JSON.parse(body),
    };
  });
  expect(ours).toEqual(theirs);
  expect(ours?.signed).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261127\/eu-central-1\/dynamodb\//);
});

test('an error has DynamoDB’s name, and the reasons of a cancelled transaction', async () => {
  const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'x' } } }];
  const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  answers = [refusing(400, { __type: type, Message: 'Cancelled', CancellationReasons: reasons })];
  const error = await call('TransactWriteItems', INPUT).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'TransactionCanceledException', message: 'Cancelled', reasons });
  expect(isTransientFailure(error)).toBe(false);
  expect(received).toHaveLength(1);
});

test.each([
  ['a 500', refusing(500, { __type: 'x#InternalServerError', message: 'Sorry' })],
  ['a 503 of a proxy in HTML', refusing(503, '<html>')],
  ['a 503 whose body is null', refusing(503, 'null')],
  ['a throttled call', refusing(400, { __type: 'x#ThrottlingException' })],
  ['a transaction that is still in progress', refusing(400, { __type: 'x#TransactionInProgressException' })],
  ['a connection that is closed without an answer', (request) => request.socket.destroy()],
  [
    'an incomplete answer',
    (request, response) => {
      response.setHeader('content-length', '100');
      response.write('{');
      setTimeout(() => request.socket.destroy(), 20);
    },
  ],
] as [string, RequestListener][])('%s is retried with the same body', async (_, answer) => {
  answers = [answer, ok];
  await call('TransactWriteItems', INPUT);
  expect(received.map(({ body }) => JSON.parse(body))).toEqual([INPUT, INPUT]);
});

test('a persistent error is thrown after three attempts', async () => {
  answers = [refusing(500, { __type: 'x#InternalServerError', message: 'Sorry' })];
  const error = await call('Query', { TableName: 'table' }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'InternalServerError', message: 'Sorry' });
  expect(received).toHaveLength(3);
});

test('a call without an answer times out after three seconds, and is retried', { timeout: 20_000 }, async () => {
  answers = [() => {}, ok];
  const begun = performance.now();
  await call('Query', { TableName: 'table' });
  expect(performance.now() - begun).toBeGreaterThan(2500);
  expect(received).toHaveLength(2);
});

test('an answer that stalls is given up after three seconds, and read again', { timeout: 20_000 }, async () => {
  answers = [
    (_, response) => {
      response.setHeader('content-length', '100');
      response.write('{');
    },
    ok,
  ];
  const begun = performance.now();
  await call('Query', { TableName: 'table' });
  expect(performance.now() - begun).toBeGreaterThan(2500);
  expect(received).toHaveLength(2);
});

test('a transaction that stays in progress for more than three tries is awaited, with the same token', async () => {
  const inProgress = refusing(400, { __type: 'x#TransactionInProgressException' });
  answers = [inProgress, inProgress, inProgress, inProgress, ok];
  vi.stubEnv('TABLE_NAME', 'table');
  // No pauses between the tries.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { transact } = await import('../../../lib/table/write.ts');
  await transact([{ type: 'delete', key: { pk: 'x', sk: 'x' } }]);
  expect(received).toHaveLength(5);
  expect(new Set(received.map(({ body }) => JSON.parse(body).ClientRequestToken)).size).toBe(1);
});

test.each([
  ['eu-central-1', 'https://dynamodb.eu-central-1.amazonaws.com'],
  ['us-gov-west-1', 'https://dynamodb.us-gov-west-1.amazonaws.com'],
  ['eusc-de-east-1', 'https://dynamodb.eusc-de-east-1.amazonaws.eu'],
  ['cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn'],
])('the endpoint of DynamoDB in %s is the same as from the SDK', async (region, expected) => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', '');
  expect(endpointOf(DYNAMODB, region)).toBe(expected);
  const address = await addressFromSdk(new DynamoDBClient({ region }), (sdk) =>
    sdk.send(new TransactWriteItemsCommand(INPUT)),
  );
  expect(address).toBe(expected);
});
