import { createHash } from 'node:crypto';
import { JOSEError } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { configuration } from '../configuration.ts';
import { dialectOf } from '../dialects/dialect.ts';
import { parseAccessToken, TOKEN_PREFIX, type TokenText } from '../domain/access-token.ts';
import { isAddress, normalizeAddress } from '../domain/address.ts';
import { identityOf } from '../domain/identity.ts';
import { INTEGRATION_PREFIX, type IntegrationText, parseIntegrationToken } from '../domain/integration.ts';
import { OPERATOR_KEY_PREFIX, type OperatorKeyText, parseOperatorKey } from '../domain/operator-key.ts';
import { Refusal } from '../domain/refusal.ts';
import { isVisible } from '../domain/user-text.ts';
import { keyOf, presentKeys } from './keys.ts';
import type { Request } from './request.ts';

/** The claims of an ID token about the caller. */
export interface Claims {
  /** The hash of issuer and subject: the key of the identity. */
  readonly identity: string;
  readonly issuer: string;
  /** The key of the same subject's identity at the previous issuer, if users are matched by subject. */
  readonly earlierIdentity?: string;
  /** When the token was issued, in seconds. Claims of a newer token replace older ones. */
  readonly issuedAt: number;
  /** Normalized. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
}

/** The accepted signature algorithms: all asymmetric ones that JOSE's registry still recommends. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** The accepted clock skew between the issuer and us, in seconds. */
const LEEWAY = 5;

/**
 * Verifies a token of the configured issuer for the application or the console. Returns its claims.
 *
 * @throws Refusal `unauthenticated`; `keys_unavailable` if the issuer's keys can't be fetched
 */
async function verified(token: string): Promise<Readonly<Record<string, unknown>>> {
  const { issuer, audience, consoleClientId } = configuration();
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
      issuer,
      audience: [audience, consoleClientId],
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY,
      requiredClaims: ['sub', 'exp'],
      // Any age is accepted, but the option requires an `iat` that isn't in the future.
      maxTokenAge: Number.MAX_SAFE_INTEGER,
    });
    // No critical header extension is supported.
    if (protectedHeader.crit !== undefined) throw unauthenticated();
    return payload;
  } catch (error) {
    if (error instanceof JOSEError) throw unauthenticated();
    throw error;
  }
}

/** Longer names in tokens are cut, not refused: the person can't change what their provider sends. */
const NAME_LIMIT = 100;

/** A decoded credential of a program: an access token, an integration's token, or an operator's key. */
export type KeyText = TokenText | IntegrationText | OperatorKeyText;

/** The credential of a request: an unverified JWT, or a program's. */
export type Credential = string | KeyText;

/**
 * Returns the credential of a request. A program's is a bearer token, or is in `Texture-Api-Key` as in the Management
 * API. On Rocket.Chat's paths it is in `X-Auth-Token`, with the id of the token's owner, or of the integration, in
 * `X-User-Id`.
 *
 * @returns undefined without a credential
 * @throws Refusal `unauthenticated` for a malformed credential
 */
export function credentialOf({ headers, path }: Request): Credential | undefined {
  const { authorization, 'texture-api-key': apiKey, 'x-auth-token': authToken, 'x-user-id': userId } = headers;
  if (authToken !== undefined && dialectOf(path) === 'rocketchat') {
    const key = parseKey(authToken.trim());
    if (!key || principalOf(key) !== userId?.trim()) throw unauthenticated();
    return key;
  }
  if (authorization === undefined && apiKey === undefined) return undefined;
  const text = authorization === undefined ? apiKey?.trim() : /^Bearer +([^\s,]+)$/i.exec(authorization.trim())?.[1];
  if (!text) throw unauthenticated();
  if (authorization !== undefined && !KEY_PREFIXES.some((prefix) => text.startsWith(prefix))) return text;
  const key = parseKey(text);
  if (!key) throw unauthenticated();
  return key;
}

const KEY_PREFIXES = [TOKEN_PREFIX, INTEGRATION_PREFIX, OPERATOR_KEY_PREFIX];

/** Decodes the credential of a program; undefined when the text is not well-formed. */
function parseKey(text: string): KeyText | undefined {
  return parseAccessToken(text) ?? parseIntegrationToken(text) ?? parseOperatorKey(text);
}

/** Returns the id that acts: that of a token's owner, of the integration, or of the operator's key. */
export function principalOf(key: KeyText): string {
  if (key.kind === 'token') return key.userId;
  return key.kind === 'integration' ? key.integrationId : key.keyId;
}

/** The claims of a verified token, and between which times they are valid: in seconds, with the leeway. */
interface Verified {
  readonly claims: Claims;
  readonly from: number;
  readonly until: number;
}

/**
 * The tokens that were verified with a set of keys, by their hash. People send the same token many times, and its
 * signature takes longer to verify than the rest of a small request (docs/adr/0081). Keys that are fetched anew verify
 * every token again.
 */
const verifiedTokens = new WeakMap<object, Map<string, Verified>>();
const VERIFIED_LIMIT = 1000;

/**
 * Verifies an ID token of the configured issuer, or returns what it was verified to be.
 *
 * @throws Refusal `unauthenticated` if it is not valid, `keys_unavailable` if the issuer's keys can't be fetched,
 *   `email_claim_missing` if it is another kind of token, `email_not_accepted` if the address is not supported
 */
export async function verifyToken(token: string): Promise<Claims> {
  const hash = createHash('sha256').update(token).digest('base64url');
  const keys = presentKeys();
  const known = keys && verifiedTokens.get(keys)?.get(hash);
  const second = Math.floor(Date.now() / 1000);
  if (known && known.from <= second && second < known.until) return known.claims;
  const payload = await verified(token);
  const claims = claimsOf(payload);
  const { exp, nbf = 0 } = payload as { exp: number; nbf?: number };
  const from = Math.max(claims.issuedAt, nbf) - LEEWAY;
  // Not for keys that were fetched during the verification: they may no longer have the key of this token.
  if (keys) remember(keys, hash, { claims, from, until: exp + LEEWAY });
  return claims;
}

function remember(keys: object, hash: string, token: Verified): void {
  const tokens = verifiedTokens.get(keys) ?? new Map<string, Verified>();
  if (tokens.size >= VERIFIED_LIMIT) tokens.clear();
  verifiedTokens.set(keys, tokens.set(hash, token));
}

/** @throws Refusal as `verifyToken` */
function claimsOf(payload: Readonly<Record<string, unknown>>): Claims {
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

/** RFC 9110: a 401 names the expected scheme. */
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

/** Returns a name as a request could have it; empty if it has no visible character. */
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
