import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Outcome } from './functions.ts';
import type { CorsConfiguration, LocalRoute } from './template.ts';

/** What the gateway serves once the template is known. */
export interface GatewayService {
  readonly routes: readonly LocalRoute[];
  readonly cors: CorsConfiguration | undefined;
  readonly account: string;
  /** The stack's time, in milliseconds. */
  now(): number;
  invoke(functionName: string, event: APIGatewayProxyEventV2): Promise<Outcome>;
  /** Answers `/_local/...`, which the stack adds to the API. */
  local(request: LocalRequest): Promise<LocalAnswer>;
}

export interface LocalRequest {
  readonly method: string;
  /** What follows `/_local/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface LocalAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

export interface Gateway {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Requests wait from the moment the port is bound until this is called. */
  serve(service: GatewayService): void;
  close(): Promise<void>;
}

/** An answer as it goes over the wire. `set-cookie` is its only header with several values. */
interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | undefined;
}

/** The limits of an HTTP API, in bytes: of the body, of request line and headers, of what Lambda takes and gives. */
const LIMITS = { body: 10 * 1024 * 1024, headers: 10_240, payload: 6 * 1024 * 1024 };

/** Headers that belong to the connection, which no function sees or sets. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Listens on a loopback port as an API Gateway HTTP API with payload format 2.0 would answer.
 *
 * @param port 0 takes any free port
 * @throws Error with a sentence when the port is taken
 */
export async function bindGateway(port: number): Promise<Gateway> {
  const { promise: service, resolve: serve } = Promise.withResolvers<GatewayService & { readonly table: Matcher[] }>();
  // Node's own limit on headers is lifted well above the gateway's, which is checked below.
  const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 }, async (request, response) => {
    const requestId = randomBytes(11).toString('base64');
    const answer = await answerTo(request, requestId, await service).catch((error): Answer => {
      console.error(error);
      return message(500, 'Internal Server Error');
    });
    send(response, requestId, answer, corsHeaders((await service).cors, request.headers.origin));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken: stop what listens there, or choose another with --port.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (options) => serve({ ...options, table: toMatchers(options.routes) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerTo(
  request: IncomingMessage,
  requestId: string,
  service: GatewayService & { readonly table: readonly Matcher[] },
): Promise<Answer> {
  const { method = 'GET', url = '/' } = request;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const rawQueryString = mark < 0 ? '' : url.slice(mark + 1);

  if (path.startsWith('/_local/')) return answerLocally(request, path, rawQueryString, service);

  const headerBytes = request.rawHeaders.reduce((sum, text) => sum + text.length, method.length + url.length);
  if (headerBytes > LIMITS.headers) return message(431, 'Request Header Fields Too Large');

  const isPreflight =
    method === 'OPTIONS' && request.headers.origin && request.headers['access-control-request-method'];
  if (service.cors && isPreflight) return preflight(service.cors, request.headers.origin);

  const match = matchRoute(service.table, method, path);
  if (!match) return message(404, 'Not Found');

  const body = await readBody(request);
  if (!body) return message(413, 'Request Entity Too Large');
  const event = toEvent(request, { requestId, path, rawQueryString, body, match, service });
  if (Buffer.byteLength(JSON.stringify(event)) > LIMITS.payload) return message(413, 'Request Entity Too Large');

  const outcome = await within(match.route.timeout, service.invoke(match.route.function, event));
  if (outcome === 'late') return message(503, 'Service Unavailable');
  if (!outcome.ok || Buffer.byteLength(outcome.payload) > LIMITS.payload) return message(500, 'Internal Server Error');
  const answer = toAnswer(JSON.parse(outcome.payload)) ?? message(500, 'Internal Server Error');
  // With CORS configured on the API the function's own headers are ignored.
  return service.cors ? withoutCors(answer) : answer;
}

/** The names by which this machine calls itself: whoever comes through a tunnel or a name of their own uses another. */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

async function answerLocally(
  request: IncomingMessage,
  path: string,
  query: string,
  service: GatewayService,
): Promise<Answer> {
  if (!LOOPBACK.test(request.headers.host ?? '')) return message(403, '/_local is for this machine only.');
  const body = await readBody(request);
  const { status, body: answer } = await service.local({
    method: request.method ?? 'GET',
    path: path.slice('/_local/'.length),
    query: new URLSearchParams(query),
    body: body?.toString() ?? '',
  });
  return json(status, answer);
}

function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, ms, 'late');
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** The whole body, or undefined beyond the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read on: a client that still writes wouldn't see the answer.
    if (size <= LIMITS.body) chunks.push(chunk);
  }
  return size <= LIMITS.body ? Buffer.concat(chunks) : undefined;
}

// --- Routes

interface Matcher {
  readonly route: LocalRoute;
  /** `ANY` matches every method, undefined is the route `$default`. */
  readonly method: string | undefined;
  readonly segments: readonly { readonly kind: 'literal' | 'variable' | 'greedy'; readonly text: string }[];
  /** Sorts the more specific route first. */
  readonly rank: string;
}

interface Match {
  readonly route: LocalRoute;
  readonly pathParameters: Record<string, string>;
}

function toMatchers(routes: readonly LocalRoute[]): Matcher[] {
  const matchers = routes.map((route): Matcher => {
    if (route.routeKey === '$default') return { route, method: undefined, segments: [], rank: '~' };
    const [method = '', path = ''] = route.routeKey.split(' ');
    const segments = splitPath(path).map((segment) => {
      const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
      if (name === undefined) return { kind: 'literal', text: segment } as const;
      return { kind: plus ? 'greedy' : 'variable', text: name } as const;
    });
    const kinds = { literal: '0', variable: '1', greedy: '2' };
    const rank = segments.map(({ kind }) => kinds[kind]).join('') + (method === 'ANY' ? 'B' : 'A');
    return { route, method, segments, rank };
  });
  return matchers.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
}

