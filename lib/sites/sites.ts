import type { PathKey } from '../domain/path-key.ts';
import type { Reach } from '../domain/reach.ts';
import type { Site } from '../domain/site.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { BEFORE_SITE, keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';

export const SITE = itemReader<Site>('Site', {
  ...{ id: 'string', number: 'number', teamId: 'string', organizationId: 'string', name: 'string' },
  ...{ chargers: 'number', teams: 'number', sharing: 'number', transfers: 'number' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

const SITE_NUMBER = itemReader<{ readonly siteId: string }>('SiteNumber', { siteId: 'string' });

/** The required fields of an access. */
export const SITE_ACCESS_FIELDS = {
  siteId: 'string',
  teamId: 'string',
  organizationId: 'string',
  isOwner: 'boolean',
  createdAt: 'string',
  updatedAt: 'string',
} as const;
/** A row exists under the site and under the team. */
export const SITE_ACCESS = itemReader<SiteAccess>(['SiteAccess', 'SiteOfTeam'], SITE_ACCESS_FIELDS);

export async function getSite(siteId: string): Promise<Site | undefined> {
  return SITE.one(await get(keys.site(siteId)));
}

/** Table access of `locateSite`. */
export const LOCATE_SITE: TableAccess = { BatchGetItem: ['SITENO'] };

/** Finds the id of a site by its id or its number. */
export async function locateSite(by: PathKey | undefined): Promise<{ readonly siteId: string } | undefined> {
  if (!by) return;
  return 'id' in by ? { siteId: by.id } : SITE_NUMBER.one(await get(keys.siteNumber(by.number)));
}

/** Reads a team's access to a site. */
export async function getAccess(siteId: string, teamId: string): Promise<SiteAccess | undefined> {
  return SITE_ACCESS.one(await get(keys.siteAccess(siteId, teamId)));
}

/** A site, and all teams' access to it. */
export type SharedSite = Pick<Reach, 'site' | 'accesses'>;

/**
 * Reads a site and the accesses of its teams, ordered by the teams' creation, with one query. The query reads the site
 * first: if `sharing` is unchanged at the write, so are the accesses.
 */
export async function readSharedSite(siteId: string): Promise<SharedSite | undefined> {
  const [site, ...accesses] = await query({ pk: keys.site(siteId).pk, after: BEFORE_SITE });
  if (site?.type !== 'Site') return;
  return { site: SITE.one(site) as Site, accesses: SITE_ACCESS.all(accesses) };
}

/** Returns all accesses to a site, ordered by the teams' creation. There are few. */
export async function listAccessesTo(siteId: string): Promise<SiteAccess[]> {
  const { pk } = keys.site(siteId);
  return SITE_ACCESS.all(await query({ pk, prefix: prefixes.team }));
}

/** Returns a team's accesses to sites, without chargers and grants. They fit into one or two reads. */
export async function listAccessOf(teamId: string, limit?: number): Promise<SiteAccess[]> {
  const { pk } = keys.teamHome(teamId);
  return SITE_ACCESS.all(await query({ pk, prefix: prefixes.site, limit }));
}
