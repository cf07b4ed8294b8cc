import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyToken } from '../../../lib/http/token.ts';

let published: readonly JWK[] = [];
const server = createServer((_, response) => response.end(JSON.stringify({ keys: published })));
const MINUTE = 60_000;

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { TABLE_NAME: 'none', TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: 'muster' });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
  server.close();
});

async function newKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const sign = (sub: string) =>
    new SignJWT({ email: `${sub}@example.com`, email_verified: true })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(process.env.TOKEN_ISSUER as string)
      .setAudience('muster')
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime('10d')
      .sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } as JWK, sign };
}

const isAccepted = (token: string) =>
  verifyToken(token).then(
    () => true,
    () => false,
  );

test('a token that is verified while its key is withdrawn isn’t remembered', async () => {
  const [withdrawn, next] = [await newKey('withdrawn'), await newKey('next')];
  // The answer with the new keys arrives at another moment of the verification each time.
  for (let attempt = 0; attempt < 40; attempt += 1) {
    published = [withdrawn.jwk];
    vi.setSystemTime(Date.now() + 31 * MINUTE);
    expect(await isAccepted(await withdrawn.sign('first'))).toBe(true);
    const [old, fresh] = [await withdrawn.sign(`person-${attempt}`), await next.sign('other')];
    vi.setSystemTime(Date.now() + MINUTE);
    published = [next.jwk];
    const fetching = verifyToken(fresh);
    await new Promise((resolve) => setTimeout(resolve, (attempt % 8) / 2));
    await Promise.all([fetching, isAccepted(old)]);
    expect(await isAccepted(old)).toBe(false);
  }
});
