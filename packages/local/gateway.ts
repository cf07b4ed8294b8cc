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

/** The service behind the gateway, known once the template is read. */
export interface GatewayService {
  readonly routes: readonly LocalRoute[];
  readonly cors: CorsConfiguration | undefined;
  readonly account: string;
  /** The stack's time, in milliseconds. */
  now(): number;
  invoke(functionName: string, event: APIGatewayProxyEventV2): Promise<Outcome>;
  /** Answers `/_local/...`, the local stack's own endpoints. */
  local(request: LocalRequest): Promise<LocalAnswer>;
}

export interface LocalRequest {
  readonly method: string;
  /** The path after `/_local/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export type LocalAnswer =
  | {
      readonly status: number;
      /** Sent as JSON. */
      readonly body: unknown;
    }
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** Sent as it is. */
      readonly content: Buffer;
    };

export interface Gateway {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Starts to answer requests; those since the port was bound have waited. */
  serve(service: GatewayService): void;
  close(): Promise<void>;
}

/** The limits of an HTTP API, in bytes: body, request line with headers, and Lambda's payloads. */
const LIMITS = { body: 10 * 1024 * 1024, headers: 10_240, payload: 6 * 1024 * 1024 };

/**
 * Binds a loopback port, and emulates an API Gateway HTTP API with payload format 2.0.
 *
 * @param port 0: any free port
 * @throws Error when the port is taken
 */
export async function bindGateway(port: number): Promise<Gateway> {
  const { promise: service, resolve: serve } = Promise.withResolvers<GatewayService & { readonly table: Matcher[] }>();
  // Node's header limit is above the gateway's, which is checked below.
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

/** The host names of loopback. Requests through a tunnel or another name have a different host. */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

async function answerLocally(
  request: IncomingMessage,
  path: string,
  query: string,
  service: GatewayService,
): Promise<Answer> {
  if (!LOOPBACK.test(request.headers.host ?? '')) return message(403, '/_local is for this machine only.');
  const body = await readBody(request);
  const answer = await service.local({
    method: request.method ?? 'GET',
    path: path.slice('/_local/'.length),
    query: new URLSearchParams(query),
    body: body?.toString() ?? '',
  });
  if ('body' in answer) return json(answer.status, answer.body);
  return { status: answer.status, headers: answer.headers, body: answer.content };
}

function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, ms, 'late');
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** Reads the whole body; undefined beyond the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Keeps reading, since a client doesn't see the answer while it writes.
    if (size <= LIMITS.body) chunks.push(chunk);
  }
  return size <= LIMITS.body ? Buffer.concat(chunks) : undefined;
}
