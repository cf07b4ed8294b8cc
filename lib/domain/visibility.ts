import type { Charger } from './charger.ts';
import type { AccessPath } from './reach.ts';
import { Refusal } from './refusal.ts';
import { SENSITIVE_FIELDS, type Site } from './site.ts';
import { type Grant, isInForce, type SiteAccess } from './site-access.ts';

/** Ids of chargers of a site; undefined: all chargers. */
type Assets = ReadonlySet<string> | undefined;

/** The visible part of a site for a person: the union of the access of all teams through which they reach it. */
export interface Visibility {
  readonly assets: Assets;
  /** Whether they see the sensitive fields of the site itself, and of which chargers. */
  readonly isSensitiveShown: boolean;
  readonly sensitiveAssets: Assets;
}

/** Returns the union of the access of several teams. */
export function visibilityOf(accesses: readonly SiteAccess[], now: Date): Visibility {
  // The chargers of each grant count, not those of the access: the access may include more chargers by now.
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

/** Returns a site without the fields that the person may not see. */
export function redactedSite(site: Site, { isSensitiveShown }: Visibility): Site {
  return isSensitiveShown ? site : without(site, SENSITIVE_FIELDS.site);
}

/** Returns a charger without the fields that the person may not see. They must see the charger itself. */
export function redactedCharger(charger: Charger, visibility: Visibility): Charger {
  return isChargerShown(charger, visibility) ? charger : without(charger, SENSITIVE_FIELDS.charger);
}

/** Whether the person sees the sensitive fields of a charger. */
export function isChargerShown({ id }: Charger, { sensitiveAssets }: Visibility): boolean {
  return sensitiveAssets?.has(id) ?? true;
}

function without<T extends object>(thing: T, hidden: readonly string[]): T {
  return Object.fromEntries(Object.entries(thing).filter(([name]) => !hidden.includes(name))) as T;
}

/** Returns what a person may see of a site through these access paths. */
export function visibilityThrough(accessPaths: readonly AccessPath[], now: Date): Visibility {
  return visibilityOf(
    accessPaths.map(({ access }) => access),
    now,
  );
}

/** Whether a charger exists and the person sees it. */
export function seesCharger(charger: Charger | undefined, { assets }: Visibility): charger is Charger {
  return charger !== undefined && (assets?.has(charger.id) ?? true);
}

/** Returns the charger if the person sees it. @throws Refusal `charger_not_found` */
export function requireCharger(charger: Charger | undefined, visibility: Visibility): Charger {
  if (!seesCharger(charger, visibility)) throw new Refusal('charger_not_found');
  return charger;
}
