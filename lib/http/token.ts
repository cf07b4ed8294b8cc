import { JOSEError } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { configuration } from '../configuration.ts';
import { dialectOf } from '../dialects/dialect.ts';
import { parseAccessToken, TOKEN_PREFIX, type TokenText } from '../domain/access-token.ts';
import { isAddress, normalizeAddress } from '../domain/address.ts';
import { identityOf } from '../domain/identity.ts';
import { Refusal } from '../domain/refusal.ts';
import { isVisible } from '../domain/user-text.ts';
import { keyOf } from './keys.ts';

import type { Request } from './request.ts';

/** What an ID token says of whoever sent it. */
export interface Claims {
  /** The hash of issuer and subject: what an identity is stored under. */
  readonly identity: string;
  readonly issuer: string;
  /** What the same subject was stored under at the issuer before this one, where that tells who they were. */
  readonly earlierIdentity?: string;
  /** When the issuer said so, in seconds: what it says later counts. */
  readonly issuedAt: number;
  /** Normalized. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
}

/** What a token may be signed with: with keys that are public, all of which JOSE's registry still recommends. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Seconds that the issuer's clock may be ahead of ours, or behind. */
const LEEWAY = 5;

/**
 * The claims of a token that the configured issuer signed for us.
 *
 * @throws Refusal `unauthenticated`; `keys_unavailable` while it can't be told, because the issuer can't be asked
 */
async function verified(token: string): Promise<Readonly<Record<string, unknown>>> {
  const { issuer, audience } = configuration();
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY,
      requiredClaims: ['sub', 'exp'],
      // However old: it has `iat`, which isn't ahead of us.
      maxTokenAge: Number.MAX_SAFE_INTEGER,
    });
    // What has to be understood beyond the registry is nothing that we know.
    if (protectedHeader.crit !== undefined) throw unauthenticated();
    return payload;
  } catch (error) {
    if (error instanceof JOSEError) throw unauthenticated();
    throw error;
  }
}

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
 * @throws Refusal `unauthenticated` when it is not valid, `keys_unavailable` while that can't be told,
 *   `email_claim_missing` when it is another kind of token, `email_not_accepted` for what is no address to us
 */
export async function verifyToken(token: string): Promise<Claims> {
  const payload = await verified(token);
  const { iss, sub, iat } = payload;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '' || typeof iat !== 'number') {
    throw unauthenticated();
  }
  const { claims, previousIssuer } = configuration();
  const claimed = payload[claims.email] ?? '';
  if (claimed === '') throw new Refusal('email_claim_missing', undefined, CHALLENGE);
  const email = normalizeAddress(text(claimed));
  if (!isAddress(email)) throw new Refusal('email_not_accepted');
  const isVerified = payload[claims.emailVerified];
  return {
    identity: identityOf(iss, sub),
    issuer: iss,
    ...(previousIssuer?.match === 'subject' && { earlierIdentity: identityOf(previousIssuer.issuer, sub) }),
    issuedAt: iat,
    email,
    emailVerified: isVerified === true || isVerified === 'true',
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

/** A name as a request could have it; one of which nothing is seen is none. */
function name(claim: unknown): string {
  const whole = text(claim)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return isVisible(whole) ? [...whole].slice(0, NAME_LIMIT).join('') : '';
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : '';
}
