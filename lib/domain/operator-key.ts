import { idBytes, idFromBytes } from './ids.ts';
import type { Permission, ScopedPermission } from './roles.ts';
import type { Rotatable } from './rotation.ts';

/**
 * The permissions that an operator's key may have, in all organizations: to create organizations, to import members, to
 * invite, and to read. A key has those that it was created with.
 */
export const OPERATOR_PERMISSIONS = [
  'organization:create',
  'organization:read',
  'member:read',
  'member:import',
  'invitation:read',
  'invitation:create',
  'invitation:resend',
  'invitation:revoke',
  'team:read',
  'access:explain',
  'audit-log:read',
] as const satisfies readonly (Permission | ScopedPermission)[];
export type OperatorPermission = (typeof OPERATOR_PERMISSIONS)[number];

/** Whether an operator's key may have a permission. */
export function isOperatorPermission(permission: string): permission is OperatorPermission {
  return (OPERATOR_PERMISSIONS as readonly string[]).includes(permission);
}

/** A credential of the deployment for a program of the operator. It acts in all organizations. */
export interface OperatorKey extends Rotatable {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly OperatorPermission[];
  /** How often it was changed. Each write with it requires that it wasn't changed since it was authenticated. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When its secret was last replaced. */
  readonly rotatedAt?: string;
}

/** The content of an operator's key. */
export interface OperatorKeyText {
  readonly kind: 'operatorKey';
  readonly keyId: string;
  readonly secret: Buffer;
}

/** Distinguishes the key from other credentials, and lets secret scanners find it. */
export const OPERATOR_KEY_PREFIX = 'mso_';

/** One byte more, so that the last character encodes two bits only: it is a letter. */
const END = Buffer.of(0);

/** Encodes an operator's key: `mso_` and base64url of its id (16 bytes), its secret (32) and a zero. */
export function formatOperatorKey({ keyId, secret }: Omit<OperatorKeyText, 'kind'>): string {
  return OPERATOR_KEY_PREFIX + Buffer.concat([idBytes(keyId), secret, END]).toString('base64url');
}

/** Decodes an operator's key; undefined when the text is not well-formed. */
export function parseOperatorKey(text: string): OperatorKeyText | undefined {
  if (!/^mso_[A-Za-z0-9_-]{66}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(OPERATOR_KEY_PREFIX.length), 'base64url');
  return {
    kind: 'operatorKey',
    keyId: idFromBytes('operatorKey', bytes.subarray(0, 16)),
    secret: bytes.subarray(16, 48),
  };
}
