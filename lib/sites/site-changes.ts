import type { AuditContext } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import type { ManagedSite } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';
import { actorManages } from '../teams/team-members.ts';
import { accessWrites, actorManagesSite, countSites, siteJob } from './sharing.ts';

/** The input for a new site. */
export type NewSite = Pick<Site, 'name'> & { readonly [F in 'address' | 'timezone']?: string | undefined };

/** Table access of `createSite`. */
export const CREATE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['SITE', 'SITENO', 'TEAM', 'AUDIT'],
  UpdateItem: ['ORG'],
};

/** The creator of a site, and the team that owns it. */
export interface SiteCreation {
  readonly actor: Actor;
  /** The actor's membership in the team. */
  readonly own: TeamMembership | undefined;
  readonly team: Team;
  readonly limits: Limits;
}

/**
 * Creates a site that a team owns.
 *
 * @param also returns more writes for the transaction
 * @throws Refusal `site_limit_reached`
 */
export async function createSite(
  auditContext: AuditContext,
  { actor, own, team, limits }: SiteCreation,
  input: NewSite,
  also: (site: Site) => readonly Write[] = () => [],
): Promise<Site> {
  const at = auditContext.now.toISOString();
  const { organizationId } = team;
  const site: Site = {
    ...{ id: newId('site', auditContext.now), number: newNumber(), teamId: team.id, organizationId },
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
    countSites(access, { sites: 1 }, limits),
    audit(auditContext, {
      action: 'site.create',
      organizationId,
      resource: { type: 'site', id: siteId },
      after: { teamId: team.id },
    }),
    ...also(site),
  ]);
  return site;
}

/** Table access of `updateSite`. */
export const UPDATE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
};

/** The changes of a site; undefined: unchanged; null: removed. */
export interface SiteChanges {
  readonly name?: string | undefined;
  readonly address?: string | null | undefined;
  readonly timezone?: string | null | undefined;
}

/** Changes a site. */
export async function updateSite(
  auditContext: AuditContext,
  { accessPath, site }: ManagedSite,
  changes: SiteChanges,
): Promise<Site> {
  const { set, remove } = changesOf(site, changes);
  if (Object.keys(set).length + remove.length === 0) return site;
  const updatedAt = auditContext.now.toISOString();
  await transact([
    ...actorManagesSite(accessPath),
    {
      type: 'update',
      key: keys.site(site.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ attribute: 'teamId', is: site.teamId }],
    },
    audit(auditContext, {
      action: 'site.update',
      organizationId: site.organizationId,
      resource: { type: 'site', id: site.id },
    }),
  ]);
  const changed = { ...site, ...set, updatedAt };
  for (const name of remove) delete changed[name as keyof typeof changed];
  return changed;
}

/** Splits changes of an item into attributes to set and attributes to remove. Omits values that are equal already. */
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

/** Table access of `deleteSite`. */
export const DELETE_SITE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['ORG'],
  DeleteItem: ['SITE', 'SITENO', 'TEAM'],
};

/**
 * Deletes a site and ends all access to it. A cascade deletes the remaining rows later.
 *
 * @throws Refusal `site_has_chargers`
 */
export async function deleteSite(auditContext: AuditContext, { accessPath, site }: ManagedSite): Promise<void> {
  if (site.chargers > 0) throw new Refusal('site_has_chargers');
  const { organizationId, teamId } = site;
  await transact([
    ...actorManagesSite(accessPath),
    ...siteRemoval(site, auditContext.now),
    countSites(site, { sites: -1 }),
    audit(auditContext, {
      action: 'site.delete',
      organizationId,
      resource: { type: 'site', id: site.id },
      before: { teamId },
    }),
  ]);
}

/** Returns writes that delete the items of a site without chargers. A cascade deletes other teams' rows later. */
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
