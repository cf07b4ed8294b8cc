import { expect, test } from 'vitest';
import {
  isRolePermission,
  lowerRole,
  may,
  PERMISSIONS,
  type Permission,
  ROLES,
  rolesWith,
} from '../../../lib/domain/roles.ts';

const permissions = Object.keys(PERMISSIONS) as Permission[];

/** The permissions of every member. */
const READING = ['organization:read', 'member:read', 'team:read', 'site:read'];

/** The permission matrix, as a second implementation. */
const ALLOWED: Readonly<Record<(typeof ROLES)[number], readonly string[]>> = {
  ADMIN: permissions,
  USER: [...READING, 'team:create'],
  OPERATOR: [...READING, 'charger:report'],
  VIEWER: READING,
};

test.each(ROLES)('%s has the permissions of the matrix, and no others', (role) => {
  const allowed = permissions.filter((permission) => may(role, permission));
  expect(allowed.toSorted()).toEqual(ALLOWED[role].toSorted());
});

test('the roles with a permission are the ones that have it', () => {
  for (const permission of permissions) {
    expect(
      ROLES.filter((role) => may(role, permission)),
      permission,
    ).toEqual(rolesWith(permission));
  }
});

test('the lower of two roles is the same in either order', () => {
  for (const [high, one] of ROLES.entries()) {
    for (const [low, other] of ROLES.entries()) {
      expect(lowerRole(one, other)).toBe(high > low ? one : other);
      expect(lowerRole(one, other)).toBe(lowerRole(other, one));
    }
  }
});

test('scoped permissions are not in the matrix', () => {
  expect(isRolePermission('team:read')).toBe(true);
  const scoped = ['organization:own', 'ownership:accept', 'team:manage', 'site:manage', 'nobody'] as const;
  expect(scoped.filter(isRolePermission)).toEqual([]);
});
