import type { Charger } from '../domain/charger.ts';
import type { PathKey } from '../domain/path-key.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { Team } from '../domain/team.ts';
import { redactedCharger, type Visibility } from '../domain/visibility.ts';
import { type TableAccess, union } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query, type Slice } from '../table/read.ts';
import { LIST_SITES, visibleSites } from './site-lists.ts';

export const CHARGER = itemReader<Charger>('Charger', {
  ...{ id: 'string', number: 'number', siteId: 'string', identity: 'string', connectionStatus: 'string' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

const CHARGER_HOME = itemReader<{ readonly siteId: string }>('ChargerHome', { siteId: 'string' });

const CHARGER_NUMBER = itemReader<{ readonly chargerId: string }>('ChargerNumber', { chargerId: 'string' });

/** Table access of `locateCharger` and `getCharger`. */
export const FIND_CHARGER: TableAccess = { BatchGetItem: ['CHARGER', 'CHARGERNO', 'SITE'] };

/** Finds the ids of a charger and its site by the charger's id or number. */
export async function locateCharger(
  by: PathKey | undefined,
): Promise<{ readonly chargerId: string; readonly siteId: string } | undefined> {
  const chargerId = by && ('id' in by ? by.id : await chargerOfNumber(by.number));
  const home = chargerId ? CHARGER_HOME.one(await get(keys.chargerHome(chargerId))) : undefined;
  return chargerId && home ? { chargerId, siteId: home.siteId } : undefined;
}

export async function getCharger(siteId: string, chargerId: string): Promise<Charger | undefined> {
  return CHARGER.one(await get(keys.charger(siteId, chargerId)));
}

async function chargerOfNumber(number: number): Promise<string | undefined> {
  return CHARGER_NUMBER.one(await get(keys.chargerNumber(number)))?.chargerId;
}

/** Table access of `findChargers` and `chargersOn`. */
export const FIND_CHARGERS: TableAccess = { BatchGetItem: ['CHARGERNO', 'SITE'] };

/** Finds the ids of chargers by their numbers, in the same order; undefined: no such charger. */
export async function findChargers(numbers: readonly number[]): Promise<(string | undefined)[]> {
  return Promise.all(numbers.map(chargerOfNumber));
}

/** Returns those of the ids whose chargers are on a site. */
export async function chargersOn(siteId: string, ids: readonly (string | undefined)[]): Promise<ReadonlySet<string>> {
  const chargers = await Promise.all(ids.map((id) => (id === undefined ? undefined : getCharger(siteId, id))));
  return new Set(chargers.flatMap((charger) => (charger ? [charger.id] : [])));
}

/** Returns a page of a site's chargers, oldest first. */
export async function listChargers(siteId: string, slice: Slice): Promise<Charger[]> {
  return CHARGER.all(await query({ pk: keys.site(siteId).pk, prefix: prefixes.charger, ...slice }));
}

/** Table access of `listVisibleChargers`. */
export const LIST_CHARGERS: TableAccess = { BatchGetItem: ['SITE'], Query: ['SITE'] };

/** Returns a page of the chargers that a person sees on a site, redacted for them, oldest first. */
export async function listVisibleChargers(siteId: string, visibility: Visibility, range: Slice): Promise<Charger[]> {
  const { assets } = visibility;
  const { skip = 0, limit } = range;
  const chargers = assets
    ? await Promise.all(
        [...assets]
          .sort()
          .slice(skip, skip + limit)
          .map((id) => getCharger(siteId, id)),
      )
    : await listChargers(siteId, range);
  // A charger may have been deleted in the meantime.
  return chargers.filter((charger) => charger !== undefined).map((charger) => redactedCharger(charger, visibility));
}

/** Table access of `listChargersOf`. */
export const LIST_CHARGERS_OF: TableAccess = union(LIST_SITES, LIST_CHARGERS);

/**
 * Returns a page of the chargers that a person sees through teams, site by site, oldest first. The sites' counters tell
 * which chargers precede the page, so that they aren't read.
 *
 * @param isOf selects sites by a team's access
 */
export async function listChargersOf(
  teams: readonly Team[],
  { skip = 0, limit }: Slice,
  now: Date,
  isOf?: (access: SiteAccess) => boolean,
): Promise<Charger[]> {
  const chargers: Charger[] = [];
  let toSkip = skip;
  for await (const sites of visibleSites(teams, now, isOf)) {
    let left = limit - chargers.length;
    const pages = sites.flatMap(({ site, visibility }) => {
      const count = visibility.assets?.size ?? site.chargers;
      const from = Math.min(toSkip, count);
      const take = Math.min(count - from, left);
      toSkip -= from;
      left -= take;
      return take > 0 ? [listVisibleChargers(site.id, visibility, { skip: from, limit: take })] : [];
    });
    chargers.push(...(await Promise.all(pages)).flat());
    if (chargers.length >= limit) break;
  }
  return chargers;
}
