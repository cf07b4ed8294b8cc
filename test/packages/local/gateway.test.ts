import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../packages/local/functions.ts';
import { bindGateway, type Gateway, type GatewayService } from '../../../packages/local/gateway.ts';

const ROUTES = [
  'GET /v1/members',
  'GET /v1/members/me',
  'GET /v1/members/{id}',
  'POST /v1/members',
  'ANY /files/{path+}',
  'GET /files/{name}',
  'POST /api/v1/teams.create',
];
const NOW = Date.UTC(2026, 2, 7, 9, 5, 3);

let gateway: Gateway;
let events: { function: string; event: APIGatewayProxyEventV2 }[];
/** The function's outcome. */
let outcome: (event: APIGatewayProxyEventV2) => Promise<Outcome>;

beforeEach(async () => {
  events = [];
  outcome = async () => result({ statusCode: 200 });
  gateway = await bindGateway(0);
});
afterEach(() => gateway.close());

function serve(service: Partial<GatewayService> = {}, routes = [...ROUTES, '$default']): void {
  gateway.serve({
    routes: routes.map((routeKey) => ({ routeKey, function: routeKey, timeout: 30_000 })),
    cors: undefined,
    account: '000000000000',
    now: () => NOW,
    invoke: async (name, event) => {
      events.push({ function: name, event });
      return outcome(event);
    },
    local: async (local) => ({ status: 200, body: local }),
    ...service,
  });
}

function result(value: unknown): Outcome {
  return { ok: true, payload: JSON.stringify(value) ?? 'null' };
}

interface Reply {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

function send(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders | string[] = {},
  body?: string | Buffer,
): Promise<Reply> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({
        status: response.statusCode,
        headers: response.headers,
        body: Buffer.concat(chunks).toString(),
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function eventOf(...args: Parameters<typeof send>): Promise<APIGatewayProxyEventV2> {
  await send(...args);
  return (events.at(-1) as (typeof events)[number]).event;
}

test('requests wait until the gateway serves', async () => {
  const early = send('GET', '/v1/members');
  await new Promise((resolve) => setTimeout(resolve, 20));
  serve();
  expect((await early).status).toBe(200);
});

test('a port in use is an error with a message', async () => {
  const port = Number(new URL(gateway.url).port);
  await expect(bindGateway(port)).rejects.toThrow(`Port ${port} is taken`);
});

test.each([
  ['GET', '/v1/members', 'GET /v1/members'],
  ['GET', '/v1/members/me', 'GET /v1/members/me'],
  ['GET', '/v1/members/other', 'GET /v1/members/{id}'],
  ['GET', '/v1/members/', '$default'],
  ['GET', '/v1/members/a/b', '$default'],
  ['HEAD', '/v1/members', '$default'],
  ['DELETE', '/v1/members', '$default'],
  ['OPTIONS', '/v1/members', '$default'],
  ['GET', '/files/one', 'GET /files/{name}'],
  ['PUT', '/files/one', 'ANY /files/{path+}'],
  ['GET', '/files/one/two', 'ANY /files/{path+}'],
  ['POST', '/api/v1/teams.create', 'POST /api/v1/teams.create'],
  ['POST', '/api/v1/teamsXcreate', '$default'],
  ['GET', '/', '$default'],
])('%s %s is routed to %s', async (method, path, routeKey) => {
  serve();
  const event = await eventOf(method, path);
  expect(events.at(-1)?.function).toBe(routeKey);
  expect(event.routeKey).toBe(routeKey);
  expect(event.requestContext.routeKey).toBe(routeKey);
});

test('without a default route the gateway answers 404 itself', async () => {
  serve({}, ['GET /v1/members']);
  const reply = await send('GET', '/nothing');
  expect(reply).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  expect(reply.headers['apigw-requestid']).toBeTruthy();
});

test('the event has client, time and request', async () => {
  serve();
  const event = await eventOf('GET', '/v1/members?b=2&a=1', { 'User-Agent': 'test/1', 'X-Forwarded-For': '10.0.0.1' });
  expect(event).toMatchObject({
    version: '2.0',
    rawPath: '/v1/members',
    rawQueryString: 'b=2&a=1',
    queryStringParameters: { a: '1', b: '2' },
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      domainName: '127.0.0.1',
      http: {
        method: 'GET',
        path: '/v1/members',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test/1',
      },
      stage: '$default',
      time: '07/Mar/2026:09:05:03 +0000',
      timeEpoch: NOW,
    },
  });
  expect(event.requestContext.requestId).toMatch(/^[\w+/]{15}=$/);
  expect(event.headers).toMatchObject({ 'x-forwarded-for': '10.0.0.1, 127.0.0.1', 'x-forwarded-proto': 'http' });
  expect(event.headers).not.toHaveProperty('connection');
  for (const absent of ['body', 'cookies', 'pathParameters', 'stageVariables'])
    expect(event).not.toHaveProperty(absent);
});

test('path and path parameters are decoded, and the query string is raw', async () => {
  serve();
  const event = await eventOf('GET', '/v1/members/a%20b%2Fc%40d?f%5Ba%5D=1&f[a]=2+3&x&y=%zz');
  expect(event.rawPath).toBe('/v1/members/a b/c@d');
  expect(event.pathParameters).toEqual({ id: 'a b/c@d' });
  expect(event.rawQueryString).toBe('f%5Ba%5D=1&f[a]=2+3&x&y=%zz');
  expect(event.queryStringParameters).toEqual({ 'f[a]': '1,2 3', x: '', y: '%zz' });
  expect((await eventOf('GET', '/v1/members/%zz')).pathParameters).toEqual({ id: '%zz' });
});

test('header names are lower-case, repeated headers are joined, and cookies are listed', async () => {
  serve();
  const raw = ['X-One', 'a', 'x-one', 'b', 'Authorization', 'Bearer t', 'Cookie', 'a=1; b=2', 'Cookie', 'c=3'];
  const event = await eventOf('GET', '/v1/members', ['Host', 'localhost:1', ...raw]);
  expect(event.headers).toMatchObject({ 'x-one': 'a,b', authorization: 'Bearer t', host: 'localhost:1' });
  expect(event.headers).not.toHaveProperty('cookie');
  expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
});

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['Application/XML', true],
  ['application/javascript', true],
  ['text/plain', true],
  ['application/vnd.api+json', false],
  ['application/json-patch+json', false],
  ['application/x-www-form-urlencoded', false],
  ['multipart/form-data; boundary=text/plain', false],
  [undefined, false],
])('a body of type %s reaches the function as text: %s', async (type, isText) => {
  serve();
  const event = await eventOf('POST', '/v1/members', type === undefined ? {} : { 'content-type': type }, '{"ü":1}');
  expect(event.isBase64Encoded).toBe(!isText);
  expect(event.body).toBe(isText ? '{"ü":1}' : Buffer.from('{"ü":1}').toString('base64'));
  expect(event.headers['content-length']).toBe('8');
});

