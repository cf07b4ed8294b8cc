import type { Charger } from './charger.ts';
import type { Way } from './reach.ts';
import { Refusal } from './refusal.ts';
import { SENSITIVE_FIELDS, type Site } from './site.ts';
import { type Grant, isInForce, type SiteAccess } from './site-access.ts';

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
export function redactedSite(site: Site, { isSensitiveShown }: Insight): Site {
  return isSensitiveShown ? site : without(site, SENSITIVE_FIELDS.site);
}

/** A charger as somebody sees it who sees it. */
export function redactedCharger(charger: Charger, insight: Insight): Charger {
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
