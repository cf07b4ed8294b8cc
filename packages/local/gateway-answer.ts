import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { CONNECTION_HEADERS } from './connection-headers.ts';

/** An HTTP answer. `set-cookie` is the only header with several values. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | undefined;
}

/** Converts a function's result as API Gateway does; undefined: the result is invalid. */
export function toAnswer(result: unknown): Answer | undefined {
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

/** Returns an answer of API Gateway itself. */
export function message(status: number, text: string): Answer {
  return json(status, { message: text });
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value) ?? 'null'),
  };
}

/** Sends an answer, with the headers that API Gateway adds. */
export function send(
  response: ServerResponse,
  requestId: string,
  answer: Answer,
  cors: OutgoingHttpHeaders | undefined,
) {
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
    // A header value is invalid in HTTP.
    console.error(error);
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Internal Server Error' }));
  }
}
