import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Clock, createClock } from '../../../packages/local/clock.ts';
import { createFunctions, type Functions } from '../../../packages/local/functions.ts';
import type { LocalFunction } from '../../../packages/local/local-function.ts';

const directory = mkdtempSync(join(tmpdir(), 'functions-'));
let server: Server;
let address: string;
let received: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
let running: Functions | undefined;
let clock: Clock;
let log: string[];

beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    received.push({ url, headers });
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await running?.close();
  received = [];
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** Runs functions with the given code. */
function run(bundles: Record<string, string>, overrides: Partial<LocalFunction> = {}, limit = 40): Functions {
  clock = createClock();
  log = [];
  const functions = Object.entries(bundles).map(([name, code]): LocalFunction => {
    const folder = mkdtempSync(join(directory, 'bundle-'));
    writeFileSync(join(folder, 'index.cjs'), code);
    return {
      name,
      arn: `arn:aws:lambda:eu-central-1:000000000000:function:Muster-${name}`,
      code: folder,
      handler: 'index.handler',
      timeout: 5,
      memory: 128,
      environment: {},
      policies: [],
      ...overrides,
    };
  });
  running = createFunctions({
    functions,
    environment: ({ name }) => ({ NAME: name, AWS_REGION: 'eu-central-1' }),
    proxy: address,
    issuer: { url: 'http://127.0.0.1:1', address },
    clock: clock.memory,
    compileCache: join(directory, 'cache'),
    limit,
    log: (name, line) => log.push(`${name} ${line}`),
  });
  return running;
}

async function resultOf(functions: Functions, name: string, event: unknown = {}): Promise<unknown> {
  const outcome = await functions.invoke(name, event);
  if (!outcome.ok) throw new Error(outcome.message);
  return JSON.parse(outcome.payload);
}

test('a function gets event, context, and only its own environment', async () => {
  const functions = run({
    f: `exports.handler = async (event, context) => ({
      event, env: process.env,
      context: { ...context, left: context.getRemainingTimeInMillis() },
    });`,
  });
  expect(await resultOf(functions, 'f', { a: [1] })).toEqual({
    event: { a: [1] },
    env: { NAME: 'f', AWS_REGION: 'eu-central-1' },
    context: {
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'Muster-f',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:Muster-f',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/Muster-f',
      logStreamName: 'local',
      callbackWaitsForEmptyEventLoop: true,
      left: expect.closeTo(5000, -3),
    },
  });
});

test('an ES module with top-level await is loaded', async () => {
  const functions = run({ f: '' });
  mkdirSync(join(directory, 'esm'));
  writeFileSync(join(directory, 'esm', 'index.mjs'), 'const a = await 7; export const handler = async () => a;');
  await functions.close();
  expect(await resultOf(run({ f: '' }, { code: join(directory, 'esm') }), 'f')).toBe(7);
});

test('a worker runs one invocation at a time, a function has four workers, and further invocations wait', async () => {
  const functions = run({
    f: `const { threadId } = require('node:worker_threads');
      let now = 0, most = 0;
      exports.handler = async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 400));
        now--;
        return { threadId, most };
      };`,
  });
  const results = (await Promise.all(Array.from({ length: 12 }, () => resultOf(functions, 'f')))) as {
    threadId: number;
    most: number;
  }[];
  expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(4);
  expect(results.every(({ most }) => most === 1)).toBe(true);
});

test('a worker is reused for the next invocation', async () => {
  const functions = run({ f: 'let count = 0; exports.handler = async () => ++count;' });
  expect([await resultOf(functions, 'f'), await resultOf(functions, 'f')]).toEqual([1, 2]);
});

test('more functions than the limit of workers can run, and the least recently used worker is stopped', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const code = 'let count = 0; exports.handler = async () => ++count;';
  const functions = run(Object.fromEntries(names.map((name) => [name, code])), {}, 4);
  expect(await Promise.all(names.map((name) => resultOf(functions, name)))).toEqual(names.map(() => 1));
  // A stopped worker starts again, and the most recently used one is still warm.
  await resultOf(functions, 'a');
  expect(await resultOf(functions, 'a')).toBeGreaterThan(1);
  for (const name of ['b', 'c', 'd', 'e']) await resultOf(functions, name);
  expect(await resultOf(functions, 'a')).toBe(1);
  expect(await resultOf(functions, 'e')).toBeGreaterThan(1);
});

test('a function that exceeds its timeout is stopped, and the next invocation gets a new worker', async () => {
  const functions = run(
    {
      f: `let count = 0;
        exports.handler = async ({ forever }) => { count++; while (forever); return count; };`,
    },
    { timeout: 0.1 },
  );
  expect(await resultOf(functions, 'f')).toBe(1);
  expect(await functions.invoke('f', { forever: true })).toEqual({
    ok: false,
    reason: 'timeout',
    message: 'Task timed out after 0.10 seconds',
  });
  expect(await resultOf(functions, 'f')).toBe(1);
  expect(log).toContain('f Task timed out after 0.10 seconds');
});