function matchRoute(matchers: readonly Matcher[], method: string, path: string): Match | undefined {
  const given = splitPath(path).map(decode);
  for (const matcher of matchers) {
    if (matcher.method === undefined) return { route: matcher.route, pathParameters: {} };
    if (matcher.method !== method && matcher.method !== 'ANY') continue;
    const pathParameters = matchSegments(matcher, given);
    if (pathParameters) return { route: matcher.route, pathParameters };
  }
  return undefined;
}

function matchSegments({ segments }: Matcher, given: readonly string[]): Record<string, string> | undefined {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? given.length < segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, { kind, text }] of segments.entries()) {
    const value = kind === 'greedy' ? given.slice(index).join('/') : (given[index] as string);
    if (kind === 'literal' ? value !== text : value === '') return undefined;
    if (kind !== 'literal') parameters[text] = value;
  }
  return parameters;
}

function splitPath(path: string): string[] {
  return path.slice(1).split('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an encoding at all: the function sees it as it came.
    return text;
  }
}

// --- The event

interface EventParts {
  readonly requestId: string;
  readonly path: string;
  readonly rawQueryString: string;
  readonly body: Buffer;
  readonly match: Match;
  readonly service: GatewayService;
}

function toEvent(request: IncomingMessage, parts: EventParts): APIGatewayProxyEventV2 {
  const { requestId, path, rawQueryString, body, match, service } = parts;
  const { routeKey } = match.route;
  const now = service.now();
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const { cookie, ...headers } = joinHeaders(request.rawHeaders);
  const host = headers.host ?? '';
  const query = joinQuery(rawQueryString);
  const isText = TEXT.test(headers['content-type'] ?? '');
  const trace = randomBytes(12).toString('hex');
  const rawPath = decode(path);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie && { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      ...(body.length > 0 && { 'content-length': String(body.length) }),
      'x-amzn-trace-id': `Root=1-${Math.floor(now / 1000).toString(16)}-${trace}`,
      'x-forwarded-for': headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${sourceIp}` : sourceIp,
      'x-forwarded-port': String(request.socket.localPort),
      'x-forwarded-proto': 'http',
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: service.account,
      apiId: 'local',
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now,
    },
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** The content types whose bodies reach the function as text; `application/vnd.api+json` isn't among them. */
const TEXT = /^\s*(text\/[^;]*|application\/(json|xml|javascript))\s*(;|$)/i;

function joinHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const value = raw[index + 1] as string;
    if (CONNECTION_HEADERS.has(name)) continue;
    const separator = name === 'cookie' ? '; ' : ',';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${separator}${value}`;
  }
  return headers;
}

function joinQuery(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return query;
}

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

// --- The answer

/** What API Gateway makes of a function's result; undefined where it makes an error of it. */
function toAnswer(result: unknown): Answer | undefined {
  const isResponse = typeof result === 'object' && result !== null && 'statusCode' in result;
  if (!isResponse) {
    const text = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const answer: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === 'object') return undefined;
    answer[name.toLowerCase()] = String(value);
  }
  if (Array.isArray(cookies)) answer['set-cookie'] = cookies.map(String);
  if (body) answer['content-type'] ??= 'text/plain;charset=UTF-8';
  return {
    status,
    headers: answer,
    body: body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined,
  };
}

function message(status: number, text: string): Answer {
  return json(status, { message: text });
}

function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value) ?? 'null'),
  };
}

function send(response: ServerResponse, requestId: string, answer: Answer, cors: OutgoingHttpHeaders | undefined) {
  const { status, body } = answer;
  const headers: OutgoingHttpHeaders = { 'apigw-requestid': requestId };
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!CONNECTION_HEADERS.has(name)) headers[name] = value;
  }
  Object.assign(headers, cors);
  if (status !== 204 && status !== 304) headers['content-length'] = body?.length ?? 0;
  try {
    response.writeHead(status, headers);
    response.end(body);
  } catch (error) {
    // A header value that HTTP can't carry.
    console.error(error);
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Internal Server Error' }));
  }
}

// --- CORS

/** What is added to every answer; undefined when the API has no CORS configuration. */
function corsHeaders(cors: CorsConfiguration | undefined, origin: string | undefined): OutgoingHttpHeaders | undefined {
  if (!cors) return undefined;
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  if (allowed === undefined) return {};
  return {
    'access-control-allow-origin': allowed,
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.ExposeHeaders?.length && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
  };
}

/** The answer to a preflight request, which no function sees; an origin that isn't allowed gets no headers. */
function preflight(cors: CorsConfiguration, origin: string | undefined): Answer {
  if (origin === undefined || allowedOrigin(cors, origin) === undefined) {
    return { status: 204, headers: {}, body: undefined };
  }
  const { AllowMethods, AllowHeaders, MaxAge } = cors;
  const headers = {
    ...(AllowMethods?.length && { 'access-control-allow-methods': AllowMethods.join(',') }),
    ...(AllowHeaders?.length && { 'access-control-allow-headers': AllowHeaders.join(',') }),
    ...(MaxAge !== undefined && { 'access-control-max-age': String(MaxAge) }),
  };
  return { status: 204, headers, body: undefined };
}

function withoutCors(answer: Answer): Answer {
  const headers = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: Object.fromEntries(headers) };
}

function allowedOrigin({ AllowOrigins = [], AllowCredentials }: CorsConfiguration, origin: string): string | undefined {
  if (AllowOrigins.includes('*')) return AllowCredentials ? origin : '*';
  const isAllowed = AllowOrigins.some((allowed) =>
    allowed.endsWith('://*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin,
  );
  return isAllowed ? origin : undefined;
}
