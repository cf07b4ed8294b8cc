import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import { signInPages } from './sign-in.ts';

/** The subject of a token. Without an address, `subject` is required. */
export interface Person {
  readonly email?: string;
  /** `Jane Doe`: becomes `name`, `given_name` and `family_name`. */
  readonly name?: string;
  /** True: the address isn't verified. */
  readonly unverified?: boolean;
  /** The `sub` claim; by default derived from the address, so that it is stable. */
  readonly subject?: string;
  /** Claims that override others; undefined removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Issuer {
  /** The `iss` of its tokens, stable while the data directory exists. */
  readonly url: string;
  /** The address it listens on: `url`, unless another program has taken that port. */
  readonly address: string;
  /** Signs an ID token. */
  token(person: Person): Promise<string>;
  close(): Promise<void>;
}

/** The audience of local tokens, and the client id with which applications sign people in. */
export const AUDIENCE = 'muster';

/** The file of the key and the address in the data directory. */
export const ISSUER_FILE = 'issuer.json';

/** The stack uses another issuer, which alone can sign tokens for it. */
export class OtherIssuer extends Error {
  constructor(url: string) {
    super(`The tokens of this stack come from ${url}: get one there.`);
  }
}

/** The lifetime of local tokens, a year, in seconds: a token in a client's configuration needn't be replaced. */
const LIFETIME = 365 * 24 * 3600;

/**
 * Starts an OIDC issuer on loopback. Its key and address are stored in `issuer.json`, so that tokens and the identities
 * in the table remain valid after a restart.
 *
 * @param now the stack's time, in milliseconds
 */
export async function startIssuer(directory: string, now: () => number): Promise<Issuer> {
  const file = join(directory, ISSUER_FILE);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  const issuer = new OAuth2Issuer();
  // The path from which the functions load an issuer's keys.
  const service = new OAuth2Service(issuer, { jwks: '/.well-known/jwks.json' });
  const claims = (person: Person) => {
    const iat = Math.floor(now() / 1000);
    // Without `nbf`, so that tokens remain valid when the clock is set back.
    return { iss: issuer.url, aud: AUDIENCE, iat, exp: iat + LIFETIME, ...claimsOf(person) };
  };
  const server = createServer(signInPages(service, AUDIENCE, claims));
  const [key, port] = await Promise.all([
    kept ? issuer.keys.add(kept.key) : issuer.keys.generate('RS256', { kid: 'local' }),
    listen(server, kept ? Number(new URL(kept.url).port) : 0),
  ]);
  const address = `http://127.0.0.1:${port}`;
  const url = kept?.url ?? address;
  issuer.url = url;
  if (!kept) writeFileSync(file, JSON.stringify({ url, key } satisfies Kept), { mode: 0o600 });

  return {
    url,
    address,
    token: (person) =>
      issuer.buildToken({
        scopesOrTransform: (_, payload) => {
          for (const claim of Object.keys(payload)) delete payload[claim];
          Object.assign(payload, claims(person));
        },
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Kept {
  readonly url: string;
  readonly key: Record<string, unknown>;
}

/** Listens on the wanted port, or on any free one if it is taken. */
async function listen(server: Server, wanted: number): Promise<number> {
  const attempt = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await attempt(wanted).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return attempt(0);
  });
  return (server.address() as AddressInfo).port;
}

function claimsOf({ email, name, unverified = false, subject, claims }: Person): Record<string, unknown> {
  const space = name?.lastIndexOf(' ') ?? -1;
  return {
    sub: subject ?? subjectOf(email),
    email,
    email_verified: email === undefined ? undefined : !unverified,
    name,
    given_name: name !== undefined && space > 0 ? name.slice(0, space) : name,
    family_name: name !== undefined && space > 0 ? name.slice(space + 1) : undefined,
    ...claims,
  };
}

/** Derives a stable UUID, the format of Cognito's subjects. */
function subjectOf(email: string | undefined): string {
  if (email === undefined) throw new Error('A token needs an e-mail address or a subject.');
  const hash = createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
