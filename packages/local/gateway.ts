import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type CorsConfiguration, corsHeaders, preflight, withoutCors } from './cors.ts';
import type { Outcome } from './functions.ts';
import { type Answer, json, message, send, toAnswer } from './gateway-answer.ts';
import { toEvent } from './gateway-event.ts';
import { type Matcher, matchRoute, toMatchers } from './gateway-route.ts';
import type { LocalRoute } from './local-route.ts';

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

/** The limits of an HTTP API, in bytes: of the body, of request line and headers, of what Lambda takes and gives. */
const LIMITS = { body: 10 * 1024 * 1024, headers: 10_240, payload: 6 * 1024 * 1024 };

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
  const { account } = service;
  const event = toEvent(request, { requestId, path, rawQueryString, body, match, account, now: service.now() });
  if (Buffer.byteLength(JSON.stringify(event)) > LIMITS.payload) return message(413, 'Request Entity Too Large');

  const outcome = await within(match.route.timeout, service.invoke(match.route.function, event));
  if (outcome === 'late') return message(503, 'Service Unavailable');
  if (!outcome.ok || Buffer.byteLength(outcome.payload) > LIMITS.payload) return message(500, 'Internal Server Error');
  const answer = toAnswer(JSON.parse(outcome.payload)) ?? message(500, 'Internal Server Error');
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
