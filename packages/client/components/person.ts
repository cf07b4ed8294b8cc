import { seen } from '../../../lib/domain/user-text.ts';
import type { Me, Muster, OrganizationWithOffer, RoleDescription } from '../src/index.ts';

/** The signed-in person in an organization: what a screen offers depends on it. */
export interface Person {
  readonly me: Me;
  readonly membership: Me['memberships'][number];
  readonly organization: OrganizationWithOffer;
  /** The permissions that the role of this moment grants, as the API states them. */
  readonly permissions: ReadonlySet<string>;
  readonly roles: readonly RoleDescription[];
}

/** What is there instead of a person in an organization. */
export type Nobody = 'no-organization' | 'choose-organization';

/**
 * Reads who the person is in an organization, and what they may do there.
 *
 * @param organization its id; undefined: the only one that the person is in
 * @throws MusterError
 */
export async function readPerson(
  client: Muster,
  organization: string | undefined,
  signal: AbortSignal,
): Promise<Person | Nobody> {
  const me = await client.me.read({ signal });
  const { memberships } = me;
  if (!organization && memberships.length > 1) return 'choose-organization';
  const membership = organization
    ? memberships.find(({ organizationId }) => organizationId === organization)
    : memberships[0];
  if (!membership) return 'no-organization';
  const id = membership.organizationId;
  const [shown, session, roles] = await Promise.all([
    client.organizations.read(id, { signal }),
    client.sessions.create(id, {}, { signal }),
    client.roles.list({ signal }),
  ]);
  return { me, membership, organization: shown, permissions: permissionsIn(session.token), roles: roles.data };
}

/** Returns the permissions that a statement lists. The API decides; this only says what is worth offering. */
function permissionsIn(statement: string): ReadonlySet<string> {
  const [, payload = ''] = statement.split('.');
  const { permissions } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  return new Set(permissions as string[]);
}

/** Whose name is shown. */
export interface Named {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** Returns a person's name; their address while no name is known. It is safe to show. */
export function nameOf({ firstName, lastName, email }: Named): string {
  return seen(`${firstName} ${lastName}`).trim() || seen(email);
}
