import { idBytes, idFromBytes } from './ids.ts';
import { drawSecret } from './link.ts';

/** What a link about a site carries: what it is about, and the secret that proves that its holder was given it. */
export interface SiteToken {
  readonly siteId: string;
  /** Of the invite or the request. */
  readonly id: string;
  readonly secret: Buffer;
}

/** Bytes of a site's id, and of the id behind it. */
const SITE = 12;
const ID = 16;

/** A new secret of 160 bits. */
export function newSiteSecret(): Buffer {
  return drawSecret(20);
}

/** Writes a token: 64 characters of base64url for the site (12 bytes), the invite or request (16) and the secret (20). */
export function formatSiteToken({ siteId, id, secret }: SiteToken): string {
  return Buffer.concat([idBytes(siteId), idBytes(id), secret]).toString('base64url');
}

/** Reads a token; undefined when it has no form at all. */
export function parseSiteToken(kind: 'siteInvite' | 'siteRequest', token: string): SiteToken | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  return {
    siteId: idFromBytes('site', bytes.subarray(0, SITE)),
    id: idFromBytes(kind, bytes.subarray(SITE, SITE + ID)),
    secret: bytes.subarray(SITE + ID),
  };
}
