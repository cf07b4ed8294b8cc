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

/** The fields of an access that are always there. */
export const SITE_ACCESS_FIELDS = {
  siteId: 'string',
  teamId: 'string',
  organizationId: 'string',
  isOwner: 'boolean',
  createdAt: 'string',
  updatedAt: 'string',
} as const;
/** Both ways: under the site, and under the team. */
export const SITE_ACCESS = itemReader<SiteAccess>(['SiteAccess', 'SiteOfTeam'], SITE_ACCESS_FIELDS);

export async function getSite(siteId: string): Promise<Site | undefined> {
  return SITE.one(await get(keys.site(siteId)));
}

/** Table access of `locateSite`. */
export const LOCATE_SITE: TableAccess = { BatchGetItem: ['SITENO'] };

/** Which site is meant, by its id or its integer. */
export async function locateSite(by: PathKey | undefined): Promise<{ readonly siteId: string } | undefined> {
  if (!by) return;
  return 'id' in by ? { siteId: by.id } : SITE_NUMBER.one(await get(keys.siteNumber(by.number)));
}

/** A team's access to a site. */
export async function getAccess(siteId: string, teamId: string): Promise<SiteAccess | undefined> {
  return SITE_ACCESS.one(await get(keys.siteAccess(siteId, teamId)));
}

/** A site, and all teams' access to it. */
export type SharedSite = Pick<Reach, 'site' | 'accesses'>;

/**
 * Reads a site and then, by the same call, which teams have access, of which there are few, in the order in which the
 * teams were made. In this order: whoever finds `sharing` as it was read goes by what is still so.
 */
export async function readSharedSite(siteId: string): Promise<SharedSite | undefined> {
  const [site, ...accesses] = await query({ pk: keys.site(siteId).pk, after: BEFORE_SITE });
  if (site?.type !== 'Site') return;
  return { site: SITE.one(site) as Site, accesses: SITE_ACCESS.all(accesses) };
}

/** The teams that have access to a site, in the order in which the teams were made; there are few. */
export async function listAccessesTo(siteId: string): Promise<SiteAccess[]> {
  const { pk } = keys.site(siteId);
  return SITE_ACCESS.all(await query({ pk, prefix: prefixes.team }));
}

/** The sites that a team has access to, without what it may see of them; there are no more than fit into a read or two. */
export async function listAccessOf(teamId: string, limit?: number): Promise<SiteAccess[]> {
  const { pk } = keys.teamHome(teamId);
  return SITE_ACCESS.all(await query({ pk, prefix: prefixes.site, limit }));
}
