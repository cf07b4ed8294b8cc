import { type AuditContext, type AuditEntry, forOtherOrganization } from '../domain/audit.ts';
import type { SiteJob } from '../domain/job.ts';
import type { Limits } from '../domain/limits.ts';
import type { AccessPath } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import {
  accessBy,
  type GivenAccess,
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

/** Returns conditions that the actor may still manage the team that gives them access to a site. */
export function actorManagesSite({ actor, teamMembership, team }: AccessPath): Write[] {
  return actorManages(actor, teamMembership, team);
}

/**
 * Returns the write that serializes changes of a site's accesses (optimistic concurrency): it increments `sharing`, and
 * requires the value that was read. All accesses that were read after the site are then unchanged.
 *
 * @param teams what to add to the number of teams with access
 */
export function sharingChange({ id, sharing }: Site, teams = 0): Update {
  return {
    type: 'update',
    key: keys.site(id),
    add: { sharing: 1, ...(teams !== 0 && { teams }) },
    when: [{ attribute: 'sharing', is: sharing }],
  };
}

/** Returns writes that give a team access to a site. Only the row under the site holds chargers and grants. */
export function accessWrites(access: SiteAccess): Write[] {
  const { assets: _assets, grants = [], ...both } = access;
  const { siteId, teamId } = access;
  const when = [{ absent: 'pk' }] as const;
  const item = { type: 'SiteAccess', ...access, ...expiryOf(siteId, grants) };
  return [
    { type: 'put', key: keys.siteAccess(siteId, teamId), item, when },
    { type: 'put', key: keys.siteOfTeam(teamId, siteId), item: { type: 'SiteOfTeam', ...both }, when },
  ];
}

/** Returns the due attributes for the first expiry of grants; none without an expiry. */
function expiryOf(siteId: string, grants: readonly Grant[]) {
  const [first] = grants.flatMap(({ expiresAt }) => expiresAt ?? []).sort();
  return first === undefined ? {} : dueAttributes(siteId, first);
}

/** Returns the write that changes a team's access. Its transaction needs `sharingChange` too. */
export function accessUpdate(
  { siteId, teamId }: SiteAccess,
  set: Readonly<Partial<SiteAccess>>,
  remove: readonly string[] = [],
): Update {
  return { type: 'update', key: keys.siteAccess(siteId, teamId), set, remove, when: [{ exists: 'pk' }] };
}

/** Returns the write that replaces a team's grants of sensitive data. */
export function grantsUpdate(access: SiteAccess, grants: readonly Grant[], updatedAt: string): Update {
  const set = { ...(grants.length > 0 && { grants }), ...expiryOf(access.siteId, grants) };
  const gone = ['grants', 'due', 'dueAt'].filter((name) => !(name in set));
  return accessUpdate(access, { ...set, updatedAt }, gone);
}

/** Returns writes that remove a team's access to a site, with its grants and its request. */
export function accessRemoval({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>): Write[] {
  return [
    // The condition makes concurrent sweeps count the removal once.
    { type: 'delete', key: keys.siteAccess(siteId, teamId), when: [{ exists: 'pk' }] },
    { type: 'delete', key: keys.siteOfTeam(teamId, siteId) },
    requestRemoval({ siteId, teamId }),
  ];
}

/** How long a reduction is remembered, in seconds: longer than an invite can be accepted. */
const REDUCTION_SECONDS = (INVITE_DAYS + 1) * 24 * 60 * 60;

/** Returns the write that records a reduction of a team's access to a site. Earlier invites can't restore it. */
export function reductionWrite({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>, now: Date): Write {
  const ttl = Math.floor(now.getTime() / 1000) + REDUCTION_SECONDS;
  const item = { type: 'SiteReduction', siteId, teamId, at: now.toISOString(), ttl };
  return { type: 'put', key: keys.siteReduction(siteId, teamId), item };
}

/** Returns when a team's access to a site was last reduced, within `REDUCTION_SECONDS`. */
export async function getReduction(siteId: string, teamId: string): Promise<string | undefined> {
  return (await get(keys.siteReduction(siteId, teamId)))?.at as string | undefined;
}

/** Returns the write that deletes a team's request for sensitive data, if there is one. */
export function requestRemoval({ siteId, teamId }: Pick<SiteAccess, 'siteId' | 'teamId'>): Write {
  return { type: 'delete', key: keys.siteRequest(siteId, teamId) };
}

/**
 * Returns the write that updates a team's site counters. Requires that the team exists.
 *
 * @param more what to add to the sites that it owns, and to those that are shared with it
 * @param limits the limits for increments; undefined: none
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
 * Returns writes of an audit entry about a site in several organizations.
 *
 * @param organizationIds the actor's organization is first
 */
export function auditIn(
  auditContext: AuditContext,
  organizationIds: readonly string[],
  site: Pick<Site, 'id'>,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Write[] {
  const resource = { type: 'site', id: site.id } as const;
  return [...new Set(organizationIds)].map((organizationId, index) =>
    audit(index === 0 ? auditContext : forOtherOrganization(auditContext, organizationIds[0] as string), {
      ...entry,
      organizationId,
      resource,
    }),
  );
}

/** Returns a team's access as an audit entry shows it: with the number of chargers, not their ids. */
export function accessEntry({ teamId, assets, grants = [] }: Pick<SiteAccess, 'teamId' | 'assets' | 'grants'>) {
  const granted = grants.map((grant) => ({ ...grant, ...(grant.assets && { assets: grant.assets.length }) }));
  return { teamId, ...(assets && { assets: assets.length }), ...(granted.length > 0 && { grants: granted }) };
}

/** Table access of `sharingWrites`. */
export const SHARING: TableAccess = { PutItem: ['SITE', 'TEAM', 'AUDIT'], UpdateItem: ['SITE', 'ORG'] };

/** The input of `sharingWrites`. */
export interface Sharing {
  /** Read before `present`. */
  readonly site: Site;
  readonly team: Pick<Team, 'id' | 'organizationId'>;
  /** The team's current access. */
  readonly present: SiteAccess | undefined;
  /** The access to add. */
  readonly given: GivenAccess;
  readonly limits: Limits;
}

/**
 * Returns writes that give a team access to another team's site, or extend its access, with audit entries. The actor is
 * in the receiving team's organization.
 *
 * @throws Refusal `site_team_limit_reached`, `site_limit_reached`, `asset_limit_reached`
 */
export function sharingWrites(
  auditContext: AuditContext,
  { site, team: { id: teamId, organizationId }, present, given, limits }: Sharing,
): Write[] {
  const at = auditContext.now.toISOString();
  const organizations = [organizationId, site.organizationId];
  if (!present) {
    if (site.teams >= limits.teamsOfSite) throw new Refusal('site_team_limit_reached');
    const both = { siteId: site.id, teamId, organizationId, isOwner: false, createdAt: at, updatedAt: at };
    const access: SiteAccess = { ...both, ...accessBy(given) };
    return [
      sharingChange(site, 1),
      ...accessWrites(access),
      countSites(access, { sharedSites: 1 }, limits),
      ...auditIn(auditContext, organizations, site, { action: 'site-access.create', after: accessEntry(access) }),
    ];
  }
  const access = withMoreAccess(present, given);
  if (namedChargers(access) > limits.assetsOfAccess) throw new Refusal('asset_limit_reached');
  const { assets, grants = [] } = access;
  return [
    sharingChange(site),
    accessUpdate(present, { ...(assets && { assets }) }, assets ? [] : ['assets']),
    grantsUpdate(present, grants, at),
    ...auditIn(auditContext, organizations, site, {
      action: 'site-access.update',
      before: accessEntry(present),
      after: accessEntry(access),
    }),
  ];
}

/** Returns the write of a job for the sweep: the cascade of a site that is deleted or moves to another organization. */
export function siteJob(siteId: string, now: Date): Write {
  const job: SiteJob = { siteId };
  const item = { type: 'Job', ...job, ...dueAttributes(siteId, now.toISOString()) };
  return { type: 'put', key: keys.job(siteId), item };
}

/** Table access of `transferWrites` if the new owner has access already; if not, `SHARING` too. */
export const TRANSFERRING: TableAccess = {
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['SITE', 'TEAM', 'ORG'],
  DeleteItem: ['SITE'],
};

/** The input of `transferWrites`. */
export interface Transfer {
  /** Read before both teams' accesses. */
  readonly site: Site;
  /** The current owner's access. */
  readonly owner: SiteAccess;
  /** The new owner. */
  readonly team: Pick<Team, 'id' | 'organizationId'>;
  /** The new owner's current access, if any. */
  readonly present: SiteAccess | undefined;
  /** The id of the organization in which the actor acts. */
  readonly actorsOrganization: string;
  readonly limits: Limits;
}

/**
 * Returns writes that transfer a site to another team, with audit entries. The former owner keeps access to all
 * chargers, without sensitive data.
 *
 * @throws Refusal `site_team_limit_reached`, `site_limit_reached` for either team
 */
export function transferWrites(
  auditContext: AuditContext,
  { site, owner, team: { id: teamId, organizationId }, present, actorsOrganization, limits }: Transfer,
): Write[] {
  const updatedAt = auditContext.now.toISOString();
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
    ...(site.organizationId === organizationId ? [] : [siteJob(site.id, auditContext.now)]),
    countSites(owner, { sites: -1, sharedSites: 1 }, limits),
    countSites(to, { sites: 1, sharedSites: present ? -1 : 0 }, limits),
    ...auditIn(auditContext, [actorsOrganization, site.organizationId, organizationId], site, {
      action: 'site.transfer',
      before: { teamId: site.teamId },
      after: { teamId },
    }),
  ];
}

/** Returns writes that change whether a team with access is the owner, and remove its charger limit and its grants. */
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
