import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type GenerateKeyPairOptions, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

// Tests tokens of an issuer whose keys change or are unavailable. Each test has new key ids, which no function has
// cached.

/** The issuer's keys; undefined makes it answer 502. */
let published: readonly JWK[] | undefined;
let keyRequests = 0;
const server = createServer((_, response) => {
  keyRequests += 1;
  response.writeHead(published ? 200 : 502).end(JSON.stringify({ keys: published }));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ISSUER = 'https://issuer.example.com';
const { port } = server.address() as AddressInfo;
const service = useService({
  environment: { TOKEN_ISSUER: ISSUER, TOKEN_JWKS_URI: `http://127.0.0.1:${port}/keys` },
});

const SECOND = 1000;
const HOUR = 3600 * SECOND;
let ahead = 0;
async function advance(milliseconds: number): Promise<void> {
  ahead += milliseconds;
  await service.clock(`${ahead}ms`);
}
const now = () => Math.floor((Date.now() + ahead) / SECOND);

/** After an hour each function fetches the keys again. */
beforeEach(() => advance(HOUR));

let made = 0;

/** Creates a key of the issuer. Returns it with a function that signs tokens. */
async function newKey(alg = 'RS256', options?: GenerateKeyPairOptions) {
  made += 1;
  const kid = `key-${made}`;
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, ...options });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
    const email = newAddress();
    const usual = { iss: ISSUER, aud: 'muster', sub: email, iat: now(), exp: now() + 600, email, email_verified: true };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg, kid, ...header } as Parameters<SignJWT['setProtectedHeader']>[0])
      .sign(privateKey, { crit: { 'https://example.com/must': true } });
  };
  return { jwk, sign };
}

async function answer(token: string) {
  const { status, body, headers } = await service.call('GET /v1/me', { headers: { authorization: `Bearer ${token}` } });
  return { status, error: body.error, retryAfter: headers.get('retry-after') };
}

test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
  'a token signed with %s is accepted',
  async (alg) => {
    const { jwk, sign } = await newKey(alg);
    published = [jwk];
    expect(await answer(await sign())).toMatchObject({ status: 200 });
  },
);

test('a token with an unknown critical header is refused', async () => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  expect((await answer(await sign())).status).toBe(200);
  const critical = await sign({}, { crit: ['https://example.com/must'], 'https://example.com/must': true });
  expect(await answer(critical)).toMatchObject({ status: 401, error: 'unauthenticated' });
});

test('a token without a kid is accepted if the issuer has one matching key, and refused if it has several', async () => {
  const [one, two] = [await newKey(), await newKey()];
  published = [one.jwk];
  expect((await answer(await one.sign({}, { kid: undefined }))).status).toBe(200);
  published = [one.jwk, two.jwk];
  await advance(HOUR);
  expect((await answer(await two.sign({}, { kid: undefined }))).status).toBe(401);
  expect((await answer(await two.sign())).status).toBe(200);
});

test.each([
  ['exp', -2, -60],
  ['nbf', 3, 60],
  ['iat', 3, 60],
] as const)('a clock skew of some seconds is accepted at %s', async (claim, near, far) => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  expect((await answer(await sign({ [claim]: now() + near }))).status).toBe(200);
  expect((await answer(await sign({ [claim]: now() + far }))).status).toBe(401);
});

// A function remembers which tokens it has verified.
test('a token that was accepted is refused once it has expired, and before it was issued', async () => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  const token = await sign({ nbf: now() + 60, exp: now() + 120 });
  expect((await answer(token)).status).toBe(401);
  await advance(60 * SECOND);
  expect((await answer(token)).status).toBe(200);
  await advance(-60 * SECOND);
  expect((await answer(token)).status).toBe(401);
  await advance(61 * SECOND);
  expect((await answer(token)).status).toBe(200);
  await advance(70 * SECOND);
  expect((await answer(token)).status).toBe(401);
});

test('a token that was accepted doesn’t vouch for another with its content', async () => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  const token = await sign();
  expect((await answer(token)).status).toBe(200);
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const other = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  expect((await answer(`${header}.${payload}.${other}`)).status).toBe(401);
  expect((await answer(`${header}.${payload}.`)).status).toBe(401);
  expect((await answer(token)).status).toBe(200);
});

test('a token without iat is refused', async () => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  expect((await answer(await sign({ iat: undefined }))).status).toBe(401);
});

test('while requests to the issuer are paused, an unknown key is 503, and tokens of known keys are accepted', async () => {
  const [known, next, forged] = [await newKey(), await newKey(), await newKey()];
  published = [known.jwk];
  const token = await known.sign();
  expect((await answer(token)).status).toBe(200);
  await advance(11 * SECOND);
  // The keys are fetched, and the forged one isn't among them.
  expect(await answer(await forged.sign())).toMatchObject({ status: 401 });
  const before = keyRequests;
  // The issuer has a new key now. Its tokens get a 503, not a 401.
  published = [known.jwk, next.jwk];
  const fresh = await next.sign();
  expect(await answer(fresh)).toEqual({ status: 503, error: 'keys_unavailable', retryAfter: '10' });
  expect((await answer(token)).status).toBe(200);
  expect(keyRequests).toBe(before);
  await advance(11 * SECOND);
  expect((await answer(fresh)).status).toBe(200);
});

test('while the issuer is down, tokens that can’t be verified are 503', async () => {
  const { jwk, sign } = await newKey();
  published = undefined;
  const token = await sign();
  expect(await answer(token)).toEqual({ status: 503, error: 'keys_unavailable', retryAfter: '10' });
  published = [jwk];
  expect((await answer(token)).status).toBe(200);
});

test('while the issuer is down, cached keys are used for an hour, and keys are not fetched at each request', async () => {
  const { jwk, sign } = await newKey();
  published = [jwk];
  const token = await sign({ exp: now() + 5 * 3600 });
  expect((await answer(token)).status).toBe(200);
  published = undefined;
  await advance(40 * 60 * SECOND);
  const before = keyRequests;
  for (let times = 0; times < 3; times += 1) expect((await answer(token)).status).toBe(200);
  expect(keyRequests).toBe(before + 1);
  await advance(21 * 60 * SECOND);
  expect(await answer(token)).toMatchObject({ status: 503, error: 'keys_unavailable' });
});

test('a key that the issuer withdrew is not trusted after an hour', async () => {
  const [withdrawn, left] = [await newKey(), await newKey()];
  published = [withdrawn.jwk, left.jwk];
  const long = { exp: now() + 5 * 3600 };
  const token = await withdrawn.sign(long);
  expect((await answer(token)).status).toBe(200);
  published = [left.jwk];
  await advance(HOUR);
  expect((await answer(token)).status).toBe(401);
  expect((await answer(await left.sign())).status).toBe(200);
});
