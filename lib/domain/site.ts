import type { Charger } from './charger.ts';
import type { Actor } from './member.ts';
import { Refusal } from './refusal.ts';
import { may, type Permission, type ScopedPermission } from './roles.ts';
import { above, isIn, mayManage, type Team, type TeamMembership } from './team.ts';

/** A place with chargers, which a team owns. Timestamps are ISO 8601 in UTC with milliseconds. */
export interface Site {
  readonly id: string;
  /** Its other name, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  /** The team that owns it, and the organization of that team. */
  readonly teamId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly address?: string;
  /** An IANA name, such as `Europe/Amsterdam`. */
  readonly timezone?: string;
  /** How many chargers stand on it. */
  readonly chargers: number;
  /** How many teams have access, the owner among them. */
  readonly teams: number;
  /** Grows with every change of which team has access to what: whoever changes it by an older one begins again. */
  readonly sharing: number;
  /** How often it went to another owner: invites of an earlier ownership are void, also when it comes back. */
  readonly transfers: number;
  /** The user who made it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** That a team has access to a site: as its owner, or because the owner shares it. */
export interface SiteAccess {
  readonly siteId: string;
  readonly teamId: string;
  /** Of the team. */
  readonly organizationId: string;
  readonly isOwner: boolean;
  /** The ids of the chargers that it is limited to; undefined: all of the site. */
  readonly assets?: readonly string[];
  /** What it sees of sensitive data, which an owner does anyway; no charger is in two of them. */
  readonly grants?: readonly Grant[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A grant of sensitive data. It is over by itself when its time is: the clock decides at every read. */
export interface SensitiveGrant {
  /** Until when; undefined: without an end. */
  readonly expiresAt?: string;
}

/** A grant of the sensitive data of those chargers that it was given for, and of the site itself. */
export interface Grant extends SensitiveGrant {
  /** The ids of the chargers, each of which its team has access to; undefined: all of the site, which its team has too. */
  readonly assets?: readonly string[];
}

/**
 * The fields that only whoever may see sensitive data is shown, in every dialect; to others they are empty. It is what
 * may tell who charges there: where a site is, what its owner calls a charger, and what a charger says went wrong.
 */
export const SENSITIVE_FIELDS = {
  site: ['address'],
  charger: ['reference', 'errorInfo'],
} as const;

/** Whether a grant isn't over yet. */
export function isInForce({ expiresAt }: SensitiveGrant, now: Date): boolean {
  return expiresAt === undefined || expiresAt > now.toISOString();
}

/** Whether a team's access takes in sensitive data of anything at this moment. */
export function isSensitiveShown({ isOwner, grants = [] }: Pick<SiteAccess, 'isOwner' | 'grants'>, now: Date): boolean {
  return isOwner || grants.some((grant) => isInForce(grant, now));
}

/** When the last of a team's grants ends or has ended; undefined: never, or there is none. */
export function lastEnd({ grants = [] }: Pick<SiteAccess, 'grants'>): string | undefined {
  const ends = grants.map(({ expiresAt }) => expiresAt);
  return ends.includes(undefined) ? undefined : ends.sort().at(-1);
}

/** What a team is given: access to some chargers or all, and maybe the sensitive data of the same. */
export interface Given extends Pick<SiteAccess, 'assets'> {
  readonly sensitive?: SensitiveGrant;
}

/** The grant of the sensitive data of what a team has access to, or is given access to. */
export function grantOf({ assets }: Pick<SiteAccess, 'assets'>, { expiresAt }: SensitiveGrant): Grant {
  return { ...(expiresAt !== undefined && { expiresAt }), ...(assets && { assets }) };
}

/** What a team has that had none and is given some. */
export function accessBy({ assets, sensitive }: Given): Pick<SiteAccess, 'assets' | 'grants'> {
  const limit = { ...(assets && { assets }) };
  return { ...limit, ...(sensitive && { grants: [grantOf(limit, sensitive)] }) };
}

/**
 * What a team has that had some access and is given more: never less than before. A grant stays with the chargers that it
 * was given for: it takes in none of those that are given without, nor the other way round.
 */
export function widened({ assets: had, grants = [], ...rest }: SiteAccess, given: Given): SiteAccess {
  const { assets, grants: added = [] } = accessBy(given);
  const all = had && assets && [...new Set([...had, ...assets])];
  const joined = joinedGrants([...grants, ...added]);
  return { ...rest, ...(all && { assets: all }), ...(joined.length > 0 && { grants: joined }) };
}

/**
 * What is left of a team's grants, once it has access to some chargers, or to all. What was taken away doesn't come back
 * with the access: that is another grant.
 */
export function limitedGrants(grants: readonly Grant[] = [], assets: readonly string[] | undefined): readonly Grant[] {
  if (!assets) return grants;
  const kept = new Set(assets);
  const left = grants.map((grant) => ({ ...grant, assets: grant.assets?.filter((id) => kept.has(id)) ?? assets }));
  return joinedGrants(left.filter(({ assets: ids }) => ids.length > 0));
}

/** The same grants with each charger only in the one that ends last. */
function joinedGrants(grants: readonly Grant[]): Grant[] {
  const byEnd = Map.groupBy(grants, ({ expiresAt }) => expiresAt ?? 'never');
  const known = new Set<string>();
  const joined: Grant[] = [];
  // Digits come before letters.
  for (const [, same] of [...byEnd].sort(([one], [other]) => (one > other ? -1 : 1))) {
    const [{ expiresAt }] = same as [Grant, ...Grant[]];
    const end = { ...(expiresAt !== undefined && { expiresAt }) };
    // What ends earlier adds nothing to one of all.
    if (same.some(({ assets }) => assets === undefined)) return [...joined, grantOf({}, end)];
    const assets = [...new Set(same.flatMap((grant) => grant.assets ?? []))].filter((id) => !known.has(id));
    for (const id of assets) known.add(id);
    if (assets.length > 0) joined.push(grantOf({ assets }, end));
  }
  // A grant of chargers that are all gone still shows the site itself.
  return joined.length > 0 ? joined : grants.slice(0, 1);
}

/** Whether a team's access names a charger, by itself or in a grant. */
export function namesCharger({ assets, grants = [] }: SiteAccess, { id }: Pick<Charger, 'id'>): boolean {
  return [{ assets }, ...grants].some((list) => list.assets?.includes(id));
}

/** What changes about a team's access that names a charger, once that is gone. */
export function withoutCharger({ assets, grants }: SiteAccess, { id }: Pick<Charger, 'id'>): Partial<SiteAccess> {
  const others = (ids: readonly string[]) => ids.filter((other) => other !== id);
  return {
    ...(assets && { assets: others(assets) }),
    ...(grants && {
      grants: grants.map((grant) => ({ ...grant, ...(grant.assets && { assets: others(grant.assets) }) })),
    }),
  };
}

/** How many chargers a team's access and its grants name, whichever is more. */
export function namedChargers({ assets = [], grants = [] }: Pick<SiteAccess, 'assets' | 'grants'>): number {
  return Math.max(
    assets.length,
    grants.reduce((sum, grant) => sum + (grant.assets?.length ?? 0), 0),
  );
}

/** One way by which somebody reaches a site: a team that has access, and why they are in it. */
export interface Way {
  readonly access: SiteAccess;
  readonly team: Team;
  /** What they are in the team's organization. */
  readonly actor: Actor;
  /** Their place in the team, or in one above it; undefined for an ADMIN who is in neither. */
  readonly place: TeamMembership | undefined;
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
    const place = [team, ...above(team, teams)].map(({ id }) => rows.get(id)).find((row) => row !== undefined);
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

/** The ids of chargers of a site; undefined: all of them. */
type Assets = ReadonlySet<string> | undefined;

/** What somebody may see of a site, by the access of all teams by which they reach it. */
export interface Insight {
  readonly assets: Assets;
  /** Whether of the site itself they see what is sensitive, and of which chargers. */
  readonly isSensitiveShown: boolean;
  readonly sensitiveAssets: Assets;
}

/** What the access of several teams gives together: of each charger what one of them gives of it. */
export function insightOf(accesses: readonly SiteAccess[], now: Date): Insight {
  // By the chargers of each grant, not by those of the access: it may have come by more since.
  const granted = accesses.flatMap(({ isOwner, grants = [] }): readonly Grant[] =>
    isOwner ? [{}] : grants.filter((grant) => isInForce(grant, now)),
  );
  return {
    assets: assetsOf(accesses),
    isSensitiveShown: granted.length > 0,
    sensitiveAssets: assetsOf(granted),
  };
}

function assetsOf(lists: readonly Pick<SiteAccess, 'assets'>[]): Assets {
  if (lists.some(({ assets }) => assets === undefined)) return undefined;
  return new Set(lists.flatMap(({ assets }) => assets ?? []));
}

/** A site as somebody sees it. */
export function seenSite(site: Site, { isSensitiveShown }: Insight): Site {
  return isSensitiveShown ? site : without(site, SENSITIVE_FIELDS.site);
}

/** A charger as somebody sees it who sees it. */
export function seenCharger(charger: Charger, insight: Insight): Charger {
  return isChargerShown(charger, insight) ? charger : without(charger, SENSITIVE_FIELDS.charger);
}

/** Whether somebody sees what is sensitive of a charger. */
export function isChargerShown({ id }: Charger, { sensitiveAssets }: Insight): boolean {
  return sensitiveAssets?.has(id) ?? true;
}

function without<T extends object>(thing: T, hidden: readonly string[]): T {
  return Object.fromEntries(Object.entries(thing).filter(([name]) => !hidden.includes(name))) as T;
}

/** What somebody may see of a site by some ways. */
export function insightBy(ways: readonly Way[], now: Date): Insight {
  return insightOf(
    ways.map(({ access }) => access),
    now,
  );
}

/** Whether a charger is there for somebody. */
export function seesCharger(charger: Charger | undefined, { assets }: Insight): charger is Charger {
  return charger !== undefined && (assets?.has(charger.id) ?? true);
}

/** A charger, if it is there for somebody. @throws Refusal `charger_not_found` */
export function requireCharger(charger: Charger | undefined, insight: Insight): Charger {
  if (!seesCharger(charger, insight)) throw new Refusal('charger_not_found');
  return charger;
}

/** Whether somebody manages the team by which they reach a site: its owners and ADMINs, the lower of both counts. */
export function isManaging({ team, actor, place }: Way): boolean {
  return mayManage(actor, place?.teamId === team.id ? place : undefined);
}

/** Whether there is a time zone of this IANA name. */
export function isTimeZone(name: string): boolean {
  // Offsets such as `+01:00` are known too, and are no names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
