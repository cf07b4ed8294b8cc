// An application with sign-in by OIDC, and the screens of @muster/client. README.md says how to run it.
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import * as oidc from 'openid-client';

const { MUSTER_API = 'http://127.0.0.1:3000', ISSUER, CLIENT_ID = 'muster', PORT = '4000' } = process.env;
if (!ISSUER) throw new Error('Set ISSUER to the address of your OIDC issuer; npm start prints the local one.');
const ORIGIN = process.env.ORIGIN ?? `http://localhost:${PORT}`;
const CALLBACK = `${ORIGIN}/callback`;
const isSecure = ORIGIN.startsWith('https:');

// A public client: PKCE proves that whoever exchanges the code has begun the sign-in.
const issuer = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), {
  // The local issuer has no TLS. Deployed ones have.
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
});

/** Sessions by the id in their cookie. An application with several servers keeps them in a store that these share. */
const sessions = new Map();

const app = express();
app.disable('x-powered-by');

app.use((request, response, next) => {
  response.set({
    'Content-Security-Policy': [
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'",
      `connect-src 'self' ${new URL(MUSTER_API).origin}`,
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ].join('; '),
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });
  const id = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  request.session = id && sessions.get(id);
  request.sessionId = id;
  next();
});

/** Begins a session with a new id, so that an id from before the sign-in is worth nothing afterwards. */
function begin(request, response, session) {
  sessions.delete(request.sessionId);
  const id = randomUUID();
  sessions.set(id, session);
  // `lax`: the issuer's redirect comes from another site.
  response.cookie('session', id, { httpOnly: true, sameSite: 'lax', secure: isSecure });
}

app.get('/sign-in', async (request, response) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  begin(request, response, { verifier, state });
  const to = oidc.buildAuthorizationUrl(issuer, {
    redirect_uri: CALLBACK,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  response.redirect(to.href);
});

app.get('/callback', async (request, response) => {
  const { verifier, state } = request.session ?? {};
  if (!verifier) return response.redirect('/');
  const url = new URL(request.originalUrl, ORIGIN);
  const tokens = await oidc.authorizationCodeGrant(issuer, url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    idTokenExpected: true,
  });
  begin(request, response, { idToken: tokens.id_token, refreshToken: tokens.refresh_token });
  response.redirect('/');
});

app.post('/sign-out', (request, response) => {
  sessions.delete(request.sessionId);
  response.clearCookie('session').redirect(303, '/');
});

// The page asks for the ID token, and keeps it in memory. `again`: the API has refused the one that it had.
app.get('/token', async (request, response) => {
  const { session } = request;
  response.set('Cache-Control', 'no-store');
  if (!session?.idToken) return response.sendStatus(401);
  if (request.query.again !== undefined) {
    if (!session.refreshToken) return response.sendStatus(401);
    try {
      const tokens = await oidc.refreshTokenGrant(issuer, session.refreshToken);
      session.idToken = tokens.id_token ?? session.idToken;
      session.refreshToken = tokens.refresh_token ?? session.refreshToken;
    } catch {
      sessions.delete(request.sessionId);
      return response.sendStatus(401);
    }
  }
  response.json({ idToken: session.idToken, api: MUSTER_API });
});

// The screens, as the package has them. With a bundler, import them instead.
app.use('/muster', express.static(dirname(fileURLToPath(import.meta.resolve('@muster/client/components')))));
app.use(express.static(new URL('public', import.meta.url).pathname));

app.listen(Number(PORT), 'localhost', () => console.log(`The example runs at ${ORIGIN}`));
