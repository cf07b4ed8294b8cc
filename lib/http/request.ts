import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Origin } from '../domain/audit.ts';
import { clientAddress } from './front.ts';

/** An HTTP request. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** Names are in lower case. Repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** The raw query string. */
  readonly queryText: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The raw body, decoded from the gateway's base64. */
  readonly body: Buffer;
  readonly origin: Origin;
  /** The time of the request. All its changes use it. */
  readonly now: Date;
}

/** Reads API Gateway's payload format 2.0. */
export function readEvent(event: APIGatewayProxyEventV2, context: Pick<Context, 'awsRequestId'>): Request {
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: event.headers,
    query: new URLSearchParams(event.rawQueryString),
    queryText: event.rawQueryString,
    params: event.pathParameters ?? {},
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    origin: { requestId: context.awsRequestId, sourceAddress: clientAddress(event) },
    now: new Date(),
  };
}
