import { createHash } from 'node:crypto';
import { FetchError, JwksValidationError } from 'aws-jwt-verify/error';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { configuration } from '../configuration.ts';
import { dialectOf } from '../dialects/dialect.ts';
import { parseAccessToken, TOKEN_PREFIX, type TokenText } from '../domain/access-token.ts';
import { isAddress, normalizeAddress } from '../domain/address.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Request } from './request.ts';

/** What an ID token says of whoever sent it. */
export interface Claims {
  /** The hash of issuer and subject: what an identity is stored under. */
  readonly identity: string;
  /** Normalized. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
}

function makeVerifier() {
  const { issuer, audience, jwksUri } = configuration();
  return JwtVerifier.create({ issuer, audience, ...(jwksUri && { jwksUri }) });
}
let verifier: ReturnType<typeof makeVerifier> | undefined;

/** Longer names of tokens are cut, not refused: the person can't change what their provider says. */
const NAME_LIMIT = 100;

/**
 * The credential of a request: a JWT, not verified yet, or what an access token carries. Access tokens come as bearer
 * tokens, as the Management API has it, in `Texture-Api-Key`, or, on Rocket.Chat's paths, in `X-Auth-Token` beside
 * their owner's id in `X-User-Id`.
 *
 * @returns undefined when there is none
 * @throws Refusal `unauthenticated` for something that is neither
 */
export function credentialOf({ headers, path }: Request): string | TokenText | undefined {
  const { authorization, 'texture-api-key': apiKey, 'x-auth-token': authToken, 'x-user-id': userId } = headers;
  if (authToken !== undefined && dialectOf(path) === 'rocketchat') {
    const token = parseAccessToken(authToken.trim());
    if (!token || token.userId !== userId?.trim()) throw unauthenticated();
    return token;
  }
  if (authorization === undefined && apiKey === undefined) return undefined;
  const text = authorization === undefined ? apiKey?.trim() : /^Bearer +([^\s,]+)$/i.exec(authorization.trim())?.[1];
  if (!text) throw unauthenticated();
  if (authorization !== undefined && !text.startsWith(TOKEN_PREFIX)) return text;
  const token = parseAccessToken(text);
  if (!token) throw unauthenticated();
  return token;
}

/**
 * Verifies an ID token of the configured issuer.
 *
 * @throws Refusal `unauthenticated` when it is not valid, `email_claim_missing` when it is another kind of token
 */
export async function verifyToken(token: string): Promise<Claims> {
  verifier ??= makeVerifier();
  let payload: Readonly<Record<string, unknown>>;
  try {
    payload = await verifier.verify(token);
  } catch (error) {
    // A JWKS that can't be had is our defect, not the caller's.
    if (error instanceof FetchError || error instanceof JwksValidationError) throw error;
    throw unauthenticated();
  }
  const { iss, sub, exp } = payload;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '' || typeof exp !== 'number') {
    throw unauthenticated();
  }
  const { claims } = configuration();
  const email = normalizeAddress(text(payload[claims.email]));
  if (!isAddress(email)) throw new Refusal('email_claim_missing', undefined, CHALLENGE);
  const verified = payload[claims.emailVerified];
  return {
    identity: createHash('sha256').update(`${iss}\n${sub}`).digest('base64url'),
    email,
    emailVerified: verified === true || verified === 'true',
    ...names(payload),
  };
}

/** RFC 9110: a 401 names the scheme that it wants. */
const CHALLENGE = { 'www-authenticate': 'Bearer' };

export function unauthenticated(): Refusal {
  return new Refusal('unauthenticated', undefined, CHALLENGE);
}

function names(payload: Readonly<Record<string, unknown>>): { firstName: string; lastName: string } {
  const { claims } = configuration();
  const given = name(payload[claims.givenName]);
  const family = name(payload[claims.familyName]);
  if (given || family) return { firstName: given, lastName: family };
  const whole = name(payload[claims.name]);
  const split = whole.lastIndexOf(' ');
  return split < 0
    ? { firstName: whole, lastName: '' }
    : { firstName: whole.slice(0, split).trim(), lastName: whole.slice(split + 1) };
}

function name(claim: unknown): string {
  return [
    ...text(claim)
      .toWellFormed()
      .replace(/\p{Cc}/gu, ' ')
      .trim(),
  ]
    .slice(0, NAME_LIMIT)
    .join('');
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : '';
}
