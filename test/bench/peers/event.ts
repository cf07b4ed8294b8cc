import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The handler of a bundle, as Lambda calls it. */
export type Handler = (event: APIGatewayProxyEventV2, context: object) => Promise<APIGatewayProxyStructuredResultV2>;

/** Returns the event that API Gateway passes to a function. */
export function eventOf(
  routeKey: string,
  path: string,
  event: Partial<APIGatewayProxyEventV2>,
): APIGatewayProxyEventV2 {
  const http = { method: routeKey.split(' ')[0] as string, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' };
  return {
    ...{ version: '2.0', routeKey, rawPath: path, rawQueryString: '', isBase64Encoded: false, headers: {} },
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'bench', domainName: '127.0.0.1', domainPrefix: '127' },
      ...{ requestId: 'bench', routeKey, stage: '$default', time: '', timeEpoch: Date.now() },
      http: { ...http, userAgent: 'bench' },
    },
    ...event,
  };
}
