import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { clientAddress, wentAround } from '../../../lib/http/front.ts';

test('without CloudFront in front, what a client says about its address is ignored', () => {
  const headers = { 'x-client-address': '192.0.2.7', 'x-forwarded-for': '192.0.2.7', 'x-origin-secret': 'guessed' };
  const event = { headers, requestContext: { http: { sourceIp: '198.51.100.1' } } } as unknown;
  expect(clientAddress(event as APIGatewayProxyEventV2)).toBe('198.51.100.1');
  expect(wentAround(event as APIGatewayProxyEventV2)).toBe(false);
});
