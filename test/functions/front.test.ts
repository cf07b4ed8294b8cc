import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

// With CloudFront in front of the API, the functions know a secret, which CloudFront sends.

const SECRET = 'the-secret-of-the-origin';
const service = useService({ environment: { ORIGIN_SECRET: SECRET } });
const front = (address: string) => ({ 'x-origin-secret': SECRET, 'x-client-address': address });

test('who calls the API around CloudFront is refused, on every route and whatever they send', async () => {
  const { token } = await service.person(newAddress());
  const sent = { authorization: `Bearer ${token}`, 'x-client-address': '192.0.2.7', 'x-forwarded-for': '192.0.2.7' };
  for (const path of ['/v1/me', '/v1/health', '/invitations/accept', '/nowhere', '/api/v3/teams']) {
    for (const secret of [undefined, '', 'guessed', `${SECRET}x`, `${SECRET}, ${SECRET}`]) {
      const headers = { ...sent, ...(secret !== undefined && { 'x-origin-secret': secret }) };
      // Not by the client of the tests: the answer is in no dialect, so no endpoint declares it.
      const answer = await fetch(`${service.api}${path}`, { headers });
      expect([path, answer.status, await answer.text()]).toEqual([path, 403, '']);
    }
  }
  expect(service.writes()).toEqual([]);
});

test('the audit log has the address of CloudFront’s client', async () => {
  const owner = await service.person(newAddress());
  const headers = front('2001:db8::7');
  const made = await owner.call('POST /v1/organizations', { body: { name: 'Acme' }, headers });
  expect(made.status).toBe(201);
  const { body } = await owner.in(made.body.id).call('GET /v1/audit-logs', { headers });
  expect(body.data.map(({ sourceAddress }: { sourceAddress: string }) => sourceAddress)).toContain('2001:db8::7');
});
