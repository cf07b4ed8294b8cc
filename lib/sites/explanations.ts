import { type Explanation, explain } from '../domain/explanation.ts';
import type { Member } from '../domain/member.ts';
import { accessPathsOf, type Reach } from '../domain/reach.ts';
import { type Team, type TeamMembership, teamsWith } from '../domain/team.ts';
import { listMembers } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { keys, prefixes } from '../table/keys.ts';
import { query } from '../table/read.ts';
import { readAncestors } from '../teams/ancestors.ts';
import { listTeamsOf } from '../teams/team-members.ts';
import { getTeam, listTeams } from '../teams/teams.ts';
import { readSharedSite, type SharedSite } from './sites.ts';

/** Table access of the functions in this file. */
export const EXPLAIN: TableAccess = {
  BatchGetItem: ['ORG'],
  Query: ['ORG', 'SITE', 'TEAM', 'USER'],
};

/** A site, the teams with access to it, and the teams of one organization that have access or are above one that has. */
export type SiteAndTeams = Omit<Reach, 'actors' | 'namedTeam' | 'own'>;

/** Reads a site for an organization; undefined: none of the organization's teams has access. */
export async function readSiteAndTeams(siteId: string, organizationId: string): Promise<SiteAndTeams | undefined> {
  const shared = await readAccesses(siteId, organizationId);
  if (!shared) return;
  const own = shared.accesses.filter((access) => access.organizationId === organizationId);
  const teams = await Promise.all(own.map(({ teamId }) => getTeam(organizationId, teamId)));
  return { ...shared, teams: await readAncestors(teams.filter((team) => team !== undefined)) };
}

async function readAccesses(siteId: string, organizationId: string): Promise<SharedSite | undefined> {
  const shared = await readSharedSite(siteId);
  if (!shared?.accesses.some((access) => access.organizationId === organizationId)) return;
  // A site of a deleted organization counts as deleted.
  const { site } = shared;
  return site.organizationId === organizationId || (await getOrganization(site.organizationId)) ? shared : undefined;
}

function byId(teams: readonly Team[]): ReadonlyMap<string, Team> {
  return new Map(teams.map((team) => [team.id, team]));
}

/** Explains what a member may do with a site, and why; undefined: no access. */
export async function explainFor(shared: SiteAndTeams, member: Member, now: Date): Promise<Explanation | undefined> {
  return explanation(shared, member, await listTeamsOf(member.userId), now);
}

function explanation(
  shared: SiteAndTeams,
  member: Member,
  own: readonly TeamMembership[],
  now: Date,
): Explanation | undefined {
  const accessPaths = accessPathsOf({ ...shared, actors: [member], own });
  return accessPaths.length === 0 ? undefined : explain(member, shared.site, accessPaths, now);
}

/**
 * Explains the access to a site of a page of an organization's members, in the order of joining.
 *
 * @returns the page of members, and the explanations of those with access
 */
export async function explainSite(
  shared: SiteAndTeams,
  organizationId: string,
  range: { readonly after: string | undefined; readonly limit: number },
  now: Date,
): Promise<{ readonly members: readonly Member[]; readonly explanations: ReadonlyMap<string, Explanation> }> {
  const members = await listMembers(organizationId, range);
  const explained = await Promise.all(members.map((member) => explainFor(shared, member, now)));
  const found = explained.flatMap((each) => (each ? [[each.member.memberId, each] as const] : []));
  return { members, explanations: new Map(found) };
}

/**
 * Explains a member's access to a page of sites, ordered by creation.
 *
 * @param range `after`: the id of the last site before the page
 */
export async function explainMember(
  member: Member,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
  now: Date,
): Promise<readonly { readonly siteId: string; readonly explanation: Explanation | undefined }[]> {
  const { organizationId } = member;
  const [own, teams] = await Promise.all([listTeamsOf(member.userId), listTeams(organizationId)]);
  const rows = await Promise.all(
    teamsWith('site:read', teams, { actor: member, own })
      .filter(({ sites = 0, sharedSites = 0 }) => sites + sharedSites > 0)
      .map(({ id }) => query({ pk: keys.teamHome(id).pk, prefix: prefixes.site, limit, after })),
  );
  const ids = [...new Set(rows.flat().map(({ siteId }) => siteId as string))].sort().slice(0, limit);
  const known = byId(teams);
  return Promise.all(
    ids.map(async (siteId) => {
      const read = await readAccesses(siteId, organizationId);
      return { siteId, explanation: read && explanation({ ...read, teams: known }, member, own, now) };
    }),
  );
}
