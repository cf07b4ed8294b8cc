/** What a member may be in an organization, the most powerful first. Source: the Management API's "Member roles". */
export const ROLES = ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who may what: the whole permission matrix, and the only one. Documentation and the data-driven tests are made from
 * it. Leaving, one's own profile and one's own access tokens need no permission: every member has them.
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
  'audit-log:read': ['ADMIN'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

/**
 * What takes more than a role: being the owner, a place in the team, a place in the team by which somebody reaches a site.
 * Each is enforced by the kind of endpoint that declares it (`lib/http/for-*.ts`). `nobody` has the last one.
 */
export type ScopedPermission =
  | 'organization:own'
  | 'ownership:accept'
  | 'team:moderate'
  | 'team:manage'
  | 'site:manage'
  | 'sensitive-data:request'
  | 'site-invite:accept'
  | 'nobody';

/** Whether a role gives a permission, by itself or together with a place: what the other ones ask is not in the matrix. */
export function isOfRole(permission: Permission | ScopedPermission): permission is Permission {
  return permission in PERMISSIONS;
}

/** Whether `role` has `permission`. */
export function may(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}

/** The roles that have `permission`: what the condition of a write asks of the actor's membership. */
export function rolesWith(permission: Permission): readonly Role[] {
  return PERMISSIONS[permission];
}

/** The lower of two roles: what an access token may, whose owner has another role by now. */
export function lowerRole(one: Role, other: Role): Role {
  return ROLES[Math.max(ROLES.indexOf(one), ROLES.indexOf(other))] as Role;
}
