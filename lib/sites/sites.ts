import type { Occasion } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { type Insight, insightOf, type Reach, type Site, type SiteAccess, seenSite, type Way } from '../domain/site.ts';
import { isIn, mayManage, type Team, type TeamMembership, within } from '../domain/team.ts';
import { getOrganization } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { BEFORE_SITE, keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact, type Write } from '../table/write.ts';
import { actorManages, getTeamMembership, listTeamsOf } from '../teams/team-members.ts';
import { getTeam, listTeams } from '../teams/teams.ts';
import { accessWrites, actorManagesSite, countSites, siteJob } from './sharing.ts';

export async function getSite(siteId: string): Promise<Site | undefined> {
  return (await get(keys.site(siteId))) as unknown as Site | undefined;
}

/** What `locateSite` does to the table. */
export const LOCATE_SITE: TableAccess = { BatchGetItem: ['SITENO'] };

/** Which site is meant, by its id or its integer. */
export async function locateSite(
  by: { id: string } | { number: number } | undefined,
): Promise<{ readonly siteId: string } | undefined> {
  if (!by) return;
  return 'id' in by ? { siteId: by.id } : ((await get(keys.siteNumber(by.number))) as unknown as { siteId: string });
}

/** The team that owns something, and what somebody is in it. */
export async function readOwner(
  { organizationId, teamId }: Pick<Site, 'organizationId' | 'teamId'>,
  userId: string,
): Promise<{ team: Team | undefined; own: TeamMembership | undefined }> {
  const [team, own] = await Promise.all([getTeam(organizationId, teamId), getTeamMembership(teamId, userId)]);
  return { team, own };
}

/** What `requireInside` and `requireManaged` do to the table. */
export const SEE_OWNED: TableAccess = { Query: ['ORG', 'USER'] };

/** The refusal of who doesn't see something. */
type Missing = RefusalCode | (() => Refusal);

/**
 * A team whose property somebody sees: who is in it, or in a team above it, and ADMINs.
 *
 * @param own what they are in the team
 * @param missing what is told to whoever doesn't
 * @throws Refusal `missing`
 */
export async function requireInside(
  actor: Actor,
  team: Team | undefined,
  own: TeamMembership | undefined,
  missing: Missing,
): Promise<Team> {
  if (!team) throw refusalOf(missing);
  if (actor.role === 'ADMIN' || isIn(actor, own)) return team;
  const [teams, places] = await Promise.all([listTeams(team.organizationId), listTeamsOf(actor.userId)]);
  if (!within(teams, { actor, own: places }).some(({ id }) => id === team.id)) throw refusalOf(missing);
  return team;
}

function refusalOf(missing: Missing): Refusal {
  return typeof missing === 'string' ? new Refusal(missing) : missing();
}

/** A team whose property somebody may manage: its owners, and ADMINs. @throws Refusal `missing`, `forbidden` */
export async function requireManaged(
  actor: Actor,
  team: Team | undefined,
  own: TeamMembership | undefined,
  missing: Missing,
): Promise<Team> {
  const found = await requireInside(actor, team, own, missing);
  if (!mayManage(actor, own)) throw new Refusal('forbidden');
  return found;
}

/** What makes a site. */
export type NewSite = Pick<Site, 'name'> & { readonly [F in 'address' | 'timezone']?: string | undefined };

/** What `createSite` does to the table. */
export const CREATE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['SITE', 'SITENO', 'TEAM', 'AUDIT'],
  UpdateItem: ['ORG'],
};

/**
 * Makes a site, which a team owns.
 *
 * @param own what the actor is in the team
 * @param also what else is written with it
 * @throws Refusal `site_limit_reached`
 */
export async function createSite(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  input: NewSite,
  limits: Limits,
  also: (site: Site) => readonly Write[] = () => [],
): Promise<Site> {
  const at = occasion.now.toISOString();
  const { organizationId } = team;
  const site: Site = {
    ...{ id: newId('site', occasion.now), number: newNumber(), teamId: team.id, organizationId },
    ...(input as Pick<Site, 'name'>),
    ...{ chargers: 0, teams: 1, sharing: 0, transfers: 0, createdBy: actor.userId, createdAt: at, updatedAt: at },
  };
  const { id: siteId, number } = site;
  const access: SiteAccess = {
    ...{ siteId, teamId: team.id, organizationId, isOwner: true, createdAt: at, updatedAt: at },
  };
  const absent = [{ absent: 'pk' }] as const;
  await transact([
    ...actorManages(actor, own, team),
    { type: 'put', key: keys.site(siteId), item: { type: 'Site', ...site }, when: absent },
    {
      type: 'put',
      key: keys.siteNumber(number),
      item: { type: 'SiteNumber', number, siteId },
      when: absent,
    },
    ...accessWrites(access),
    countSites(access, 1, 0, limits),
    audit(occasion, {
      action: 'site.create',
      organizationId,
      resource: { type: 'site', id: siteId },
      after: { teamId: team.id },
    }),
    ...also(site),
  ]);
  return site;
}

/** What `updateSite` does to the table. */
export const UPDATE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
};

/** What may change about a site: undefined stays as it is, and null is taken away. */
export interface SiteChanges {
  readonly name?: string | undefined;
  readonly address?: string | null | undefined;
  readonly timezone?: string | null | undefined;
}

