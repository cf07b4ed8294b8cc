import { randomBytes } from 'node:crypto';
import { idBytes, idFromBytes } from './ids.ts';
import type { Role } from './roles.ts';

/** A credential that a member made for a program; it acts for them, in one organization. */
export interface AccessToken {
  readonly tokenId: string;
  readonly organizationId: string;
  readonly userId: string;
  /** The membership it was made under: it counts for as long as that is the present one. */
  readonly memberId: string;
  readonly name: string;
  /** What it may at most; undefined: whatever its owner may. */
  readonly role?: Role;
  readonly expiresAt?: string;
  /** The tokens by which it was made, the first of them made by a person; undefined: a person made it. */
  readonly makers?: readonly string[];
  /** Of one that a person made: how many tokens have come from it, at whatever remove, and are still there. */
  readonly made?: number;
  readonly createdAt: string;
  /** The hash of its secret; the secret itself was told once, to whoever made it. */
  readonly hash: string;
}

/** What the text of a token carries: all that it takes to read token and membership in one step. */
export interface TokenText {
  readonly organizationId: string;
  readonly userId: string;
  readonly tokenId: string;
  readonly secret: Buffer;
}

/**
 * Tokens that may come from one that a person made: they are revoked with it, in one transaction of at most 100 items,
 * two for each.
 */
export const MOST_MADE = 45;

/** By which a token is told from a JWT, and found by secret scanners. */
export const TOKEN_PREFIX = 'mst_';

/** A new secret of 256 bits. */
export function newTokenSecret(): Buffer {
  return randomBytes(32);
}

/**
 * Writes a token: `mst_` and base64url of organization, user, token (16 bytes each) and secret (32). The last of 107
 * characters has four bits alone, so it is a letter or a digit.
 */
export function formatAccessToken({ organizationId, userId, tokenId, secret }: TokenText): string {
  const bytes = Buffer.concat([idBytes(organizationId), idBytes(userId), idBytes(tokenId), secret]);
  return TOKEN_PREFIX + bytes.toString('base64url');
}

/** Reads a token; undefined when it has no form of one. */
export function parseAccessToken(text: string): TokenText | undefined {
  if (!/^mst_[A-Za-z0-9_-]{107}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(TOKEN_PREFIX.length), 'base64url');
  return {
    organizationId: idFromBytes('organization', bytes.subarray(0, 16)),
    userId: idFromBytes('user', bytes.subarray(16, 32)),
    tokenId: idFromBytes('accessToken', bytes.subarray(32, 48)),
    secret: bytes.subarray(48),
  };
}
