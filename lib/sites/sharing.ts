import { type AuditEntry, forOtherOrganization, type Occasion } from '../domain/audit.ts';
import type { SiteJob } from '../domain/job.ts';
import type { Limits } from '../domain/limits.ts';
import type { Way } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import {
  accessBy,
  type Given,
  type Grant,
  namedChargers,
  type SiteAccess,
  withMoreAccess,
} from '../domain/site-access.ts';
import { INVITE_DAYS } from '../domain/site-invite.ts';
import type { Team } from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { dueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import type { Update, Write } from '../table/write.ts';
import { actorManages } from '../teams/team-members.ts';

/** The conditions that the actor may still manage the team by which they reach a site. */
export function actorManagesSite({ actor, place, team }: Way): Write[] {
  return actorManages(actor, place, team);
}

/**
 * The part that says that something of who has access to a site changes, unless that was overtaken: by it every such
 * change is one after another, and what was read of all teams' access is still so.
 *
 * @param teams how many teams more have access
 */
export function sharingChange({ id, sharing }: Site, teams = 0): Update {
  return {
    type: 'update',
    key: keys.site(id),
    add: { sharing: 1, ...(teams !== 0 && { teams }) },
    when: [{ attribute: 'sharing', is: sharing }],
  };
}

/** The parts that give a team access to a site: what it has is on the site's row, that it has it on both. */
export function accessWrites(access: SiteAccess): Write[] {
  const { assets: _assets, grants = [], ...both } = access;
  const { siteId, teamId } = access;
  const when = [{ absent: 'pk' }] as const;
  const item = { type: 'SiteAccess', ...access, ...endOf(siteId, grants) };
  return [
    { type: 'put', key: keys.siteAccess(siteId, teamId), item, when },
    { type: 'put', key: keys.siteOfTeam(teamId, siteId), item: { type: 'SiteOfTeam', ...both }, when },
  ];
}

/** The attributes by which the sweep finds the first end of some grants, if any has one. */
function endOf(siteId: string, grants: readonly Grant[]) {
  const [first] = grants.flatMap(({ expiresAt }) => expiresAt ?? []).sort();
  return first === undefined ? {} : dueAttributes(siteId, first);
}

/** The part that changes what a team has access to; `sharingChange` goes with it. */
export function accessUpdate(
  { siteId, teamId }: SiteAccess,
  set: Readonly<Partial<SiteAccess>>,
  remove: readonly string[] = [],
): Update {
  return { type: 'update', key: keys.siteAccess(siteId, teamId), set, remove, when: [{ exists: 'pk' }] };
}

/** The part that gives a team grants of sensitive data in place of those that it had; none: it ends them. */
export function grantsUpdate(access: SiteAccess, grants: readonly Grant[], updatedAt: string): Update {
  const set = { ...(grants.length > 0 && { grants }), ...endOf(access.siteId, grants) };
  const gone = ['grants', 'due', 'dueAt'].filter((name) => !(name in set));
  return accessUpdate(access, { ...set, updatedAt }, gone);
}

/** The parts that take a team's access to a site away, and whatever it was granted or asked for with it. */
export function accessRemoval({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>): Write[] {
  return [
    // Counted once: two runs of the sweep may come by at the same time.
    { type: 'delete', key: keys.siteAccess(siteId, teamId), when: [{ exists: 'pk' }] },
    { type: 'delete', key: keys.siteOfTeam(teamId, siteId) },
    requestRemoval({ siteId, teamId }),
  ];
}

/** How long it is kept that a team's access became less, in seconds: longer than an invite is open. */
const REDUCTION_SECONDS = (INVITE_DAYS + 1) * 24 * 60 * 60;

/** The part that says that a team's access to a site became less: invites made before don't give it back. */
export function reductionWrite({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>, now: Date): Write {
  const ttl = Math.floor(now.getTime() / 1000) + REDUCTION_SECONDS;
  const item = { type: 'SiteReduction', siteId, teamId, at: now.toISOString(), ttl };
  return { type: 'put', key: keys.siteReduction(siteId, teamId), item };
}

/** When a team's access to a site last became less, as far as is kept. */
export async function getReduction(siteId: string, teamId: string): Promise<string | undefined> {
  return (await get(keys.siteReduction(siteId, teamId)))?.at as string | undefined;
}

/** The part that ends a team's request for sensitive data, if there is one. */
export function requestRemoval({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>): Write {
  return { type: 'delete', key: keys.siteRequest(siteId, teamId) };
}

/**
 * The part that counts the sites of a team, which is there still.
 *
 * @param more how many more it owns (`sites`), and how many more others share with it
 * @param limits what may not be exceeded by more
 */
export function countSites(
  { organizationId, teamId }: Pick<SiteAccess, 'organizationId' | 'teamId'>,
  more: { readonly sites?: number; readonly sharedSites?: number },
  limits?: Limits,
): Update {
  const counts = Object.entries(more).filter(([, by]) => by !== 0);
  const limited = limits ? counts.filter(([, by]) => by > 0).map(([attribute]) => attribute) : [];
  const limit = limits?.sitesOfTeam ?? 0;
  return {
    type: 'update',
    key: keys.team(organizationId, teamId),
    add: Object.fromEntries(counts),
    when: [{ exists: 'pk' }, ...limited.map((attribute) => ({ attribute, below: limit }))],
    refuse: (team) => (limited.some((name) => Number(team[name]) >= limit) ? 'site_limit_reached' : undefined),
  };
}

/**
 * The parts that leave an entry about a site in each of some organizations.
 *
 * @param organizationIds the first is the actor's
 */
export function auditIn(
  occasion: Occasion,
  organizationIds: readonly string[],
  site: Pick<Site, 'id'>,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Write[] {
  const resource = { type: 'site', id: site.id } as const;
  return [...new Set(organizationIds)].map((organizationId, index) =>
    audit(index === 0 ? occasion : forOtherOrganization(occasion, organizationIds[0] as string), {
      ...entry,
      organizationId,
      resource,
    }),
  );
}

/** What entries say of a team's access: how many chargers, not which. */
export function accessEntry({ teamId, assets, grants = [] }: Pick<SiteAccess, 'teamId' | 'assets' | 'grants'>) {
  const granted = grants.map((grant) => ({ ...grant, ...(grant.assets && { assets: grant.assets.length }) }));
  return { teamId, ...(assets && { assets: assets.length }), ...(granted.length > 0 && { grants: granted }) };
}

/** Table access of `sharingWrites`. */
export const SHARING: TableAccess = { PutItem: ['SITE', 'TEAM', 'AUDIT'], UpdateItem: ['SITE', 'ORG'] };

/** What of a site is shared with a team. */
export interface Sharing {
  /** As it was read before the team's present access was. */
  readonly site: Site;
  readonly team: Pick<Team, 'id' | 'organizationId'>;
  /** What the team has. */
  readonly present: SiteAccess | undefined;
  /** To which chargers, and whether with sensitive data. */
  readonly given: Given;
  readonly limits: Limits;
}

/**
 * The parts by which a team gets access to a site that it doesn't own, or more than it has; with the entries of it. The
 * actor is in the team's organization.
 *
 * @throws Refusal `site_team_limit_reached`, `site_limit_reached`, `asset_limit_reached`
 */
export function sharingWrites(
  occasion: Occasion,
  { site, team: { id: teamId, organizationId }, present, given, limits }: Sharing,
): Write[] {
  const at = occasion.now.toISOString();
  const organizations = [organizationId, site.organizationId];
  if (!present) {
    if (site.teams >= limits.teamsOfSite) throw new Refusal('site_team_limit_reached');
    const both = { siteId: site.id, teamId, organizationId, isOwner: false, createdAt: at, updatedAt: at };
    const access: SiteAccess = { ...both, ...accessBy(given) };
    return [
      sharingChange(site, 1),
      ...accessWrites(access),
      countSites(access, { sharedSites: 1 }, limits),
      ...auditIn(occasion, organizations, site, { action: 'site-access.create', after: accessEntry(access) }),
    ];
  }
  const access = withMoreAccess(present, given);
  if (namedChargers(access) > limits.assetsOfAccess) throw new Refusal('asset_limit_reached');
  const { assets, grants = [] } = access;
  return [
    sharingChange(site),
    accessUpdate(present, { ...(assets && { assets }) }, assets ? [] : ['assets']),
    grantsUpdate(present, grants, at),
    ...auditIn(occasion, organizations, site, {
      action: 'site-access.update',
      before: accessEntry(present),
      after: accessEntry(access),
    }),
  ];
}

/** The part that leaves to the sweep what is left to do about a site that was deleted, or went to another organization. */
export function siteJob(siteId: string, now: Date): Write {
  const job: SiteJob = { siteId };
  const item = { type: 'Job', ...job, ...dueAttributes(siteId, now.toISOString()) };
  return { type: 'put', key: keys.job(siteId), item };
}

/** What `transferWrites` does to the table where the other team has access; where it hasn't, `SHARING` too. */
export const TRANSFERRING: TableAccess = {
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['SITE', 'TEAM', 'ORG'],
  DeleteItem: ['SITE'],
};

/** A site that goes to another team. */
export interface Transfer {
  /** As it was read before both teams' access was. */
  readonly site: Site;
  /** The access of the team that owns it. */
  readonly owner: SiteAccess;
  /** The team that is to own it. */
  readonly team: Pick<Team, 'id' | 'organizationId'>;
  /** What access that team has, if any. */
  readonly present: SiteAccess | undefined;
  /** In which the actor acts. */
  readonly actorsOrganization: string;
  readonly limits: Limits;
}

/**
 * The parts that make another team the owner of a site; with the entries of it. The team that owned it keeps plain access
 * to everything.
 *
 * @throws Refusal `site_team_limit_reached`, `site_limit_reached` for either team
 */
export function transferWrites(
  occasion: Occasion,
  { site, owner, team: { id: teamId, organizationId }, present, actorsOrganization, limits }: Transfer,
): Write[] {
  const updatedAt = occasion.now.toISOString();
  const to = { siteId: site.id, teamId, organizationId };
  if (!present && site.teams >= limits.teamsOfSite) throw new Refusal('site_team_limit_reached');
  return [
    sharingChange(site, present ? 0 : 1),
    { type: 'update', key: keys.site(site.id), set: { teamId, organizationId, updatedAt }, add: { transfers: 1 } },
    ...owningUpdates(owner, false, updatedAt),
    ...(present
      ? owningUpdates(present, true, updatedAt)
      : accessWrites({ ...to, isOwner: true, createdAt: updatedAt, updatedAt })),
    requestRemoval(to),
    ...(site.organizationId === organizationId ? [] : [siteJob(site.id, occasion.now)]),
    countSites(owner, { sites: -1, sharedSites: 1 }, limits),
    countSites(to, { sites: 1, sharedSites: present ? -1 : 0 }, limits),
    ...auditIn(occasion, [actorsOrganization, site.organizationId, organizationId], site, {
      action: 'site.transfer',
      before: { teamId: site.teamId },
      after: { teamId },
    }),
  ];
}

/** The parts that make a team that has access the owner, or its former owner: neither is limited, or has a grant. */
function owningUpdates(access: SiteAccess, isOwner: boolean, updatedAt: string): Write[] {
  const { siteId, teamId } = access;
  return [
    accessUpdate(access, { isOwner, updatedAt }, ['assets', 'grants', 'due', 'dueAt']),
    {
      type: 'update',
      key: keys.siteOfTeam(teamId, siteId),
      set: { isOwner, updatedAt },
      when: [{ exists: 'pk' }],
    },
  ];
}
