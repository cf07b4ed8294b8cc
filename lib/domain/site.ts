import type { Charger } from './charger.ts';
import type { Actor } from './member.ts';
import { Refusal } from './refusal.ts';
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
  /** That it sees sensitive data too, which an owner does anyway. */
  readonly sensitive?: SensitiveGrant;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A grant of sensitive data. It is over by itself when its time is: the clock decides at every read. */
export interface SensitiveGrant {
  /** Until when; undefined: without an end. */
  readonly expiresAt?: string;
}

/**
 * The fields that only whoever may see sensitive data is shown, in every dialect; to others they are empty. It is what
 * may tell who charges there: where a site is, what its owner calls a charger, and what a charger says went wrong.
 */
export const SENSITIVE_FIELDS = {
  site: ['address'],
  charger: ['reference', 'errorInfo'],
} as const;

/** Whether a team's access takes in sensitive data at this moment. */
export function isSensitiveShown(
  { isOwner, sensitive }: Pick<SiteAccess, 'isOwner' | 'sensitive'>,
  now: Date,
): boolean {
  if (isOwner) return true;
  return sensitive !== undefined && (sensitive.expiresAt === undefined || sensitive.expiresAt > now.toISOString());
}

/** What a team has that had some access and is given more: never less than before. */
export function widened(present: SiteAccess, { assets, sensitive }: Pick<SiteAccess, 'assets' | 'sensitive'>) {
  const { assets: had, sensitive: before, ...rest } = present;
  const all = had && assets && [...new Set([...had, ...assets])];
  const grant = longer(before, sensitive);
  return { ...rest, ...(all && { assets: all }), ...(grant && { sensitive: grant }) } satisfies SiteAccess;
}

/** The one of two grants that ends later. */
function longer(one: SensitiveGrant | undefined, other: SensitiveGrant | undefined): SensitiveGrant | undefined {
  if (!one || !other) return one ?? other;
  return one.expiresAt !== undefined && (other.expiresAt === undefined || other.expiresAt > one.expiresAt)
    ? other
    : one;
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
  /** The team that is asked about; undefined where none is, or there is none. */
  readonly asked: Team | undefined;
}

/**
 * The ways by which somebody reaches a site: each team with access that they are in, or in a team above it, or whose
 * organization they are an ADMIN of.
 *
 * @param bound what their access token acts as, if they come by one
 */
export function waysOf({ accesses, actors, own, teams }: Omit<Reach, 'asked'>, bound?: Actor): Way[] {
  const acting = new Map((bound ? [bound] : actors).map((actor) => [actor.organizationId, actor]));
  return accesses.flatMap((access) => {
    const [actor, team] = [acting.get(access.organizationId), teams.get(access.teamId)];
    if (!actor || !team) return [];
    const rows = new Map(own.filter((row) => isIn(actor, row)).map((row) => [row.teamId, row]));
    const place = [team, ...above(team, teams)].map(({ id }) => rows.get(id)).find((row) => row !== undefined);
    return place || actor.role === 'ADMIN' ? [{ access, team, actor, place }] : [];
  });
}

/** The way by which somebody manages a site: that of the owning team. @throws Refusal `forbidden` */
export function managingWay(ways: readonly Way[]): Way {
  const way = ways.find((each) => each.access.isOwner && isManaging(each));
  if (!way) throw new Refusal('forbidden');
  return way;
}

/** The team that is asked about, and its access to the site. @throws Refusal `team_not_found` where it has none */
export function askedAccess({ accesses, asked }: Reach): { readonly team: Team; readonly access: SiteAccess } {
  const access = accesses.find(({ teamId }) => teamId === asked?.id);
  if (!asked || !access) throw new Refusal('team_not_found');
  return { team: asked, access };
}

/** The same of a team with which the owner shares the site. @throws Refusal `team_not_found`, `site_owner_access` */
export function askedShare(reach: Reach): { readonly team: Team; readonly access: SiteAccess } {
  const found = askedAccess(reach);
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
  const granted = accesses.filter((access) => isSensitiveShown(access, now));
  return {
    assets: assetsOf(accesses),
    isSensitiveShown: granted.length > 0,
    sensitiveAssets: assetsOf(granted),
  };
}

function assetsOf(accesses: readonly SiteAccess[]): Assets {
  if (accesses.some(({ assets }) => assets === undefined)) return undefined;
  return new Set(accesses.flatMap(({ assets }) => assets ?? []));
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
