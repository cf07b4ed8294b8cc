import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { idBytes, idFromBytes } from './ids.ts';

/** The content of a link's token: the invitation, and the secret that proves that its holder got the link. */
export interface LinkToken {
  readonly organizationId: string;
  readonly invitationId: string;
  readonly secret: Buffer;
}

/** Returns a new secret of 128 bits. The service sends it once, and stores only its hash. */
export function newSecret(): Buffer {
  return randomSecret(16);
}

/**
 * Returns a random secret for the end of a link. Its base64url form doesn't end in `-` or `_`: mail clients take such a
 * character for text after the link. That costs less than a twentieth of a bit.
 *
 * @param bytes the length. The token's length must be a multiple of three, so that the last character encodes six bits
 *   of the last byte.
 */
export function randomSecret(bytes: number): Buffer {
  for (;;) {
    const secret = randomBytes(bytes);
    if ((secret.readUInt8(bytes - 1) & 0b111111) < DASH) return secret;
  }
}

/** The index of `-` in base64url's alphabet of 64 characters. Only `_` follows. */
const DASH = 62;

/** Returns the stored form of a secret: SHA-256 in base64url. 128 random bits need no slow hash. */
export function hashSecret(secret: Buffer): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/**
 * How many of the latest valid secrets are stored. Each attempt to send a mail adds one; old failed ones are dropped.
 */
const LIVE_SECRETS = 20;

/** Adds the hash of a secret to the hashes of the valid secrets, the latest last. */
export function withSecret(hashes: readonly string[], secret: Buffer): string[] {
  return [...hashes, hashSecret(secret)].slice(-LIVE_SECRETS);
}

/** Whether `hashes` contains the hash of `secret`. Compares in constant time. */
export function knowsSecret(hashes: readonly string[], secret: Buffer): boolean {
  const hash = Buffer.from(hashSecret(secret));
  return hashes.some((known) => timingSafeEqual(Buffer.from(known), hash));
}

/** Encodes a link's `?token=`: 64 characters of base64url for organization, invitation and secret, 16 bytes each. */
export function formatToken({ organizationId, invitationId, secret }: LinkToken): string {
  return Buffer.concat([idBytes(organizationId), idBytes(invitationId), secret]).toString('base64url');
}

/** Decodes a link's `?token=`; undefined when the text is not well-formed. */
export function parseToken(token: string): LinkToken | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  return {
    organizationId: idFromBytes('organization', bytes.subarray(0, 16)),
    invitationId: idFromBytes('invitation', bytes.subarray(16, 32)),
    secret: bytes.subarray(32),
  };
}
