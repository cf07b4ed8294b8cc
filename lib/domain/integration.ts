import { idBytes, idFromBytes } from './ids.ts';
import type { Membership } from './member.ts';
import type { Role } from './roles.ts';
import type { Rotatable } from './rotation.ts';

/**
 * A credential of an organization for a program. It acts as itself, in its organization only, and outlives the member
 * who created it.
 */
export interface Integration extends Rotatable {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
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
