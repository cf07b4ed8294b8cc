import type { Site } from '../domain/site.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { Team } from '../domain/team.ts';
import { redactedSite, type Visibility, visibilityOf } from '../domain/visibility.ts';
import { getOrganization } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { getAccess, getSite, listAccessesTo, listAccessOf } from './sites.ts';

/** Table access of `listSitesOf` and `visibleSites`. */
export const LIST_SITES: TableAccess = { BatchGetItem: ['ORG', 'SITE'], Query: ['SITE', 'TEAM'] };

/** The teams, and the sites, of one batch of reads. */
const TEAM_BATCH = 25;
const SITE_BATCH = 50;

/** A site, and what a person may see of it. */
export interface VisibleSite {
  readonly site: Site;
  readonly visibility: Visibility;
}

/**
 * Returns a page of the sites that a person sees through teams, redacted for them. Reads only as far as the page needs.
 * A page may be shorter than `limit` although more follow: rows of deleted sites remain for some time.
 */
export async function listSitesOf(
  teams: readonly Team[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
  now: Date,
): Promise<{ readonly sites: Site[]; readonly hasMore: boolean }> {
  const groups: SiteAccess[][] = [];
  for await (const some of accessesOf(teams)) {
    groups.push(...some);
    if (groups.length > skip + limit) break;
  }
  const sites = await readVisible(groups.slice(skip, skip + limit), teams, now);
  return {
    sites: sites.map(({ site, visibility }) => redactedSite(site, visibility)),
    hasMore: groups.length > skip + limit,
  };
}

/** Yields all sites that a person sees through teams, in batches: team by team, oldest first. */
export async function* visibleSites(
  teams: readonly Team[],
  now: Date,
  isOf: (access: SiteAccess) => boolean = () => true,
): AsyncGenerator<VisibleSite[]> {
  for await (const groups of accessesOf(teams)) {
    const wanted = groups.filter((group) => group.some(isOf));
    for (let at = 0; at < wanted.length; at += SITE_BATCH) {
      yield await readVisible(wanted.slice(at, at + SITE_BATCH), teams, now);
    }
  }
}

/** Yields the accesses of teams in batches, grouped by site. A site is yielded once. */
async function* accessesOf(teams: readonly Team[]): AsyncGenerator<SiteAccess[][]> {
  const withSites = teams.filter(({ sites = 0, sharedSites = 0 }) => sites + sharedSites > 0);
  const known = new Set<string>();
  for (let start = 0; start < withSites.length; start += TEAM_BATCH) {
    const batch = withSites.slice(start, start + TEAM_BATCH);
    const rows = (await Promise.all(batch.map(({ id }) => listAccessOf(id)))).flat();
    const groups = Map.groupBy(rows, ({ siteId }) => siteId);
    yield [...groups].flatMap(([siteId, group]) => (known.has(siteId) ? [] : [group]));
    for (const siteId of groups.keys()) known.add(siteId);
  }
}

/** Reads sites with what the teams may see of each. Omits deleted sites and sites of deleted organizations. */
async function readVisible(
  groups: readonly (readonly SiteAccess[])[],
  teams: readonly Team[],
  now: Date,
): Promise<VisibleSite[]> {
  const ids = new Set(teams.map(({ id }) => id));
  const read = await Promise.all(
    groups.map(async (group) => {
      const [first] = group as [SiteAccess, ...SiteAccess[]];
      // An owner sees everything, so other accesses don't matter.
      const isOwner = group.some((access) => access.isOwner);
      const [site, accesses] = await Promise.all([
        getSite(first.siteId),
        isOwner
          ? group
          : // With several batches, teams of other batches may have access too.
            teams.length > TEAM_BATCH
            ? listAccessesTo(first.siteId)
            : Promise.all(group.map(({ siteId, teamId }) => getAccess(siteId, teamId))),
      ]);
      return { site, accesses: accesses.filter((access) => access !== undefined && ids.has(access.teamId)) };
    }),
  );
  const found = read.flatMap(({ site, accesses }) =>
    site && accesses.length > 0 ? [{ site, accesses: accesses as SiteAccess[] }] : [],
  );
  // The organizations of the teams exist.
  const existing = new Set(teams.map(({ organizationId }) => organizationId));
  const homes = await Promise.all(
    found.map(({ site: { organizationId } }) => existing.has(organizationId) || getOrganization(organizationId)),
  );
  return found
    .filter((_, index) => homes[index] !== undefined)
    .map(({ site, accesses }) => ({ site, visibility: visibilityOf(accesses, now) }));
}
