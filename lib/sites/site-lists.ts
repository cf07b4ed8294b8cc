import type { Site } from '../domain/site.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { Team } from '../domain/team.ts';
import { redactedSite, type Visibility, visibilityOf } from '../domain/visibility.ts';
import { getOrganization } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { getAccess, getSite, listAccessesTo, listAccessOf } from './sites.ts';

/** What `listSitesOf` and `visibleSites` do to the table. */
export const LIST_SITES: TableAccess = { BatchGetItem: ['ORG', 'SITE'], Query: ['SITE', 'TEAM'] };

/** How many teams, and how many sites, are read at once. */
const TEAMS = 25;
const SITES = 50;

/** A site, and what somebody may see of it. */
export interface VisibleSite {
  readonly site: Site;
  readonly visibility: Visibility;
}

/**
 * The sites that somebody sees by some teams, as they see them; as many calls as the part that is wanted takes. There may
 * be fewer of them, though there are more behind: sites that were deleted are still in the lists of teams for some time.
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

/** All sites that somebody sees by some teams, bit by bit: one team after another, each's oldest first. */
export async function* visibleSites(
  teams: readonly Team[],
  now: Date,
  isOf: (access: SiteAccess) => boolean = () => true,
): AsyncGenerator<VisibleSite[]> {
  for await (const groups of accessesOf(teams)) {
    const wanted = groups.filter((group) => group.some(isOf));
    for (let at = 0; at < wanted.length; at += SITES) yield await readVisible(wanted.slice(at, at + SITES), teams, now);
  }
}

/** The access of some teams, bit by bit, by site: what several of the same bit have access to comes once. */
async function* accessesOf(teams: readonly Team[]): AsyncGenerator<SiteAccess[][]> {
  const having = teams.filter(({ sites = 0, sharedSites = 0 }) => sites + sharedSites > 0);
  const known = new Set<string>();
  for (let start = 0; start < having.length; start += TEAMS) {
    const rows = (await Promise.all(having.slice(start, start + TEAMS).map(({ id }) => listAccessOf(id)))).flat();
    const groups = Map.groupBy(rows, ({ siteId }) => siteId);
    yield [...groups].flatMap(([siteId, group]) => (known.has(siteId) ? [] : [group]));
    for (const siteId of groups.keys()) known.add(siteId);
  }
}

/** Reads sites with what some teams may see of each; those that were deleted are left out, or whose organization was. */
async function readVisible(
  groups: readonly (readonly SiteAccess[])[],
  teams: readonly Team[],
  now: Date,
): Promise<VisibleSite[]> {
  const ids = new Set(teams.map(({ id }) => id));
  const read = await Promise.all(
    groups.map(async (group) => {
      const [first] = group as [SiteAccess, ...SiteAccess[]];
      // What an owner sees is everything.
      const isOwner = group.some((access) => access.isOwner);
      const [site, accesses] = await Promise.all([
        getSite(first.siteId),
        isOwner
          ? group
          : // Where the teams came bit by bit, others of them may have access too.
            teams.length > TEAMS
            ? listAccessesTo(first.siteId)
            : Promise.all(group.map(({ siteId, teamId }) => getAccess(siteId, teamId))),
      ]);
      return { site, accesses: accesses.filter((access) => access !== undefined && ids.has(access.teamId)) };
    }),
  );
  const found = read.flatMap(({ site, accesses }) =>
    site && accesses.length > 0 ? [{ site, accesses: accesses as SiteAccess[] }] : [],
  );
  // Organizations of the teams are there.
  const live = new Set(teams.map(({ organizationId }) => organizationId));
  const homes = await Promise.all(
    found.map(({ site: { organizationId } }) => live.has(organizationId) || getOrganization(organizationId)),
  );
  return found
    .filter((_, index) => homes[index] !== undefined)
    .map(({ site, accesses }) => ({ site, visibility: visibilityOf(accesses, now) }));
}
