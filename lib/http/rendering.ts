import type middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Format, Reply } from '../dialects/format.ts';
import { loggable } from '../domain/log.ts';
import { REFUSALS, Refusal } from '../domain/refusal.ts';
import { busy, isThrottling } from '../table/read.ts';
import { MESSAGES } from './messages.ts';

/**
 * Renders replies and refusals in the dialect. Any other error is a defect: it is logged once, and not shown to
 * callers.
 */
export function renderingMiddleware(formatAt: (path: string) => Format): middy.MiddlewareObj<APIGatewayProxyEventV2> {
  return {
    after: (call) => {
      call.response = rendered(formatAt(call.event.rawPath), call.response as unknown as Reply, call.event);
    },
    onError: (call) => {
      const { event } = call;
      const format = formatAt(event.rawPath);
      const refusal = refusalOf(call.error);
      const requestId = call.context.awsRequestId;
      if (refusal.code === 'internal_error')
        console.error({ message: 'Defect', requestId, route: event.routeKey, ...loggable(call.error) });
      const { code, details, headers } = refusal;
      const reply = format.problem({
        code,
        status: REFUSALS[code],
        message: MESSAGES[code],
        details,
        requestId,
        method: event.requestContext.http.method,
        path: event.rawPath,
        headers,
        acceptLanguage: event.headers['accept-language'],
      });
      call.response = rendered(format, { ...reply, headers: { ...reply.headers, ...headers } }, event);
    },
  };
}

/** Returns the refusal of an error: `busy` if DynamoDB throttles, `internal_error` for a defect. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return isThrottling(error) ? busy() : new Refusal('internal_error');
}

/** Renders a reply in the dialect. An answer to HEAD has no body. */
function rendered(
  format: Format,
  { status, headers, body, isBase64 = false }: Reply,
  { requestContext }: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 {
  const { 'content-type': contentType, ...others } = format.headers;
  if (body === undefined) return { statusCode: status, headers: { ...others, ...headers } };
  return {
    statusCode: status,
    headers: { ...others, ...(contentType && { 'content-type': contentType }), ...headers },
    ...(requestContext.http.method !== 'HEAD' && {
      body: format.serialize(body, status),
      ...(isBase64 && { isBase64Encoded: true }),
    }),
  };
}
