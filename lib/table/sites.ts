import type { Occasion } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import type { Site, SiteAccess } from '../domain/site.ts';
import { isIn, mayManage, type Team, type TeamMembership, within } from '../domain/team.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { keys, prefixes } from './keys.ts';
import { get, query } from './read.ts';
import { actorManages, getTeamMembership, listTeamsOf } from './team-members.ts';
import { getTeam, listTeams } from './teams.ts';
import { transact, type Write } from './write.ts';

export async function getSite(siteId: string): Promise<Site | undefined> {
  return (await get(keys.site(siteId))) as unknown as Site | undefined;
}

/** What `findSite` and `readOwner` do to the table. */
export const FIND_SITE: TableAccess = { BatchGetItem: ['SITE', 'SITENO', 'ORG', 'TEAM'] };

/** A site by its id or its integer. */
export async function findSite(by: { id: string } | { number: number } | undefined): Promise<Site | undefined> {
  if (!by) return;
  if ('id' in by) return getSite(by.id);
  const found = (await get(keys.siteNumber(by.number))) as unknown as { siteId: string } | undefined;
  return found && getSite(found.siteId);
}

/** The team that owns something, and what somebody is in it. */
export async function readOwner(
  { organizationId, teamId }: Pick<Site, 'organizationId' | 'teamId'>,
  userId: string,
): Promise<{ team: Team | undefined; own: TeamMembership | undefined }> {
  const [team, own] = await Promise.all([getTeam(organizationId, teamId), getTeamMembership(teamId, userId)]);
  return { team, own };
}

/** What `insight` and `managing` do to the table. */
export const SEE_OWNED: TableAccess = { Query: ['ORG', 'USER'] };

/**
 * Finds out whether somebody sees what a team owns: who is in it, or in a team above it, and ADMINs.
 *
 * @param own what they are in the team
 * @param missing what is told to whoever doesn't
 * @returns the place in a team that they see it by; undefined for an ADMIN
 */
export async function insight(
  actor: Actor,
  team: Team | undefined,
  own: TeamMembership | undefined,
  missing: Missing,
): Promise<TeamMembership | undefined> {
  if (!team) throw refusalOf(missing);
  if (actor.role === 'ADMIN') return undefined;
  if (isIn(actor, own)) return own;
  const [teams, places] = await Promise.all([listTeams(team.organizationId), listTeamsOf(actor.userId)]);
  const place = places.find((row) => within(teams, { actor, own: [row] }).some(({ id }) => id === team.id));
  if (!place) throw refusalOf(missing);
  return place;
}

/** The refusal of who doesn't see something. */
type Missing = RefusalCode | (() => Refusal);

function refusalOf(missing: Missing): Refusal {
  return typeof missing === 'string' ? new Refusal(missing) : missing();
}

/** A team whose property somebody may manage: its owners, and ADMINs. @throws Refusal `missing`, `forbidden` */
export async function managing(
  actor: Actor,
  team: Team | undefined,
  own: TeamMembership | undefined,
  missing: Missing,
): Promise<Team> {
  await insight(actor, team, own, missing);
  if (!mayManage(actor, own)) throw new Refusal('forbidden');
  return team as Team;
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
    ...{ chargers: 0, createdBy: actor.userId, createdAt: at, updatedAt: at },
  };
  const { id: siteId, number } = site;
  const access: SiteAccess = {
    ...{ siteId, teamId: team.id, organizationId, isOwner: true, allAssets: true, createdAt: at, updatedAt: at },
  };
  const absent = [{ absent: 'pk' }] as const;
  await transact([
    ...actorManages(actor, own, team),
    { type: 'put', key: keys.site(siteId), item: { type: 'Site', v: 1, ...site }, when: absent },
    {
      type: 'put',
      key: keys.siteNumber(number),
      item: { type: 'SiteNumber', v: 1, number, siteId },
      when: absent,
    },
    { type: 'put', key: keys.siteAccess(siteId, team.id), item: { type: 'SiteAccess', v: 1, ...access } },
    { type: 'put', key: keys.siteOfTeam(team.id, siteId), item: { type: 'SiteOfTeam', v: 1, ...access } },
    {
      type: 'update',
      key: keys.team(organizationId, team.id),
      add: { sites: 1 },
      when: [{ exists: 'pk' }, { attribute: 'sites', below: limits.sitesOfTeam }],
      refuse: ({ sites }) => (Number(sites) >= limits.sitesOfTeam ? 'site_limit_reached' : undefined),
    },
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

/** Changes a site. */
export async function updateSite(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  site: Site,
  changes: SiteChanges,
): Promise<Site> {
  const { set, remove } = changesOf(site, changes);
  if (Object.keys(set).length + remove.length === 0) return site;
  const updatedAt = occasion.now.toISOString();
  await transact([
    ...actorManages(actor, own, team),
    {
      type: 'update',
      key: keys.site(site.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ attribute: 'teamId', is: team.id }],
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
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['SITE', 'SITENO', 'TEAM'],
};

/** Deletes a site. @throws Refusal `site_has_chargers` */
export async function deleteSite(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  site: Site,
): Promise<void> {
  if (site.chargers > 0) throw new Refusal('site_has_chargers');
  await transact([
    ...actorManages(actor, own, team),
    ...siteRemoval(site),
    {
      type: 'update',
      key: keys.team(team.organizationId, team.id),
      add: { sites: -1 },
      when: [{ exists: 'pk' }],
    },
    audit(occasion, {
      action: 'site.delete',
      organizationId: site.organizationId,
      resource: { type: 'site', id: site.id },
      before: { teamId: team.id },
    }),
  ]);
}

/** The parts that delete the items of a site on which nothing stands. */
export function siteRemoval({ id, teamId, number }: Site): Write[] {
  return [
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

/** What `listSitesOf` does to the table. */
export const LIST_SITES: TableAccess = { BatchGetItem: ['SITE'], Query: ['TEAM'] };

/** How many teams are asked at once for their sites. */
const BATCH = 25;

/** The sites of some teams, one team after another, each's oldest first; as many calls as the part that is wanted takes. */
export async function listSitesOf(
  teams: readonly Team[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<Site[]> {
  const owning = teams.filter(({ sites = 0 }) => sites > 0);
  const rows: SiteAccess[] = [];
  for (let start = 0; start < owning.length && rows.length < skip + limit; start += BATCH) {
    const some = await Promise.all(owning.slice(start, start + BATCH).map(({ id }) => listAccessOf(id)));
    rows.push(...some.flat());
  }
  const sites = await Promise.all(rows.slice(skip, skip + limit).map(({ siteId }) => getSite(siteId)));
  // One that was deleted since isn't there any more.
  return sites.filter((site) => site !== undefined);
}

/** The sites that a team has access to; there are no more than fit into a read or two. */
export async function listAccessOf(teamId: string, limit?: number): Promise<SiteAccess[]> {
  const { pk } = keys.teamHome(teamId);
  return (await query({ pk, prefix: prefixes.site, ...(limit && { limit }) })) as unknown as SiteAccess[];
}
