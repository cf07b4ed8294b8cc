import { isId } from './ids.ts';
import type { RefusalCode } from './refusal.ts';
import { type ApplicationPermissions, PERMISSIONS, type Permission, type ScopedPermission } from './roles.ts';

/** What a permission is checked for: the organization, one of its teams, or a site. */
export const CHECK_KINDS = ['organization', 'team', 'site'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

/** The scoped permissions that can be checked. The others have no organization or depend on a link, or nobody has them. */
type CheckedScope = Exclude<
  ScopedPermission,
  'organization:create' | 'member:import' | 'site-invite:accept' | 'nobody'
>;

/** A permission of the matrix or a scoped one. */
export type CheckedPermission = Permission | CheckedScope;

/** The kinds of resources of the permissions that aren't for the organization alone. */
const KINDS: Readonly<Record<CheckedScope, readonly CheckKind[]>> &
  Readonly<Partial<Record<Permission, readonly CheckKind[]>>> = {
  'team:read': ['organization', 'team'],
  'site:read': ['organization', 'team', 'site'],
  'charger:report': ['organization', 'site'],
  'organization:own': ['organization'],
  'ownership:accept': ['organization'],
  'team:moderate': ['team'],
  'team:manage': ['team'],
  'site:manage': ['site'],
  'sensitive-data:request': ['site'],
};

/** The permissions that can be checked, without the application's own. */
export const CHECKED_PERMISSIONS = [...new Set([...Object.keys(PERMISSIONS), ...Object.keys(KINDS)])];

/**
 * Returns the kinds of resources that a permission can be checked for; undefined: no such permission. A permission of
 * the application's own can be checked for each kind.
 */
export function kindsOf(permission: string, ofApplication: ApplicationPermissions): readonly CheckKind[] | undefined {
  if (CHECKED_PERMISSIONS.includes(permission)) return KINDS[permission as CheckedScope] ?? ['organization'];
  return Object.hasOwn(ofApplication, permission) ? CHECK_KINDS : undefined;
}

/** Returns the kind of a resource by its id; undefined: it is no id of one. */
export function kindOfResource(id: string): CheckKind | undefined {
  return CHECK_KINDS.find((kind) => isId(kind, id));
}

/** Why a member doesn't have a permission: the code with which the API refuses them. */
export const CHECK_REASONS = [
  'member_not_found',
  'organization_not_found',
  'team_not_found',
  'site_not_found',
  'forbidden',
  'token_not_allowed',
  'ownership_offer_not_found',
  'ownership_offer_expired',
] as const satisfies readonly RefusalCode[];
export type CheckReason = (typeof CHECK_REASONS)[number];
