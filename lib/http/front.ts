import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { configuration } from '../configuration.ts';

// With CloudFront in front, every request comes from it, with two more headers. A client can send them too: the address
// counts only with the secret.

/** The header with which CloudFront proves itself. */
export const SECRET_HEADER = 'x-origin-secret';
/** The header with the address of CloudFront's client. */
export const ADDRESS_HEADER = 'x-client-address';

/** Tells whether a request went around CloudFront, and so around its limits. */
export function wentAround({ headers }: Pick<APIGatewayProxyEventV2, 'headers'>): boolean {
  const { originSecret } = configuration();
  return originSecret !== undefined && !timingSafeEqual(digest(headers[SECRET_HEADER]), digest(originSecret));
}

/** Returns the network address of the client. */
export function clientAddress({ headers, requestContext }: APIGatewayProxyEventV2): string {
  const { sourceIp } = requestContext.http;
  return configuration().originSecret === undefined ? sourceIp : (headers[ADDRESS_HEADER] ?? sourceIp);
}

function digest(text = ''): Buffer {
  return createHash('sha256').update(text).digest();
}
