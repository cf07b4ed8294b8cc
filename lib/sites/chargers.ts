import type { Charger } from '../domain/charger.ts';
import { type Insight, redactedCharger } from '../domain/insight.ts';
import type { PathKey } from '../domain/path-key.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { Team } from '../domain/team.ts';
import { type TableAccess, union } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { LIST_SITES, visibleSites } from './site-lists.ts';

export const CHARGER = itemReader<Charger>('Charger', {
  ...{ id: 'string', number: 'number', siteId: 'string', identity: 'string', connectionStatus: 'string' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

const CHARGER_HOME = itemReader<{ readonly siteId: string }>('ChargerHome', { siteId: 'string' });

const CHARGER_NUMBER = itemReader<{ readonly chargerId: string }>('ChargerNumber', { chargerId: 'string' });

/** What `locateCharger` and `getCharger` do to the table. */
export const FIND_CHARGER: TableAccess = { BatchGetItem: ['CHARGER', 'CHARGERNO', 'SITE'] };

/** Which charger is meant, and where it stands, by its id or its integer. */
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

/** What `findChargers` and `chargersOn` do to the table. */
export const FIND_CHARGERS: TableAccess = { BatchGetItem: ['CHARGERNO', 'SITE'] };

/** The ids of chargers by their integers, in their order; undefined where there is none. */
export async function findChargers(numbers: readonly number[]): Promise<(string | undefined)[]> {
  return Promise.all(numbers.map(chargerOfNumber));
}

/** Those of some ids whose chargers stand on a site. */
export async function chargersOn(siteId: string, ids: readonly (string | undefined)[]): Promise<ReadonlySet<string>> {
  const chargers = await Promise.all(ids.map((id) => (id === undefined ? undefined : getCharger(siteId, id))));
  return new Set(chargers.flatMap((charger) => (charger ? [charger.id] : [])));
}

/** A part of a list. */
interface Range {
  readonly skip?: number;
  /** The id of the charger behind which it begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Chargers of a site, the oldest first. */
export async function listChargers(siteId: string, { skip, after, limit }: Range): Promise<Charger[]> {
  const { pk } = keys.site(siteId);
  const behind = after && keys.charger(siteId, after).sk;
  return CHARGER.all(await query({ pk, prefix: prefixes.charger, skip, limit, after: behind }));
}

/** Table access of `listVisibleChargers`. */
export const LIST_CHARGERS: TableAccess = { BatchGetItem: ['SITE'], Query: ['SITE'] };

/** Chargers of a site that somebody sees, the oldest first, as they see them. */
export async function listVisibleChargers(siteId: string, insight: Insight, range: Range): Promise<Charger[]> {
  const { assets } = insight;
  const { skip = 0, limit } = range;
  const chargers = assets
    ? await Promise.all(
        [...assets]
          .sort()
          .slice(skip, skip + limit)
          .map((id) => getCharger(siteId, id)),
      )
    : await listChargers(siteId, range);
  // One that was deleted since isn't there any more.
  return chargers.filter((charger) => charger !== undefined).map((charger) => redactedCharger(charger, insight));
}

/** Table access of `listChargersOf`. */
export const LIST_CHARGERS_OF: TableAccess = union(LIST_SITES, LIST_CHARGERS);

/**
 * The chargers that somebody sees by some teams, one site after another, each's oldest first. Sites know how many there
 * are, so that those before the part that is wanted aren't read.
 *
 * @param isOf which access counts
 */
export async function listChargersOf(
  teams: readonly Team[],
  { skip = 0, limit }: Range,
  now: Date,
  isOf?: (access: SiteAccess) => boolean,
): Promise<Charger[]> {
  const chargers: Charger[] = [];
  let before = skip;
  for await (const sites of visibleSites(teams, now, isOf)) {
    let room = limit - chargers.length;
    const wanted = sites.flatMap(({ site, insight }) => {
      const count = insight.assets?.size ?? site.chargers;
      const [from, take] = [Math.min(before, count), Math.min(count - Math.min(before, count), room)];
      before -= from;
      room -= take;
      return take > 0 ? [listVisibleChargers(site.id, insight, { skip: from, limit: take })] : [];
    });
    chargers.push(...(await Promise.all(wanted)).flat());
    if (chargers.length >= limit) break;
  }
  return chargers;
}