test.each([
  ['throws', "exports.handler = async () => { throw new Error('broken') }", 'Error: broken'],
  ['throws synchronously', "exports.handler = () => { throw new Error('broken') }", 'Error: broken'],
  ["doesn't load", "throw new Error('no start')", 'Error: no start'],
  ['has no handler', 'exports.other = 1', 'Runtime.HandlerNotFound: index.handler is undefined'],
  ['takes a callback', 'exports.handler = (a, b, c) => c()', 'Runtime.CallbackHandlerDeprecated'],
  ['exits', 'exports.handler = async () => process.exit(1)', 'Runtime exited'],
  [
    'has an unhandled rejection',
    "exports.handler = () => { Promise.reject(new Error('aside')); return new Promise(() => {}) }",
    'Error: aside',
  ],
])('a function that %s fails its invocation, and the error is logged', async (_, code, message) => {
  const functions = run({ f: code });
  const outcome = await functions.invoke('f', {});
  expect(outcome).toMatchObject({ ok: false, reason: 'error', message: expect.stringContaining(message) });
  expect(log.join('\n')).toContain(message);
});

test('only the worker of the given request is killed', async () => {
  const functions = run({
    f: `exports.handler = async ({ wait }, context) => {
      console.log(context.awsRequestId);
      return wait ? new Promise((resolve) => setTimeout(resolve, 300, 'survived')) : 1;
    };`,
  });
  const waiting = [functions.invoke('f', { wait: true }), functions.invoke('f', { wait: true })];
  await expect.poll(() => log).toHaveLength(2);
  functions.kill('f', (log[0] as string).slice(2));
  expect(await Promise.all(waiting)).toEqual(
    expect.arrayContaining([
      { ok: true, payload: '"survived"' },
      { ok: false, reason: 'killed', message: 'Killed by a fault' },
    ]),
  );
  expect(await resultOf(functions, 'f')).toBe(1);
});

test('output of a function is logged line by line', async () => {
  const functions = run({ f: "console.log('one\\ntwo'); exports.handler = async () => { console.error('three') }" });
  await resultOf(functions, 'f');
  await expect.poll(() => log).toEqual(expect.arrayContaining(['f one', 'f two', 'f three']));
});

test('Date has the time of the stack, and follows changes at once', async () => {
  const functions = run({
    f: `const instant = new Date(5);
      exports.handler = async () => ({
        now: Date.now(), created: new Date().getTime(), text: new Date(Date()).getTime(),
        utc: Date.UTC(1970, 0, 2), parsed: Date.parse('1970-01-02'), given: new Date(1970, 0, 2) - new Date(1970, 0, 1),
        kind: [instant instanceof Date, instant.constructor === Date, new (class extends Date {})().getTime() > 0, Date.name],
      });`,
  });
  const check = async (offset: number) => {
    const times = (await resultOf(functions, 'f')) as Record<string, number>;
    for (const name of ['now', 'created', 'text']) {
      expect(Math.abs((times[name] as number) - Date.now() - offset), name).toBeLessThan(2000);
    }
    expect(times).toMatchObject({ utc: 86_400_000, parsed: 86_400_000, given: 86_400_000 });
    expect(times.kind).toEqual([true, true, true, 'Date']);
  };
  await check(0);
  clock.set(8 * 86_400_000);
  await check(8 * 86_400_000);
  clock.set(-86_400_000);
  await check(-86_400_000);
});

test('AWS calls have the request id as a header, and other calls don’t', async () => {
  const functions = run({
    f: `const http = require('http');
      const call = (host) => new Promise((resolve, reject) => http.request(
        { host, port: ${new URL(address).port}, path: '/' + host, headers: { a: '1' } },
        (response) => response.resume().on('end', resolve)).on('error', reject).end());
      exports.handler = async (_, context) => { await call('127.0.0.1'); await call('localhost'); return context.awsRequestId; };`,
  });
  const requestId = await resultOf(functions, 'f');
  expect(received.map(({ url, headers }) => [url, headers['x-local-request-id'], headers.a])).toEqual([
    ['/127.0.0.1', requestId, '1'],
    ['/localhost', undefined, '1'],
  ]);
});

test('http.request is redirected to the issuer’s actual address, and other requests are not redirected', async () => {
  const functions = run({
    f: `const http = require('http');
      exports.handler = async ({ url }) => new Promise((resolve, reject) => {
        http.request(url, { method: 'GET' }, (response) => {
          response.setEncoding('utf8').on('data', resolve);
        }).on('error', reject).end();
      });`,
  });
  expect(await resultOf(functions, 'f', { url: 'http://127.0.0.1:1/.well-known/jwks.json' })).toBe('{"keys":[]}');
  expect(received[0]?.url).toBe('/.well-known/jwks.json');
  await resultOf(functions, 'f', { url: `${address}/x` });
  expect(received[1]?.url).toBe('/x');
  const outcome = await functions.invoke('f', { url: 'http://127.0.0.1:2/x' });
  expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining('ECONNREFUSED') });
});

test('pending invocations end when the stack stops', async () => {
  const functions = run({ f: 'exports.handler = () => new Promise(() => {})' });
  const waiting = Array.from({ length: 6 }, () => functions.invoke('f', {}));
  await functions.close();
  for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ ok: false, reason: 'killed' });
  expect(await functions.invoke('f', {})).toMatchObject({ ok: false, reason: 'killed' });
});
