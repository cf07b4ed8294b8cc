import type { Actor } from './member.ts';
import { Refusal } from './refusal.ts';
import { may, type Permission, type ScopedPermission } from './roles.ts';
import type { Site } from './site.ts';
import type { SiteAccess } from './site-access.ts';
import { ancestorsOf, isIn, mayManage, type Team, type TeamMembership } from './team.ts';

/** One way by which somebody reaches a site: a team that has access, and why they are in it. */
export interface Way {
  readonly access: SiteAccess;
  readonly team: Team;
  /** What they are in the team's organization. */
  readonly actor: Actor;
  /** Their place in the team, or in one above it; undefined for an ADMIN who is in neither. */
  readonly place: TeamMembership | undefined;
}

/** A site that somebody manages, and the way by which they do. */
export interface ManagedSite {
  readonly way: Way;
  readonly site: Site;
}

/** What is known of somebody and a site: from it all their ways follow. */
export interface Reach {
  readonly site: Site;
  /** All teams' access to it. */
  readonly accesses: readonly SiteAccess[];
  /** What they are in the organizations that are still there. */
  readonly actors: readonly Actor[];
  /** Their places in teams. */
  readonly own: readonly TeamMembership[];
  /** Teams of their organizations, by id: those that have access, and whatever is above them where it matters. */
  readonly teams: ReadonlyMap<string, Team>;
  /** The team that the request names beside the site; undefined where it names none, or there is none. */
  readonly namedTeam: Team | undefined;
}

/**
 * The ways by which somebody reaches a site: each team with access that they are in, or in a team above it, or whose
 * organization they are an ADMIN of.
 *
 * @param bound what their access token acts as, if they come by one
 */
export function waysOf({ accesses, actors, own, teams }: Omit<Reach, 'namedTeam'>, bound?: Actor): Way[] {
  const acting = new Map((bound ? [bound] : actors).map((actor) => [actor.organizationId, actor]));
  return accesses.flatMap((access) => {
    const [actor, team] = [acting.get(access.organizationId), teams.get(access.teamId)];
    if (!actor || !team) return [];
    const rows = new Map(own.filter((row) => isIn(actor, row)).map((row) => [row.teamId, row]));
    const place = [team, ...ancestorsOf(team, teams)].map(({ id }) => rows.get(id)).find((row) => row !== undefined);
    return place || actor.role === 'ADMIN' ? [{ access, team, actor, place }] : [];
  });
}

/** What a request about a site may need. */
export type SitePermission = Extract<Permission, 'site:read' | 'charger:report'> | ManagingPermission;

type ManagingPermission = Extract<ScopedPermission, 'site:manage' | 'sensitive-data:request'>;

/**
 * The ways by which somebody has a permission at a site. Who manages the owning team manages it; who manages another team
 * with access asks for its sensitive data. What a role gives, it gives in the organization of the team.
 *
 * @throws Refusal `team_not_found`, `site_owner_access` where the team that is to ask isn't one with which it is shared
 */
export function waysWith(permission: SitePermission, ways: readonly Way[], reach: Reach): Way[] {
  switch (permission) {
    case 'site:manage':
      return ways.filter((way) => way.access.isOwner && isManaging(way));
    case 'sensitive-data:request': {
      const { team } = shareOfNamedTeam(reach);
      return ways.filter((way) => way.team.id === team.id && isManaging(way));
    }
    default:
      return ways.filter(({ actor }) => may(actor.role, permission));
  }
}

/** The team that the request names, and its access to the site. @throws Refusal `team_not_found` where it has none */
export function accessOfNamedTeam({ accesses, namedTeam }: Reach): {
  readonly team: Team;
  readonly access: SiteAccess;
} {
  const access = accesses.find(({ teamId }) => teamId === namedTeam?.id);
  if (!namedTeam || !access) throw new Refusal('team_not_found');
  return { team: namedTeam, access };
}

/** The same of a team with which the owner shares the site. @throws Refusal `team_not_found`, `site_owner_access` */
export function shareOfNamedTeam(reach: Reach): { readonly team: Team; readonly access: SiteAccess } {
  const found = accessOfNamedTeam(reach);
  if (found.access.isOwner) throw new Refusal('site_owner_access');
  return found;
}

/** Whether somebody manages the team by which they reach a site: its owners and ADMINs, the lower of both counts. */
export function isManaging({ team, actor, place }: Way): boolean {
  return mayManage(actor, place?.teamId === team.id ? place : undefined);
}
