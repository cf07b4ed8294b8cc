import type { Actor } from './member.ts';
import { Refusal } from './refusal.ts';
import { may, type Permission, type ScopedPermission } from './roles.ts';
import type { Site } from './site.ts';
import type { SiteAccess } from './site-access.ts';
import { ancestorsOf, isIn, mayManage, type Team, type TeamMembership } from './team.ts';

/** A path through which a person has access to a site: a team with access, and the person's place in it. */
export interface AccessPath {
  readonly access: SiteAccess;
  readonly team: Team;
  /** The person as a member of the team's organization. */
  readonly actor: Actor;
  /** Their membership of the team, or of the nearest team above it; undefined for an ADMIN who is in none of them. */
  readonly teamMembership: TeamMembership | undefined;
}

/** A site that a person manages, and the access path through which they do. */
export interface ManagedSite {
  readonly accessPath: AccessPath;
  readonly site: Site;
}

/** The data about a person and a site from which `accessPathsOf` finds all their access paths. */
export interface Reach {
  readonly site: Site;
  /** The access of all teams to the site. */
  readonly accesses: readonly SiteAccess[];
  /** The person as a member of each organization that still exists. */
  readonly actors: readonly Actor[];
  /** The person's team memberships. */
  readonly own: readonly TeamMembership[];
  /** Teams of the person's organizations, by id: teams with access, and their ancestors where these matter. */
  readonly teams: ReadonlyMap<string, Team>;
  /** The team that the request names besides the site; undefined if it names none, or the team doesn't exist. */
  readonly namedTeam: Team | undefined;
}

/**
 * Returns the access paths of a person to a site: one for each team with access if they are in the team or in
 * a team above it, or are an ADMIN of its organization.
 *
 * @param bound the actor of their access token, if they use one
 */
export function accessPathsOf({ accesses, actors, own, teams }: Omit<Reach, 'namedTeam'>, bound?: Actor): AccessPath[] {
  const acting = new Map((bound ? [bound] : actors).map((actor) => [actor.organizationId, actor]));
  return accesses.flatMap((access) => {
    const [actor, team] = [acting.get(access.organizationId), teams.get(access.teamId)];
    if (!actor || !team) return [];
    const rows = new Map(own.filter((row) => isIn(actor, row)).map((row) => [row.teamId, row]));
    const teamMembership = [team, ...ancestorsOf(team, teams)]
      .map(({ id }) => rows.get(id))
      .find((row) => row !== undefined);
    return teamMembership || actor.role === 'ADMIN' ? [{ access, team, actor, teamMembership }] : [];
  });
}

/** The permissions that a request about a site may need. */
export type SitePermission = Extract<Permission, 'site:read' | 'charger:report'> | ManagingPermission;

type ManagingPermission = Extract<ScopedPermission, 'site:manage' | 'sensitive-data:request'>;

/**
 * Returns the access paths that give a permission at a site. Managers of the owning team manage the site. Managers of another
 * team with access may request its sensitive data. The other permissions come from the role in the team's organization.
 *
 * @throws Refusal `team_not_found`, `site_owner_access` if the site isn't shared with the team that requests the data
 */
export function accessPathsWith(
  permission: SitePermission,
  accessPaths: readonly AccessPath[],
  reach: Reach,
): AccessPath[] {
  const asked = permission === 'sensitive-data:request' ? shareOfNamedTeam(reach).team : undefined;
  return accessPaths.filter(
    (accessPath) => (!asked || accessPath.team.id === asked.id) && givesPermission(permission, accessPath),
  );
}

/** Whether an access path gives a permission at its site. */
export function givesPermission(permission: SitePermission, accessPath: AccessPath): boolean {
  switch (permission) {
    case 'site:manage':
      return accessPath.access.isOwner && isManaging(accessPath);
    case 'sensitive-data:request':
      return !accessPath.access.isOwner && isManaging(accessPath);
    default:
      return may(accessPath.actor.role, permission);
  }
}

/**
 * Returns the team that the request names, and its access to the site.
 *
 * @throws Refusal `team_not_found` without access
 */
export function accessOfNamedTeam({ accesses, namedTeam }: Reach): {
  readonly team: Team;
  readonly access: SiteAccess;
} {
  const access = accesses.find(({ teamId }) => teamId === namedTeam?.id);
  if (!namedTeam || !access) throw new Refusal('team_not_found');
  return { team: namedTeam, access };
}

/**
 * Returns the team that the request names, and its access to the site. The owner must share the site with it.
 *
 * @throws Refusal `team_not_found`, `site_owner_access`
 */
export function shareOfNamedTeam(reach: Reach): { readonly team: Team; readonly access: SiteAccess } {
  const found = accessOfNamedTeam(reach);
  if (found.access.isOwner) throw new Refusal('site_owner_access');
  return found;
}

/** Whether a person manages the team of an access path: as an ADMIN, or as an owner of the team whose role allows changes. */
function isManaging({ team, actor, teamMembership }: AccessPath): boolean {
  return mayManage(actor, teamMembership?.teamId === team.id ? teamMembership : undefined);
}
