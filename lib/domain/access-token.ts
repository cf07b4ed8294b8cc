import { randomBytes } from 'node:crypto';
import { idBytes, idFromBytes } from './ids.ts';
import type { Role } from './roles.ts';

/** A credential that a member created for a program. It acts for the member, in one organization. */
export interface AccessToken {
  readonly tokenId: string;
  readonly organizationId: string;
  readonly userId: string;
  /** The membership under which it was created. The token is valid only while that membership lasts. */
  readonly memberId: string;
  readonly name: string;
  /** The highest role that it acts with; undefined: its owner's role. */
  readonly role?: Role;
  readonly expiresAt?: string;
  /** Its ancestors: the chain of tokens that created it, beginning with one that a person created; undefined: none. */
  readonly makers?: readonly string[];
  /** How many of its descendants exist. Only a token that a person created has this count. */
  readonly made?: number;
  readonly createdAt: string;
  /** The hash of its secret. The secret itself is only in the answer that created the token. */
  readonly hash: string;
}

/** The content of a token's text: enough to read token and membership in one round trip. */
export interface TokenText {
  readonly kind: 'token';
  readonly organizationId: string;
  readonly userId: string;
  readonly tokenId: string;
  readonly secret: Buffer;
}

/**
 * How many descendants a token may have. They are revoked together, in one transaction of at most 100 items, two for
 * each.
 */
export const DESCENDANT_LIMIT = 45;

/** Distinguishes a token from a JWT, and lets secret scanners find it. */
export const TOKEN_PREFIX = 'mst_';

/** Returns a new secret of 256 bits. */
export function newTokenSecret(): Buffer {
  return randomBytes(32);
}

/**
 * Encodes a token: `mst_` and base64url of organization, user, token (16 bytes each) and secret (32). The last of the
 * 107 characters encodes four bits only, so it is a letter or a digit.
 */
export function formatAccessToken({ organizationId, userId, tokenId, secret }: Omit<TokenText, 'kind'>): string {
  const bytes = Buffer.concat([idBytes(organizationId), idBytes(userId), idBytes(tokenId), secret]);
  return TOKEN_PREFIX + bytes.toString('base64url');
}

/** Decodes a token; undefined when the text is not well-formed. */
export function parseAccessToken(text: string): TokenText | undefined {
  if (!/^mst_[A-Za-z0-9_-]{107}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(TOKEN_PREFIX.length), 'base64url');
  return {
    kind: 'token',
    organizationId: idFromBytes('organization', bytes.subarray(0, 16)),
    userId: idFromBytes('user', bytes.subarray(16, 32)),
    tokenId: idFromBytes('accessToken', bytes.subarray(32, 48)),
    secret: bytes.subarray(48),
  };
}