test('requests beyond its limits are refused by the gateway', async () => {
  serve();
  const json = { 'content-type': 'application/json' };
  const tooLarge = { status: 413, body: '{"message":"Request Entity Too Large"}' };
  expect(await send('POST', '/v1/members', json, Buffer.alloc(10 * 1024 * 1024 + 1, 'a'))).toMatchObject(tooLarge);
  // Lambda accepts 6 MB, including Base64 encoding.
  expect(await send('POST', '/v1/members', json, Buffer.alloc(6 * 1024 * 1024, 'a'))).toMatchObject(tooLarge);
  expect(await send('POST', '/v1/members', {}, Buffer.alloc(5 * 1024 * 1024, 'a'))).toMatchObject(tooLarge);
  expect(await send('GET', '/v1/members', { 'x-long': 'a'.repeat(10_240) })).toMatchObject({
    status: 431,
    body: '{"message":"Request Header Fields Too Large"}',
  });
  expect(events).toEqual([]);
  expect(await send('POST', '/v1/members', json, Buffer.alloc(5 * 1024 * 1024, 'a'))).toMatchObject({ status: 200 });
  expect(await send('GET', '/v1/members', { 'x-long': 'a'.repeat(10_000) })).toMatchObject({ status: 200 });
});

test('a response has the function’s status, headers, cookies and body', async () => {
  serve();
  outcome = async () =>
    result({
      statusCode: 201,
      headers: { 'X-Number': 3, 'X-Flag': true, Location: '/v1/members/1', 'Transfer-Encoding': 'chunked' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: '{"a":1}',
    });
  const reply = await send('POST', '/v1/members');
  expect(reply).toMatchObject({
    status: 201,
    headers: {
      'x-number': '3',
      'x-flag': 'true',
      location: '/v1/members/1',
      'set-cookie': ['a=1; Path=/', 'b=2'],
      'content-type': 'text/plain;charset=UTF-8',
      'content-length': '7',
    },
    body: '{"a":1}',
  });
  expect(reply.headers).not.toHaveProperty('transfer-encoding');
});

test.each([
  ['base64', { statusCode: 200, body: 'w7w=', isBase64Encoded: true }, 200, 'ü'],
  ['a string', 'plain', 200, 'plain'],
  ['an object without a status', { a: 1 }, 200, '{"a":1}'],
  ['nothing', undefined, 200, 'null'],
  ['a status as a string', { statusCode: '202' }, 202, ''],
  ['no content', { statusCode: 204, body: '' }, 204, ''],
  ['a body that isn’t a string', { statusCode: 200, body: { a: 1 } }, 500, '{"message":"Internal Server Error"}'],
  ['an invalid status', { statusCode: 'ok' }, 500, '{"message":"Internal Server Error"}'],
  [
    'a header with line breaks',
    { statusCode: 200, headers: { x: 'a\r\nb' } },
    500,
    '{"message":"Internal Server Error"}',
  ],
  [
    'more than Lambda’s limit',
    { statusCode: 200, body: 'a'.repeat(6 * 1024 * 1024) },
    500,
    '{"message":"Internal Server Error"}',
  ],
])('the gateway converts a result as AWS does: %s', async (_, value, status, body) => {
  serve();
  vi.spyOn(console, 'error').mockReturnValue();
  outcome = async () => result(value);
  expect(await send('GET', '/v1/members')).toMatchObject({ status, body });
});

test('a result without a status is JSON', async () => {
  serve();
  outcome = async () => result({ a: 1 });
  expect((await send('GET', '/v1/members')).headers['content-type']).toBe('application/json');
});

test('a failed function is a 500, and one that exceeds the integration timeout is a 503', async () => {
  serve({ routes: [{ routeKey: 'GET /a', function: 'a', timeout: 20 }] });
  outcome = async () => ({ ok: false, reason: 'timeout', message: 'Task timed out after 3.00 seconds' });
  expect(await send('GET', '/a')).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  outcome = () => new Promise(() => {});
  expect(await send('GET', '/a')).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
});

test('_local is answered by the stack, and only for a loopback host', async () => {
  serve();
  const reply = await send('POST', '/_local/clock?x=1', {}, '{"offset":"1d"}');
  expect(JSON.parse(reply.body)).toEqual({ method: 'POST', path: 'clock', query: {}, body: '{"offset":"1d"}' });
  expect((await send('GET', '/_local/mail', { host: 'muster.example.com' })).status).toBe(403);
  expect(events).toEqual([]);
});

test('the gateway handles CORS', async () => {
  serve({
    cors: {
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['authorization', 'content-type'],
      ExposeHeaders: ['location'],
      MaxAge: 600,
    },
  });
  outcome = async () => result({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': '*', 'x-a': '1' } });
  const preflight = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
  expect(await send('OPTIONS', '/v1/members', preflight)).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
    },
  });
  expect(events).toEqual([]);

  const allowed = await send('GET', '/v1/members', { origin: 'https://app.example.com' });
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-expose-headers': 'location',
    'x-a': '1',
  });
  for (const origin of ['https://evil.example.com', 'http://app.example.com']) {
    const refused = await send('GET', '/v1/members', { origin });
    expect(refused.status).toBe(204);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
    const refusedPreflight = await send('OPTIONS', '/v1/members', { ...preflight, origin });
    expect(refusedPreflight.headers).not.toHaveProperty('access-control-allow-methods');
  }
  const notFound = await send('GET', '/v1/members', {});
  expect(notFound.headers).not.toHaveProperty('access-control-allow-origin');
});

test('without CORS configuration, functions answer preflight requests', async () => {
  serve();
  outcome = async () => result({ statusCode: 200, headers: { 'access-control-allow-origin': '*' } });
  const preflight = { origin: 'https://a.example.com', 'access-control-request-method': 'GET' };
  const reply = await send('OPTIONS', '/v1/members', preflight);
  expect(reply.headers['access-control-allow-origin']).toBe('*');
  expect(events).toHaveLength(1);
});
