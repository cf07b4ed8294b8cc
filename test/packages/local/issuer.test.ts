import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../../../packages/local/issuer.ts';

let directory: string;
let issuer: Issuer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'issuer-'));
  issuer = await startIssuer(directory, Date.now);
});
afterEach(async () => {
  await issuer.close();
  rmSync(directory, { recursive: true });
});

/** Verifies a token. Returns its claims. */
async function verify(token: string): Promise<Record<string, unknown>> {
  const jwks = await (await fetch(`${issuer.address}/.well-known/jwks.json`)).json();
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0]), {
    issuer: issuer.url,
    audience: 'muster',
  });
  return payload;
}

function claims(token: string): Record<string, unknown> {
  return decodeJwt(token);
}

test('a token has the claims of a person', async () => {
  const now = Math.floor(Date.now() / 1000);
  const token = await issuer.token({ email: 'jane@example.com', name: 'Jane Ann Doe' });
  const payload = await verify(token);
  expect(payload).toEqual({
    iss: issuer.url,
    aud: 'muster',
    sub: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    iat: expect.closeTo(now, -1),
    exp: (payload.iat as number) + 365 * 86_400,
    email: 'jane@example.com',
    email_verified: true,
    name: 'Jane Ann Doe',
    given_name: 'Jane Ann',
    family_name: 'Doe',
  });
});

test('a person has the same subject in all tokens', async () => {
  const first = claims(await issuer.token({ email: 'jane@example.com' }));
  const second = claims(await issuer.token({ email: ' Jane@Example.com', name: 'Jane', unverified: true }));
  expect(second.sub).toBe(first.sub);
  expect(second.email_verified).toBe(false);
  expect(second).not.toHaveProperty('family_name');
  const own = claims(await issuer.token({ subject: 's', claims: { email_verified: 'true', aud: 'other' } }));
  expect(own).toMatchObject({ sub: 's', email_verified: 'true', aud: 'other' });
  expect(own).not.toHaveProperty('email');
  await expect(issuer.token({})).rejects.toThrow('A token needs an e-mail address or a subject.');
});

test('tokens are valid after a restart, also on another port', async () => {
  const token = await issuer.token({ email: 'jane@example.com' });
  const { url, address } = issuer;
  await issuer.close();
  issuer = await startIssuer(directory, Date.now);
  expect(issuer).toMatchObject({ url, address });
  await verify(token);

  await issuer.close();
  const other = createServer().listen(Number(new URL(url).port), '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  issuer = await startIssuer(directory, Date.now);
  other.close();
  expect(issuer.url).toBe(url);
  expect(issuer.address).not.toBe(address);
  await verify(token);
});

test("a token's issue time is from the stack's clock", async () => {
  await issuer.close();
  issuer = await startIssuer(directory, () => 1_000_500);
  expect(claims(await issuer.token({ email: 'jane@example.com' })).iat).toBe(1000);
});
