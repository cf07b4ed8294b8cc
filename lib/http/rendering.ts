import type middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Format, Reply } from '../dialects/format.ts';
import { loggable } from '../domain/log.ts';
import { REFUSALS, Refusal } from '../domain/refusal.ts';
import { busy, isThrottling } from '../table/read.ts';
import { MESSAGES } from './messages.ts';

/** Writes replies and refusals in the dialect's bytes; whatever else is thrown is a defect, logged once and told to nobody. */
export function answering(formatAt: (path: string) => Format): middy.MiddlewareObj<APIGatewayProxyEventV2> {
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

/** Whatever isn't refused on purpose is our defect, but for a table that has too much to do. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return isThrottling(error) ? busy() : new Refusal('internal_error');
}

/** An answer in the dialect's bytes; to HEAD the same without its body. */
function rendered(
  format: Format,
  { status, headers, body }: Reply,
  { requestContext }: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 {
  const { 'content-type': contentType, ...others } = format.headers;
  if (body === undefined) return { statusCode: status, headers: { ...others, ...headers } };
  return {
    statusCode: status,
    headers: { ...others, ...(contentType && { 'content-type': contentType }), ...headers },
    ...(requestContext.http.method !== 'HEAD' && { body: format.serialize(body, status) }),
  };
}
