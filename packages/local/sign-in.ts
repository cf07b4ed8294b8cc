import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt } from 'jose';
import type { OAuth2Service } from 'oauth2-mock-server';
import { html } from '../../lib/domain/html.ts';

/** Who signs in. */
interface Person {
  readonly email: string;
  readonly name?: string;
  readonly unverified: boolean;
}

/** What the library gives to listeners before it signs and answers. */
interface Token {
  readonly payload: Record<string, unknown>;
}
interface Answer {
  statusCode: number;
  body: unknown;
}
interface TokenRequest {
  readonly body?: Readonly<Record<string, unknown>>;
}

/** How many sign-ins are remembered, for their codes and refresh tokens. */
const REMEMBERED = 1000;

/**
 * Lets an application sign people in at the local issuer, as at a real one: by the authorization code flow with PKCE. The
 * page asks who one is, since nobody has a password here.
 *
 * @param audience the client id of the applications
 * @param claims returns the claims of a person's ID token
 * @returns a request handler: the pages of sign-in, or the library's
 */
export function signInPages(
  service: OAuth2Service,
  audience: string,
  claims: (person: Person) => Record<string, unknown>,
): (request: IncomingMessage, response: ServerResponse) => void {
  /** People by their codes and refresh tokens. Each is used once. */
  const people = new Map<string, Person>();
  const remember = (key: string, person: Person) => {
    people.set(key, person);
    const [oldest] = people.keys();
    if (people.size > REMEMBERED && oldest !== undefined) people.delete(oldest);
  };
  const personOf = ({ body = {} }: TokenRequest): Person | undefined => {
    if (body.grant_type === 'password') return { email: String(body.username), unverified: false };
    return people.get(String(body.code ?? body.refresh_token));
  };

  service.on('beforeAuthorizeRedirect', ({ url }: { url: URL }, request: IncomingMessage) => {
    const code = url.searchParams.get('code');
    if (code !== null) remember(code, personIn(queryOf(request)));
  });
  service.on('beforeTokenSigning', ({ payload }: Token, request: TokenRequest) => {
    const person = personOf(request);
    if (!person) return;
    const { nonce, scope } = payload;
    for (const claim of Object.keys(payload)) delete payload[claim];
    Object.assign(payload, claims(person), { nonce, scope });
  });
  service.on('beforeResponse', (answer: Answer, request: TokenRequest) => {
    const person = personOf(request);
    const { body = {} } = request;
    if (!person) {
      if (body.grant_type === 'client_credentials') return;
      Object.assign(answer, { statusCode: 400, body: { error: 'invalid_grant' } });
      return;
    }
    people.delete(String(body.code ?? body.refresh_token));
    const next = randomUUID();
    remember(next, person);
    Object.assign(answer.body as object, { refresh_token: next });
  });
  service.on('beforeUserinfo', (answer: Answer, { headers }: IncomingMessage) => {
    try {
      answer.body = decodeJwt(String(headers.authorization).replace(/^Bearer /i, ''));
    } catch {
      Object.assign(answer, { statusCode: 401, body: { error: 'invalid_token' } });
    }
  });

  return (request, response) => {
    const path = /^[^?]*/.exec(request.url ?? '')?.[0];
    if (path === '/endsession') response.setHeader('set-cookie', cookieOf(''));
    if (path !== '/authorize') return service.requestHandler(request, response);
    const query = queryOf(request);
    const mistake = mistakeIn(query, audience);
    if (mistake !== undefined) return show(response, 400, html`<p>${mistake}</p>`);
    if (!isAddress(query.get('email'))) {
      const session = query.get('prompt') === 'login' ? undefined : sessionOf(request);
      if (!session && query.get('prompt') === 'none') return redirect(response, query, { error: 'login_required' });
      if (!session) return show(response, 200, form(query));
      for (const [name, value] of session) query.set(name, value);
      request.url = `/authorize?${query}`;
    }
    const { email, name, unverified } = personIn(query);
    const person = new URLSearchParams({ email, ...(name && { name }), ...(unverified && { unverified: '1' }) });
    response.setHeader('set-cookie', cookieOf(String(person)));
    return service.requestHandler(request, response);
  };
}

/** The cookie of the browser's session: whoever has signed in once isn't asked again, also by another application. */
const COOKIE = 'muster-local-session';

function cookieOf(person: string): string {
  return `${COOKIE}=${Buffer.from(person).toString('base64url')}; Path=/; HttpOnly; SameSite=Lax${person === '' ? '; Max-Age=0' : ''}`;
}

/** Returns who signed in with this browser: the parameters of the form. */
function sessionOf({ headers: { cookie = '' } }: IncomingMessage): URLSearchParams | undefined {
  const [, value] = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(cookie) ?? [];
  const session = new URLSearchParams(Buffer.from(value ?? '', 'base64url').toString());
  return isAddress(session.get('email')) ? session : undefined;
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams;
}

function personIn(query: URLSearchParams): Person {
  const name = query.get('name')?.trim();
  return {
    email: (query.get('email') ?? '').trim(),
    ...(name && { name }),
    unverified: query.get('unverified') !== null,
  };
}

function isAddress(text: string | null): boolean {
  return /^\s*[^\s@]+@[^\s@]+\s*$/.test(text ?? '');
}

/** Returns why a request to sign in can't be answered at all. */
function mistakeIn(query: URLSearchParams, audience: string): string | undefined {
  const to = query.get('redirect_uri') ?? '';
  if (query.get('client_id') !== audience) return `The client_id of the local issuer is ${audience}.`;
  if (!URL.canParse(to) || !/^https?:$/.test(new URL(to).protocol)) return 'redirect_uri is no URL with http or https.';
  return undefined;
}

function redirect(response: ServerResponse, query: URLSearchParams, parameters: Record<string, string>): void {
  const to = new URL(query.get('redirect_uri') as string);
  for (const [name, value] of Object.entries(parameters)) to.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) to.searchParams.set('state', state);
  response.writeHead(302, { location: to.href }).end();
}

/** Who signs in. The parameters of the application are sent on, and the address is added to them. */
function form(query: URLSearchParams) {
  const asked = query.get('email') ?? query.get('login_hint') ?? '';
  const kept = [...query].filter(([name]) => !['email', 'name', 'unverified'].includes(name));
  return html`<form method="get" action="/authorize">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p><label for="email">E-mail address</label><input id="email" name="email" type="email" required autofocus value="${asked}"></p>
<p><label for="name">Name</label><input id="name" name="name" autocomplete="name" value="${query.get('name') ?? ''}"></p>
<p><label><input type="checkbox" name="unverified" value="1"> The address isn't verified</label></p>
<p><button>Sign in</button></p>
</form>
<p>This is the issuer of the local stack. It believes everybody, and exists on this machine only.</p>`;
}

function show(response: ServerResponse, status: number, content: ReturnType<typeof html>): void {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(
    html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:3rem auto;padding:0 1rem}label{display:block}
input:not([type=checkbox]){font:inherit;width:100%;box-sizing:border-box;padding:.4rem}button{font:inherit;padding:.4rem 1rem}</style></head>
<body><main><h1>Sign in</h1>
${content}</main></body>
</html>`.toString(),
  );
}
