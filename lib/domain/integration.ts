import { idBytes, idFromBytes } from './ids.ts';
import { knowsSecret } from './link.ts';
import type { Membership } from './member.ts';
import type { Role } from './roles.ts';

/**
 * A credential of an organization for a program. It acts as itself, in its organization only, and outlives the member
 * who created it.
 */
export interface Integration {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  /** When its secrets stop working; undefined: never. */
  readonly expiresAt?: string;
  /** The hash of its secret. The secret itself is only in the answer that created it. */
  readonly hash: string;
  /** The secret before the last rotation, and when it stops working. */
  readonly previous?: { readonly hash: string; readonly until: string };
  /** How often it was changed. Each of its writes requires that it wasn't changed since it was authenticated. */
  readonly revision: number;
  /** The id of the user who created it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When its secret was last replaced. */
  readonly rotatedAt?: string;
}

/** The content of an integration's token: enough to read integration and membership in one round trip. */
export interface IntegrationText {
  readonly kind: 'integration';
  readonly organizationId: string;
  readonly integrationId: string;
  readonly secret: Buffer;
}

/** Distinguishes the token from other credentials, and lets secret scanners find it. */
export const INTEGRATION_PREFIX = 'msi_';

/** The longest time that a replaced secret keeps working, in hours. */
export const MAX_OVERLAP_HOURS = 24;

/**
 * Encodes a token: `msi_` and base64url of organization and integration (16 bytes each) and secret (32). The last of the
 * 86 characters encodes two bits only, so it is a letter.
 */
export function formatIntegrationToken({
  organizationId,
  integrationId,
  secret,
}: Omit<IntegrationText, 'kind'>): string {
  const bytes = Buffer.concat([idBytes(organizationId), idBytes(integrationId), secret]);
  return INTEGRATION_PREFIX + bytes.toString('base64url');
}

/** Decodes a token; undefined when the text is not well-formed. */
export function parseIntegrationToken(text: string): IntegrationText | undefined {
  if (!/^msi_[A-Za-z0-9_-]{86}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(INTEGRATION_PREFIX.length), 'base64url');
  return {
    kind: 'integration',
    organizationId: idFromBytes('organization', bytes.subarray(0, 16)),
    integrationId: idFromBytes('integration', bytes.subarray(16, 32)),
    secret: bytes.subarray(32),
  };
}

/** A credential with a secret that can be replaced while the earlier one still works. */
export interface Rotatable {
  readonly hash: string;
  readonly previous?: { readonly hash: string; readonly until: string };
  readonly expiresAt?: string;
}

/** Whether a secret opens a credential now: it is its present one, or its earlier one until that ends. */
export function opens({ hash, previous, expiresAt }: Rotatable, secret: Buffer, now: Date): boolean {
  const at = now.toISOString();
  if (expiresAt !== undefined && expiresAt <= at) return false;
  const live = previous && previous.until > at ? [hash, previous.hash] : [hash];
  return knowsSecret(live, secret);
}

/**
 * Returns the membership of an integration, as authorization reads it. There is no member, so no list shows it, and its
 * id takes the places of the user's and the member's.
 */
export function membershipOfIntegration({
  id,
  organizationId,
  role,
}: Pick<Integration, 'id' | 'organizationId' | 'role'>): Membership {
  return { userId: id, organizationId, memberId: id, role, owner: false };
}
