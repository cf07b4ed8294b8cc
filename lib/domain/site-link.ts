import { idBytes, idFromBytes } from './ids.ts';
import { randomSecret } from './link.ts';

/**
 * The content of a token about a site: the invite or request, and the secret that proves that its holder was given it.
 */
export interface SiteToken {
  readonly siteId: string;
  /** The id of the invite or request. */
  readonly id: string;
  readonly secret: Buffer;
}

/** The length in bytes of a site's id, and of the id after it. */
const SITE = 12;
const ID = 16;

/** Returns a new secret of 160 bits. */
export function newSiteSecret(): Buffer {
  return randomSecret(20);
}

/**
 * Encodes a token: 64 characters of base64url for the site (12 bytes), the invite or request (16) and the secret (20).
 */
export function formatSiteToken({ siteId, id, secret }: SiteToken): string {
  return Buffer.concat([idBytes(siteId), idBytes(id), secret]).toString('base64url');
}

/** Decodes a token; undefined when the text is not well-formed. */
export function parseSiteToken(kind: 'siteInvite' | 'siteRequest', token: string): SiteToken | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  return {
    siteId: idFromBytes('site', bytes.subarray(0, SITE)),
    id: idFromBytes(kind, bytes.subarray(SITE, SITE + ID)),
    secret: bytes.subarray(SITE + ID),
  };
}
