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

/** What every member may. */
const READING = ['organization:read', 'member:read', 'team:read', 'site:read'];

/** The matrix, written down once more. */
const ALLOWED: Readonly<Record<(typeof ROLES)[number], readonly string[]>> = {
  ADMIN: permissions,
  USER: [...READING, 'team:create'],
  OPERATOR: [...READING, 'charger:report'],
  VIEWER: READING,
};

test.each(ROLES)('%s may what the matrix says, and nothing else', (role) => {
  const allowed = permissions.filter((permission) => may(role, permission));
  expect(allowed.toSorted()).toEqual(ALLOWED[role].toSorted());
});

test('the roles with a permission are those that may', () => {
  for (const permission of permissions) {
    expect(
      ROLES.filter((role) => may(role, permission)),
      permission,
    ).toEqual(rolesWith(permission));
  }
});

test('of two roles the lower one counts, in either order', () => {
  for (const [high, one] of ROLES.entries()) {
    for (const [low, other] of ROLES.entries()) {
      expect(lowerRole(one, other)).toBe(high > low ? one : other);
      expect(lowerRole(one, other)).toBe(lowerRole(other, one));
    }
  }
});

test('what takes a place or the ownership is in no matrix', () => {
  expect(isRolePermission('team:read')).toBe(true);
  const scoped = ['organization:own', 'ownership:accept', 'team:manage', 'site:manage', 'nobody'] as const;
  expect(scoped.filter(isRolePermission)).toEqual([]);
});