/**
 * Changes a site.
 *
 * @param way by which the actor manages it
 */
export async function updateSite(occasion: Occasion, way: Way, site: Site, changes: SiteChanges): Promise<Site> {
  const { set, remove } = changesOf(site, changes);
  if (Object.keys(set).length + remove.length === 0) return site;
  const updatedAt = occasion.now.toISOString();
  await transact([
    ...actorManagesSite(way),
    {
      type: 'update',
      key: keys.site(site.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ attribute: 'teamId', is: site.teamId }],
    },
    audit(occasion, {
      action: 'site.update',
      organizationId: site.organizationId,
      resource: { type: 'site', id: site.id },
    }),
  ]);
  const changed = { ...site, ...set, updatedAt };
  for (const name of remove) delete changed[name as keyof typeof changed];
  return changed;
}

/** What changes mean for an item: what is set anew, and what is removed. */
export function changesOf<T extends object>(
  item: T,
  changes: { readonly [F in keyof T]?: T[F] | null | undefined },
): { readonly set: Partial<T>; readonly remove: string[] } {
  const all = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && (value ?? undefined) !== item[name as keyof T],
  );
  return {
    set: Object.fromEntries(all.filter(([, value]) => value !== null)) as Partial<T>,
    remove: all.flatMap(([name, value]) => (value === null ? [name] : [])),
  };
}

/** What `deleteSite` does to the table. */
export const DELETE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['ORG'],
  DeleteItem: ['SITE', 'SITENO', 'TEAM'],
};

/**
 * Deletes a site, which no team has access to from then on; rows that say otherwise are cleared later.
 *
 * @param way by which the actor manages it
 * @throws Refusal `site_has_chargers`
 */
export async function deleteSite(occasion: Occasion, way: Way, site: Site): Promise<void> {
  if (site.chargers > 0) throw new Refusal('site_has_chargers');
  const { organizationId, teamId } = site;
  await transact([
    ...actorManagesSite(way),
    ...siteRemoval(site, occasion.now),
    countSites(site, -1, 0),
    audit(occasion, {
      action: 'site.delete',
      organizationId,
      resource: { type: 'site', id: site.id },
      before: { teamId },
    }),
  ]);
}

/** The parts that delete the items of a site on which nothing stands; those of other teams' access are cleared later. */
export function siteRemoval({ id, teamId, number }: Site, now: Date): Write[] {
  return [
    siteJob(id, now),
    {
      type: 'delete',
      key: keys.site(id),
      when: [
        { attribute: 'teamId', is: teamId },
        { attribute: 'chargers', is: 0 },
      ],
    },
    { type: 'delete', key: keys.siteNumber(number) },
    { type: 'delete', key: keys.siteAccess(id, teamId) },
    { type: 'delete', key: keys.siteOfTeam(teamId, id) },
  ];
}

/** What `listSitesOf` and `sitesSeen` do to the table. */
export const LIST_SITES: TableAccess = { BatchGetItem: ['ORG', 'SITE'], Query: ['SITE', 'TEAM'] };

/** How many teams, and how many sites, are asked at once. */
const TEAMS = 25;
const SITES = 50;

/** A site, and what somebody may see of it. */
export interface SeenSite {
  readonly site: Site;
  readonly insight: Insight;
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
  const sites = await readSeen(groups.slice(skip, skip + limit), teams, now);
  return { sites: sites.map(({ site, insight }) => seenSite(site, insight)), hasMore: groups.length > skip + limit };
}

/** All sites that somebody sees by some teams, bit by bit: one team after another, each's oldest first. */
export async function* sitesSeen(
  teams: readonly Team[],
  now: Date,
  isOf: (access: SiteAccess) => boolean = () => true,
): AsyncGenerator<SeenSite[]> {
  for await (const groups of accessesOf(teams)) {
    const wanted = groups.filter((group) => group.some(isOf));
    for (let at = 0; at < wanted.length; at += SITES) yield await readSeen(wanted.slice(at, at + SITES), teams, now);
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
async function readSeen(
  groups: readonly (readonly SiteAccess[])[],
  teams: readonly Team[],
  now: Date,
): Promise<SeenSite[]> {
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
    .map(({ site, accesses }) => ({ site, insight: insightOf(accesses, now) }));
}

/** A team's access to a site. */
export async function getAccess(siteId: string, teamId: string): Promise<SiteAccess | undefined> {
  return (await get(keys.siteAccess(siteId, teamId))) as unknown as SiteAccess | undefined;
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
  return { site: site as unknown as Site, accesses: accesses as unknown as SiteAccess[] };
}

/** The teams that have access to a site, in the order in which the teams were made; there are few. */
export async function listAccessesTo(siteId: string): Promise<SiteAccess[]> {
  const { pk } = keys.site(siteId);
  return (await query({ pk, prefix: prefixes.team })) as unknown as SiteAccess[];
}

/** The sites that a team has access to, without what it may see of them; there are no more than fit into a read or two. */
export async function listAccessOf(teamId: string, limit?: number): Promise<SiteAccess[]> {
  const { pk } = keys.teamHome(teamId);
  return (await query({ pk, prefix: prefixes.site, ...(limit && { limit }) })) as unknown as SiteAccess[];
}
