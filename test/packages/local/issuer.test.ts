import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
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

/** Signs in as an application does, by a certified client: the code flow with PKCE, and a person who fills in the form. */
async function signIn(person: Record<string, string>, more: Record<string, string> = {}) {
  const client = await oidc.discovery(new URL(issuer.url), 'muster', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  });
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: 'http://localhost:5173/signed-in',
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    ...{ code_challenge_method: 'S256', state, nonce, ...more },
  });
  const page = await (await fetch(url)).text();
  const filled = new URL('/authorize', url);
  for (const [, name = '', value = ''] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
    filled.searchParams.set(name, value.replaceAll('&amp;', '&'));
  }
  for (const [name, value] of Object.entries(person)) filled.searchParams.set(name, value);
  const answer = await fetch(filled, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '');
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  return { client, page, back, tokens: () => oidc.authorizationCodeGrant(client, back, checks) };
}

test('an application signs a person in by the code flow with PKCE, and gets an ID token that the service accepts', async () => {
  const { client, back, tokens } = await signIn({ email: 'jane@example.com', name: 'Jane Doe' });
  expect(back.href).toMatch(/^http:\/\/localhost:5173\/signed-in\?code=/);
  const granted = await tokens();
  const payload = await verify(granted.id_token ?? '');
  const own = claims(await issuer.token({ email: 'jane@example.com', name: 'Jane Doe' }));
  expect(payload).toMatchObject({ sub: own.sub, email: 'jane@example.com', email_verified: true, name: 'Jane Doe' });
  expect(await oidc.fetchUserInfo(client, granted.access_token, String(own.sub))).toMatchObject({
    email: 'jane@example.com',
  });
  const again = await oidc.refreshTokenGrant(client, granted.refresh_token ?? '');
  expect(claims(again.id_token ?? '')).toMatchObject({ sub: own.sub, email: 'jane@example.com' });
  // A code and a refresh token work once.
  await expect(tokens()).rejects.toThrow();
  await expect(oidc.refreshTokenGrant(client, granted.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('two people who sign in at once get their own tokens', async () => {
  const both = await Promise.all(['ada', 'bob'].map((name) => signIn({ email: `${name}@example.com` })));
  const tokens = await Promise.all(both.map(({ tokens }) => tokens()));
  expect(tokens.map(({ id_token: token = '' }) => claims(token).email)).toEqual(['ada@example.com', 'bob@example.com']);
});

test('the page of sign-in is filled in with the hint, and escapes it', async () => {
  const { page } = await signIn({ email: 'jane@example.com' }, { login_hint: '"><script>alert(1)</script>' });
  expect(page).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  expect(page).not.toContain('<script>');
  const { tokens } = await signIn({ email: 'jane@example.com', unverified: '1' });
  expect(claims((await tokens()).id_token ?? '').email_verified).toBe(false);
});

test('sign-in is refused for another client id and for a redirect to a script; nobody is signed in without a page', async () => {
  const ask = (query: string) => fetch(`${issuer.address}/authorize?${query}`, { redirect: 'manual' });
  const other = await ask('client_id=other&redirect_uri=http://localhost/&response_type=code');
  expect([other.status, await other.text()]).toEqual([
    400,
    expect.stringContaining('The client_id of the local issuer is muster.'),
  ]);
  expect((await ask('client_id=muster&redirect_uri=javascript:alert(1)&response_type=code')).status).toBe(400);
  const silent = await ask('client_id=muster&redirect_uri=http://localhost/&response_type=code&prompt=none&state=s');
  expect(silent.headers.get('location')).toBe('http://localhost/?error=login_required&state=s');
  const unknown = await fetch(`${issuer.address}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'made-up', client_id: 'muster' }),
  });
  expect([unknown.status, await unknown.json()]).toEqual([400, { error: 'invalid_grant' }]);
});
