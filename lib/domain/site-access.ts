import type { Charger } from './charger.ts';

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
export function withMoreAccess({ assets: had, grants = [], ...rest }: SiteAccess, given: Given): SiteAccess {
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
