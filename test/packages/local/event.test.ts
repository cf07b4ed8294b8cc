import { request } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { readEvent } from '../../../lib/http/request.ts';
import { bindGateway } from '../../../packages/local/gateway.ts';
import example from '../../fixtures/http-api-event.json' with { type: 'json' };

// Compares AWS's example of an event with the events of the local gateway, and with what our functions read.

/** The example without fields that need client certificates, authorizers or stage variables. */
const { stageVariables: _, requestContext, ...top } = example.event;
const { authentication: __, authorizer: ___, ...context } = requestContext;
const documented = { ...top, requestContext: context };

/** Sends the example's request to the local gateway. Returns the event. */
async function eventOfExample(routeKey: string): Promise<APIGatewayProxyEventV2> {
  const gateway = await bindGateway(0);
  try {
    const { promise, resolve } = Promise.withResolvers<APIGatewayProxyEventV2>();
    gateway.serve({
      routes: [{ routeKey, function: 'any', timeout: 1000 }],
      cors: undefined,
      account: context.accountId,
      now: () => context.timeEpoch,
      invoke: async (_name, event) => {
        resolve(event);
        return { ok: true, payload: '{}' };
      },
      local: async () => ({ status: 404, body: {} }),
    });
    const { hostname, port } = new URL(gateway.url);
    const headers = [
      ...['Header1', 'value1', 'Header2', 'value1', 'Header2', 'value2', 'Cookie', 'cookie1; cookie2'],
      ...['User-Agent', context.http.userAgent, 'Content-Type', 'text/plain', 'Host', context.domainName],
    ];
    const path = `${documented.rawPath}?${documented.rawQueryString}`;
    const sent = request({ hostname, port, method: context.http.method, path, headers }, (answer) => answer.resume());
    sent.on('error', () => {});
    sent.end(documented.body);
    return await promise;
  } finally {
    await gateway.close();
  }
}

test('the local gateway sends the same event as AWS', async () => {
  const event = await eventOfExample('$default');
  const { headers, requestContext: sent, ...others } = event;
  const { headers: headersOfExample, pathParameters, requestContext: shown, ...othersOfExample } = documented;
  expect(others).toEqual(othersOfExample);
  expect(headers).toMatchObject(headersOfExample);
  expect(Object.keys(headers).filter((name) => name !== name.toLowerCase() || name === 'cookie')).toEqual([]);
  expect(sent).toEqual({
    ...shown,
    // These values differ locally.
    apiId: expect.any(String),
    domainPrefix: expect.any(String),
    requestId: expect.any(String),
    http: { ...shown.http, sourceIp: '127.0.0.1' },
    // The example's `time`, 12 March 2020, contradicts its `timeEpoch`, 4 March 2020.
    time: '04/Mar/2020:19:03:58 +0000',
  });

  const routed = await eventOfExample('POST /my/{parameter1}');
  expect(routed.pathParameters).toEqual({ parameter1: 'path' });
  expect(Object.keys(routed.pathParameters ?? {})).toEqual(Object.keys(pathParameters));
});

test('functions read the documented fields of an event', () => {
  const request = readEvent(example.event as APIGatewayProxyEventV2, { awsRequestId: 'request' });
  expect({ ...request, query: [...request.query] }).toEqual({
    method: 'POST',
    path: '/my/path',
    headers: { header1: 'value1', header2: 'value1,value2' },
    query: [
      ['parameter1', 'value1'],
      ['parameter1', 'value2'],
      ['parameter2', 'value'],
    ],
    queryText: 'parameter1=value1&parameter1=value2&parameter2=value',
    params: { parameter1: 'value1' },
    body: Buffer.from('Hello from Lambda'),
    origin: { requestId: 'request', sourceAddress: '192.0.2.1' },
    now: expect.any(Date),
  });
});
