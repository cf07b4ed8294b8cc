import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { idBytes, idFromBytes } from './ids.ts';

/** What a mailed link carries: which invitation, and the secret that proves that its holder got the mail. */
export interface LinkToken {
  readonly organizationId: string;
  readonly invitationId: string;
  readonly secret: Buffer;
}

/** A new secret of 128 bits; it leaves the service in one mail and is kept only as a hash. */
export function newSecret(): Buffer {
  return drawSecret(16);
}

/**
 * A secret at random that stands at the end of a link. In base64url it ends in neither `-` nor `_`: mail clients take
 * such characters for the text behind the link. That costs less than a twentieth of a bit.
 *
 * @param bytes as many as end a group of three in the token, so that the last character has six bits of the last byte
 */
export function drawSecret(bytes: number): Buffer {
  for (;;) {
    const secret = randomBytes(bytes);
    if ((secret.readUInt8(bytes - 1) & 0b111111) < DASH) return secret;
  }
}

/** In base64url's alphabet `-` and `_` are the last two of 64. */
const DASH = 62;

/** The form in which a secret is kept: SHA-256 in base64url. 128 random bits need no slow hash. */
export function hashSecret(secret: Buffer): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Live secrets that are kept, the latest: each try of a mail adds one, and those of tries long past never left. */
const LIVE_SECRETS = 20;

/** Hashes of live secrets with one more, the latest last. */
export function withSecret(hashes: readonly string[], secret: Buffer): string[] {
  return [...hashes, hashSecret(secret)].slice(-LIVE_SECRETS);
}

/** Whether `hashes` has the hash of `secret`; compares each in constant time. */
export function knowsSecret(hashes: readonly string[], secret: Buffer): boolean {
  const hash = Buffer.from(hashSecret(secret));
  return hashes.some((known) => timingSafeEqual(Buffer.from(known), hash));
}

/** Writes a link's `?token=`: 64 characters of base64url for organization, invitation and secret, 16 bytes each. */
export function formatToken({ organizationId, invitationId, secret }: LinkToken): string {
  return Buffer.concat([idBytes(organizationId), idBytes(invitationId), secret]).toString('base64url');
}

/** Reads a link's `?token=`; undefined when it has no form at all. */
export function parseToken(token: string): LinkToken | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  return {
    organizationId: idFromBytes('organization', bytes.subarray(0, 16)),
    invitationId: idFromBytes('invitation', bytes.subarray(16, 32)),
    secret: bytes.subarray(32),
  };
}
