import type { AuditContext, AuditEntry } from '../domain/audit.ts';
import { type Charger, foldIdentity } from '../domain/charger.ts';
import { newId, newNumber } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { ManagedSite, Reach } from '../domain/reach.ts';
import type { Site } from '../domain/site.ts';
import { namesCharger, withoutCharger } from '../domain/site-access.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';
import { identityIs, identityRemoval, identityWrite } from './charger-identity.ts';
import { accessUpdate, actorManagesSite, sharingChange } from './sharing.ts';
import { changesOf } from './site-changes.ts';

/** The input for a new charger. */
export type NewCharger = Pick<Charger, 'identity'> & { readonly reference?: string | undefined };

/** Table access of `createCharger`. */
export const CREATE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['SITE', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO', 'AUDIT'],
  UpdateItem: ['SITE'],
};

/**
 * Creates a charger on a site.
 *
 * @param also returns more writes for the transaction
 * @throws Refusal `charger_identity_taken`, `charger_limit_reached`
 */
export async function createCharger(
  auditContext: AuditContext,
  { accessPath, site, limits }: ManagedSite & { readonly limits: Limits },
  input: NewCharger,
  also: (charger: Charger) => readonly Write[] = () => [],
): Promise<Charger> {
  const at = auditContext.now.toISOString();
  const charger: Charger = {
    ...{ id: newId('charger', auditContext.now), number: newNumber(), siteId: site.id },
    ...(input as Pick<Charger, 'identity'>),
    identityIn: site.organizationId,
    ...{ connectionStatus: 'never_seen', createdBy: accessPath.actor.userId, createdAt: at, updatedAt: at },
  };
  const { id: chargerId, number } = charger;
  const absent = [{ absent: 'pk' }] as const;
  await transact([
    ...actorManagesSite(accessPath),
    { type: 'put', key: keys.charger(site.id, chargerId), item: { type: 'Charger', ...charger }, when: absent },
    {
      type: 'put',
      key: keys.chargerHome(chargerId),
      item: { type: 'ChargerHome', chargerId, siteId: site.id },
      when: absent,
    },
    {
      type: 'put',
      key: keys.chargerNumber(number),
      item: { type: 'ChargerNumber', number, chargerId },
      when: absent,
    },
    identityWrite(charger, site.organizationId),
    {
      type: 'update',
      key: keys.site(site.id),
      add: { chargers: 1 },
      when: [
        { attribute: 'teamId', is: site.teamId },
        { attribute: 'chargers', below: limits.chargersOfSite },
      ],
      refuse: ({ chargers }) => (Number(chargers) >= limits.chargersOfSite ? 'charger_limit_reached' : undefined),
    },
    chargerEntry(auditContext, { site, charger }, { action: 'charger.create', after: { siteId: site.id } }),
    ...also(charger),
  ]);
  return charger;
}

/** Returns the write of an audit entry about a charger. */
export function chargerEntry(
  auditContext: AuditContext,
  { site: { organizationId }, charger: { id } }: { readonly site: Site; readonly charger: Charger },
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Write {
  return audit(auditContext, { ...entry, organizationId, resource: { type: 'charger', id } });
}

/** Table access of `updateCharger`. */
export const UPDATE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['CHARGERIDENTITY', 'AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['CHARGERIDENTITY'],
};

/** The changes of a charger; undefined: unchanged; null: removed. */
export interface ChargerChanges {
  readonly identity?: string | undefined;
  readonly reference?: string | null | undefined;
}

/**
 * Changes a charger.
 *
 * @throws Refusal `charger_identity_taken`
 */
export async function updateCharger(
  auditContext: AuditContext,
  { accessPath, site, charger }: ManagedSite & { readonly charger: Charger },
  changes: ChargerChanges,
): Promise<Charger> {
  const { set, remove } = changesOf(charger, changes);
  if (Object.keys(set).length + remove.length === 0) return charger;
  const updatedAt = auditContext.now.toISOString();
  const { identity } = set;
  const isRenamed = identity !== undefined && foldIdentity(identity) !== foldIdentity(charger.identity);
  await transact([
    ...actorManagesSite(accessPath),
    ownerUnchanged(site),
    {
      type: 'update',
      key: keys.charger(site.id, charger.id),
      set: { ...set, ...(isRenamed && { identityIn: site.organizationId }), updatedAt },
      remove,
      when: identityIs(charger),
    },
    ...(isRenamed
      ? [identityWrite({ id: charger.id, identity }, site.organizationId), ...identityRemoval(charger)]
      : []),
    chargerEntry(auditContext, { site, charger }, { action: 'charger.update' }),
  ]);
  return without({ ...charger, ...set, updatedAt }, remove);
}

/** Returns the condition that a site still has the owner that was read. */
function ownerUnchanged({ id, teamId }: Site): Write {
  return { type: 'check', key: keys.site(id), when: [{ attribute: 'teamId', is: teamId }] };
}

/** Returns a charger without the named fields. */
export function without(charger: Charger, names: readonly string[]): Charger {
  return Object.fromEntries(Object.entries(charger).filter(([name]) => !names.includes(name))) as unknown as Charger;
}

/** Table access of `deleteCharger`. */
export const DELETE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['SITE', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO'],
};

/** Deletes a charger, releases its identity, and removes it from every team's access. */
export async function deleteCharger(
  auditContext: AuditContext,
  { accessPath, site, accesses, charger }: ManagedSite & Pick<Reach, 'accesses'> & { readonly charger: Charger },
): Promise<void> {
  await transact([
    ...actorManagesSite(accessPath),
    ...chargerRemoval(charger),
    sharingChange(site),
    ...accesses.flatMap((access) =>
      namesCharger(access, charger) ? [accessUpdate(access, withoutCharger(access, charger))] : [],
    ),
    chargerEntry(auditContext, { site, charger }, { action: 'charger.delete', before: { siteId: site.id } }),
  ]);
}

/** Returns writes that delete the items of a charger and decrement the site's counter. */
export function chargerRemoval(charger: Charger): Write[] {
  const { id, siteId, number } = charger;
  return [
    { type: 'delete', key: keys.charger(siteId, id), when: identityIs(charger) },
    { type: 'delete', key: keys.chargerHome(id) },
    { type: 'delete', key: keys.chargerNumber(number) },
    ...identityRemoval(charger),
    { type: 'update', key: keys.site(siteId), add: { chargers: -1 }, when: [{ exists: 'pk' }] },
  ];
}
