import type { AuditContext } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import type { ManagedSite } from '../domain/reach.ts';
import { grantOf, limitedGrants, type SensitiveGrant, type SiteAccess } from '../domain/site-access.ts';
import type { Team } from '../domain/team.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { type TableAccess, union } from '../table/access.ts';
import { transact } from '../table/write.ts';
import { getTeam } from '../teams/teams.ts';
import {
  accessEntry,
  accessRemoval,
  accessUpdate,
  actorManagesSite,
  auditIn,
  countSites,
  grantsUpdate,
  reductionWrite,
  requestRemoval,
  sharingChange,
  TRANSFERRING,
  transferWrites,
} from './sharing.ts';

/** Reads a team; undefined if the team or its organization is deleted. */
async function getLiveTeam({ organizationId, teamId }: { organizationId: string; teamId: string }) {
  const [team, organization] = await Promise.all([getTeam(organizationId, teamId), getOrganization(organizationId)]);
  return organization && team;
}

/** A team with its access to a site. */
export interface TeamOfSite {
  readonly team: Team;
  readonly access: SiteAccess;
}

/** Reads the teams of accesses. Omits deleted teams and teams of deleted organizations. */
export async function teamsOf(accesses: readonly SiteAccess[]): Promise<TeamOfSite[]> {
  const teams = await Promise.all(accesses.map(getLiveTeam));
  return accesses.flatMap((access, index) => {
    const team = teams[index];
    return team ? [{ team, access }] : [];
  });
}

/** Another team's access to a site that the actor manages. */
export interface ManagedAccess extends ManagedSite {
  readonly access: SiteAccess;
}

/** Table access of `removeAccess`. */
export const REMOVE_ACCESS: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT', 'SITE'],
  UpdateItem: ['SITE', 'ORG'],
  DeleteItem: ['SITE', 'TEAM'],
};

/** Removes another team's access to a site, with its grants. */
export async function removeAccess(
  auditContext: AuditContext,
  { accessPath, site, access }: ManagedAccess,
): Promise<void> {
  await transact([
    ...actorManagesSite(accessPath),
    sharingChange(site, -1),
    ...accessRemoval(access),
    reductionWrite(access, auditContext.now),
    countSites(access, { sharedSites: -1 }),
    ...auditIn(auditContext, [site.organizationId, access.organizationId], site, {
      action: 'site-access.remove',
      before: accessEntry(access),
    }),
  ]);
}

/** Table access of `changeGrant`. */
export const CHANGE_GRANT: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['SITE'],
};

/**
 * Grants a team the sensitive data of a site and of the chargers that it currently has access to. Replaces earlier
 * grants, and closes the team's request.
 *
 * @param grant undefined: revoke all grants
 */
export async function changeGrant(
  auditContext: AuditContext,
  { accessPath, site, access }: ManagedAccess,
  grant: SensitiveGrant | undefined,
): Promise<void> {
  const { teamId, organizationId, grants = [] } = access;
  const next = grant ? [grantOf(access, grant)] : [];
  const hadSome = grants.length > 0;
  await transact([
    ...actorManagesSite(accessPath),
    sharingChange(site),
    grantsUpdate(access, next, auditContext.now.toISOString()),
    requestRemoval(access),
    ...(hadSome && !grant ? [reductionWrite(access, auditContext.now)] : []),
    ...auditIn(auditContext, [site.organizationId, organizationId], site, {
      action: grant ? 'site-sensitive.grant' : hadSome ? 'site-sensitive.revoke' : 'site-sensitive.decline',
      before: accessEntry({ teamId, grants }),
      ...(grant && { after: accessEntry({ teamId, grants: next }) }),
    }),
  ]);
}

/** Table access of `limitAccess`. */
export const LIMIT_ACCESS: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT', 'SITE'],
  UpdateItem: ['SITE'],
};

/**
 * Sets the chargers of a site that another team has access to. Its grants of sensitive data are reduced to these
 * chargers, never extended.
 *
 * @param assets the ids of chargers that existed after the site was read; undefined: all
 */
export async function limitAccess(
  auditContext: AuditContext,
  { accessPath, site, access }: ManagedAccess,
  assets: readonly string[] | undefined,
): Promise<void> {
  const { teamId, organizationId } = access;
  const grants = limitedGrants(access.grants, assets);
  const updatedAt = auditContext.now.toISOString();
  await transact([
    ...actorManagesSite(accessPath),
    sharingChange(site),
    accessUpdate(access, { ...(assets && { assets }) }, assets ? [] : ['assets']),
    grantsUpdate(access, grants, updatedAt),
    ...(assets ? [reductionWrite(access, auditContext.now)] : []),
    ...auditIn(auditContext, [site.organizationId, organizationId], site, {
      action: 'site-access.update',
      before: accessEntry(access),
      after: accessEntry({ teamId, ...(assets && { assets }), grants }),
    }),
  ]);
}

/** Table access of `transferSite`. */
export const TRANSFER_SITE: TableAccess = union(TRANSFERRING, { ConditionCheckItem: ['USER', 'TEAM'] });

/**
 * Transfers a site to a team that has access to it.
 *
 * @throws Refusal `site_limit_reached` for either team
 */
export async function transferSite(
  auditContext: AuditContext,
  { accessPath, site, team, access, limits }: ManagedAccess & TeamOfSite & { readonly limits: Limits },
): Promise<void> {
  const [owner, actorsOrganization] = [accessPath.access, site.organizationId];
  await transact([
    ...actorManagesSite(accessPath),
    ...transferWrites(auditContext, { site, owner, team, present: access, actorsOrganization, limits }),
  ]);
}
