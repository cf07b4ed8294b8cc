import { applicationPermissions } from '../configuration.ts';
import { type CheckedPermission, type CheckKind, type CheckReason, kindOfResource } from '../domain/access-check.ts';
import type { Actor } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { type AccessPath, accessPathsOf, givesPermission, type SitePermission } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { TeamPermission } from '../domain/team.ts';
import { readSiteAndTeams } from '../sites/explanations.ts';
import type { TableAccess } from '../table/access.ts';
import { requireTeam, type TeamAndPlace } from '../teams/permissions.ts';
import { listTeamsOf } from '../teams/team-members.ts';
import { findTeam } from '../teams/teams.ts';
import { type OrganizationPermission, requirePermission } from './organization.ts';

// Decides whether a member has a permission, by the functions that decide it for endpoints.

/** Table access of `readTarget` and `reasonAgainst`. */
export const CHECK: TableAccess = { BatchGetItem: ['ORG', 'TEAM'], Query: ['SITE', 'USER'] };

/** What a permission is checked for, with what the member has to do with it. */
export type Target =
  | { readonly kind: 'organization'; readonly id: string | undefined }
  | ({ readonly kind: 'team' } & TeamAndPlace)
  | { readonly kind: 'site'; pathsOf(member: Actor): readonly AccessPath[] };

/** Reads the resource of a check, and the place of a person in it. @param resource undefined: the organization */
export async function readTarget(
  organizationId: string,
  userId: string,
  resource: string | undefined,
): Promise<Target> {
  const kind: CheckKind = resource === undefined ? 'organization' : (kindOfResource(resource) as CheckKind);
  if (kind === 'team') return { kind, ...(await findTeam(organizationId, userId, { id: resource })) };
  if (kind === 'organization') return { kind, id: resource };
  // Only what the organization has access to: its ADMINs don't learn what the person may do in other ones.
  const [shared, own] = await Promise.all([readSiteAndTeams(resource as string, organizationId), listTeamsOf(userId)]);
  return { kind, pathsOf: (member) => (shared ? accessPathsOf({ ...shared, actors: [member], own }) : []) };
}

/**
 * Returns why a member doesn't have a permission; undefined: they have it.
 *
 * @param permission one that can be checked for the kind of the target
 */
export async function reasonAgainst(
  permission: string,
  target: Target,
  at: { readonly actor: Actor; readonly organization: Organization; readonly now: Date },
): Promise<CheckReason | undefined> {
  try {
    await expectPermission(permission as CheckedPermission, target, at);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.code as CheckReason;
    throw error;
  }
}

/** Refuses a member without the permission, with the codes of the native API. */
async function expectPermission(
  permission: CheckedPermission,
  target: Target,
  { actor, organization, now }: Parameters<typeof reasonAgainst>[2],
): Promise<void> {
  const { [permission]: own } = applicationPermissions();
  const ofRole = !own || own.includes(actor.role);
  switch (target.kind) {
    case 'organization':
      if ((target.id ?? organization.id) !== organization.id) throw new Refusal('organization_not_found');
      if (!own) requirePermission(permission as OrganizationPermission, { actor, organization, now });
      break;
    case 'team':
      // The application's own permissions are for those who are in the team or above it, and ADMINs: as its sites are.
      await requireTeam(own ? 'site:read' : (permission as TeamPermission), actor, target);
      break;
    case 'site': {
      const paths = target.pathsOf(actor);
      if (paths.length === 0) throw new Refusal('site_not_found');
      if (!own && !paths.some((path) => givesPermission(permission as SitePermission, path))) {
        throw new Refusal('forbidden');
      }
    }
  }
  if (!ofRole) throw new Refusal('forbidden');
}
