/** The roles of a member in an organization, the most powerful first. Source: the Management API's "Member roles". */
export const ROLES = ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The permission matrix. Documents and data-driven tests are generated from it. Every member may leave, and manage
 * their own profile and access tokens: these need no permission.
 */
export const PERMISSIONS = {
  'organization:read': ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'],
  'organization:update': ['ADMIN'],
  'organization:delete': ['ADMIN'],
  'member:read': ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'],
  'member:update': ['ADMIN'],
  'member:remove': ['ADMIN'],
  'invitation:read': ['ADMIN'],
  'invitation:create': ['ADMIN'],
  'invitation:revoke': ['ADMIN'],
  'invitation:resend': ['ADMIN'],
  'team:read': ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'],
  'team:create': ['ADMIN', 'USER'],
  'team:list-all': ['ADMIN'],
  'site:read': ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'],
  'charger:report': ['ADMIN', 'OPERATOR'],
  'access:explain': ['ADMIN'],
  'integration:read': ['ADMIN'],
  'integration:manage': ['ADMIN'],
  'audit-log:read': ['ADMIN'],
  'webhook:manage': ['ADMIN'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

/**
 * Permissions that a role alone doesn't grant. They depend on the owner, on a team membership, or on membership of a
 * team with access to a site. The kind of endpoint that declares one enforces it (`lib/http/for-*.ts`). Nobody has
 * `nobody`. `organization:create` has no organization yet: the deployment decides which persons have it.
 * No person has `member:import`, only an operator's key.
 */
export type ScopedPermission = (typeof SCOPED_PERMISSIONS)[number];
const SCOPED_PERMISSIONS = [
  'organization:create',
  'member:import',
  'organization:own',
  'ownership:accept',
  'team:moderate',
  'team:manage',
  'site:manage',
  'sensitive-data:request',
  'site-invite:accept',
  'nobody',
] as const;

/** Whether a permission has a name of ours, so that the application can't have one of this name. */
export function isOwnPermission(name: string): boolean {
  return name in PERMISSIONS || (SCOPED_PERMISSIONS as readonly string[]).includes(name);
}

/** Whether a permission is in the matrix. */
export function isRolePermission(permission: Permission | ScopedPermission): permission is Permission {
  return permission in PERMISSIONS;
}

/** Whether `role` has `permission`. */
export function may(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}

/** Returns the roles that have `permission`, for the condition of a write on the actor's membership. */
export function rolesWith(permission: Permission): readonly Role[] {
  return PERMISSIONS[permission];
}

/** Permissions of the application's own, and the roles that have each: `{"invoice:pay": ["ADMIN"]}`. */
export type ApplicationPermissions = Readonly<Record<string, readonly Role[]>>;

/** Returns all permissions of a role: those of the matrix, then those of the application's own. */
export function permissionsOf(role: Role, ofApplication: ApplicationPermissions): string[] {
  return Object.entries({ ...PERMISSIONS, ...ofApplication }).flatMap(([permission, roles]) =>
    (roles as readonly Role[]).includes(role) ? [permission] : [],
  );
}

/** Returns the lower of two roles. An access token acts with the lower of its own and its owner's present role. */
export function lowerRole(one: Role, other: Role): Role {
  return ROLES[Math.max(ROLES.indexOf(one), ROLES.indexOf(other))] as Role;
}
