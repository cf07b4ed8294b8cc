import type { Charger } from './charger.ts';

/** A team's access to a site, as its owner or because the owner shares it. */
export interface SiteAccess {
  readonly siteId: string;
  readonly teamId: string;
  /** The organization of the team. */
  readonly organizationId: string;
  readonly isOwner: boolean;
  /** The ids of the chargers that it is limited to; undefined: all chargers. */
  readonly assets?: readonly string[];
  /** The grants of sensitive data. An owner needs none. No charger is in two grants. */
  readonly grants?: readonly Grant[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A grant of sensitive data. It expires without a write: the clock decides at every read. */
export interface SensitiveGrant {
  /** The expiry; undefined: none. */
  readonly expiresAt?: string;
}

/** A grant of the sensitive data of some chargers, and of the site itself. */
export interface Grant extends SensitiveGrant {
  /** The ids of the chargers, a subset of the team's access; undefined: all chargers, as in the team's access. */
  readonly assets?: readonly string[];
}

/** Whether a grant hasn't expired. */
export function isInForce({ expiresAt }: SensitiveGrant, now: Date): boolean {
  return expiresAt === undefined || expiresAt > now.toISOString();
}

/** Whether a team's access includes any sensitive data now. */
export function isSensitiveShown({ isOwner, grants = [] }: Pick<SiteAccess, 'isOwner' | 'grants'>, now: Date): boolean {
  return isOwner || grants.some((grant) => isInForce(grant, now));
}

/** Returns the latest expiry of a team's grants; undefined if one has no expiry, or there are no grants. */
export function lastEnd({ grants = [] }: Pick<SiteAccess, 'grants'>): string | undefined {
  const ends = grants.map(({ expiresAt }) => expiresAt);
  return ends.includes(undefined) ? undefined : ends.sort().at(-1);
}

/** The access that a team is given: to some or all chargers, optionally with their sensitive data. */
export interface GivenAccess extends Pick<SiteAccess, 'assets'> {
  readonly sensitive?: SensitiveGrant;
}

/** Returns a grant of the sensitive data of the chargers of an access. */
export function grantOf({ assets }: Pick<SiteAccess, 'assets'>, { expiresAt }: SensitiveGrant): Grant {
  return { ...(expiresAt !== undefined && { expiresAt }), ...(assets && { assets }) };
}

/** Returns the access of a team that had none before. */
export function accessBy({ assets, sensitive }: GivenAccess): Pick<SiteAccess, 'assets' | 'grants'> {
  const limit = { ...(assets && { assets }) };
  return { ...limit, ...(sensitive && { grants: [grantOf(limit, sensitive)] }) };
}

/**
 * Returns the access of a team that is given more: never less than before. Each grant keeps its own chargers: chargers
 * that are given without sensitive data don't join an earlier grant, and a new grant doesn't include earlier chargers.
 */
export function withMoreAccess({ assets: had, grants = [], ...rest }: SiteAccess, given: GivenAccess): SiteAccess {
  const { assets, grants: added = [] } = accessBy(given);
  const all = had && assets && [...new Set([...had, ...assets])];
  const joined = joinedGrants([...grants, ...added]);
  return { ...rest, ...(all && { assets: all }), ...(joined.length > 0 && { grants: joined }) };
}

/**
 * Returns a team's grants after its access was limited to some chargers, or extended to all. Access that returns later
 * doesn't bring an earlier grant back: that takes a new grant.
 */
export function limitedGrants(grants: readonly Grant[] = [], assets: readonly string[] | undefined): readonly Grant[] {
  if (!assets) return grants;
  const kept = new Set(assets);
  const left = grants.map((grant) => ({ ...grant, assets: grant.assets?.filter((id) => kept.has(id)) ?? assets }));
  return joinedGrants(left.filter(({ assets: ids }) => ids.length > 0));
}

/** Returns the same grants with each charger only in the grant that expires last. */
function joinedGrants(grants: readonly Grant[]): Grant[] {
  const byEnd = Map.groupBy(grants, ({ expiresAt }) => expiresAt ?? 'never');
  const known = new Set<string>();
  const joined: Grant[] = [];
  // `never` sorts after all timestamps: digits come before letters.
  for (const [, same] of [...byEnd].sort(([one], [other]) => (one > other ? -1 : 1))) {
    const [{ expiresAt }] = same as [Grant, ...Grant[]];
    const end = { ...(expiresAt !== undefined && { expiresAt }) };
    // A grant of all chargers covers all grants that expire earlier.
    if (same.some(({ assets }) => assets === undefined)) return [...joined, grantOf({}, end)];
    const assets = [...new Set(same.flatMap((grant) => grant.assets ?? []))].filter((id) => !known.has(id));
    for (const id of assets) known.add(id);
    if (assets.length > 0) joined.push(grantOf({ assets }, end));
  }
  // A grant whose chargers were all deleted still shows the site itself.
  return joined.length > 0 ? joined : grants.slice(0, 1);
}

/** Whether a team's access or one of its grants names a charger. */
export function namesCharger({ assets, grants = [] }: SiteAccess, { id }: Pick<Charger, 'id'>): boolean {
  return [{ assets }, ...grants].some((list) => list.assets?.includes(id));
}

/** Returns the changed fields of a team's access after a charger was deleted. */
export function withoutCharger({ assets, grants }: SiteAccess, { id }: Pick<Charger, 'id'>): Partial<SiteAccess> {
  const others = (ids: readonly string[]) => ids.filter((other) => other !== id);
  return {
    ...(assets && { assets: others(assets) }),
    ...(grants && {
      grants: grants.map((grant) => ({ ...grant, ...(grant.assets && { assets: others(grant.assets) }) })),
    }),
  };
}

/** Returns how many chargers a team's access or its grants name, whichever is more. */
export function namedChargers({ assets = [], grants = [] }: Pick<SiteAccess, 'assets' | 'grants'>): number {
  return Math.max(
    assets.length,
    grants.reduce((sum, grant) => sum + (grant.assets?.length ?? 0), 0),
  );
}
