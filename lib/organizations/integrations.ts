import { newTokenSecret } from '../domain/access-token.ts';
import type { AuditContext } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import { formatIntegrationToken, type Integration, membershipOfIntegration } from '../domain/integration.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { lowerRole, type Role } from '../domain/roles.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact, type Write } from '../table/write.ts';
import { actorMay } from './members.ts';

const INTEGRATION = itemReader<Integration>('Integration', {
  ...{ id: 'string', organizationId: 'string', name: 'string', role: 'string', hash: 'string', revision: 'number' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

export async function getIntegration(organizationId: string, id: string): Promise<Integration | undefined> {
  return INTEGRATION.one(await get(keys.integration(organizationId, id)));
}

/** Lists the integrations of an organization, oldest first. Their number is bounded. */
export async function listIntegrations(organizationId: string): Promise<Integration[]> {
  return INTEGRATION.all(await query({ pk: keys.organization(organizationId).pk, prefix: prefixes.integration }));
}

/** Table access of `createIntegration`. */
export const CREATE_INTEGRATION: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['ORG', 'USER', 'AUDIT'],
  UpdateItem: ['ORG'],
};

/** Table access of `updateIntegration` and `rotateIntegration`. */
export const CHANGE_INTEGRATION: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG', 'USER'],
  PutItem: ['AUDIT'],
};

/** Table access of `revokeIntegration`. */
export const REVOKE_INTEGRATION: TableAccess = {
  ConditionCheckItem: ['USER'],
  UpdateItem: ['ORG'],
  DeleteItem: ['ORG', 'USER'],
  PutItem: ['AUDIT'],
};

/** An integration with the text of its new token, which is not stored. */
export interface WithToken {
  readonly integration: Integration;
  readonly token: string;
}

/**
 * Creates an integration with at most the actor's role. It stays when the actor leaves.
 *
 * @param also returns further parts of the transaction
 * @throws Refusal `forbidden` for a role above the actor's own, `integration_limit_reached`
 */
export async function createIntegration(
  auditContext: AuditContext,
  actor: Actor,
  { limits, ...input }: { name: string; role: Role; expiresAt?: string; limits: Limits },
  also: (integration: Integration) => readonly Write[],
): Promise<WithToken> {
  refuseHigherRole(actor, input.role);
  const { organizationId } = actor;
  const at = auditContext.now.toISOString();
  const secret = newTokenSecret();
  const integration: Integration = {
    ...{ id: newId('integration', auditContext.now), organizationId, ...input },
    ...{ hash: hashSecret(secret), revision: 1, createdBy: actor.userId, createdAt: at, updatedAt: at },
  };
  const { id, role, revision, expiresAt } = integration;
  const limit = limits.integrationsOfOrganization;
  await transact([
    ...actorMay(actor, 'integration:manage'),
    {
      type: 'put',
      key: keys.integration(organizationId, id),
      item: { type: 'Integration', ...integration },
      when: [{ absent: 'pk' }],
    },
    {
      type: 'put',
      key: keys.membership(id, organizationId),
      item: { type: 'Membership', ...membershipOfIntegration(integration), revision },
      when: [{ absent: 'pk' }],
    },
    {
      type: 'update',
      key: keys.organization(organizationId),
      add: { integrations: 1 },
      when: [{ exists: 'pk' }, { absent: 'deletedAt' }, { attribute: 'integrations', below: limit }],
      refuse: ({ integrations }) => (Number(integrations) >= limit ? 'integration_limit_reached' : undefined),
    },
    audit(auditContext, {
      action: 'integration.create',
      organizationId,
      resource: { type: 'integration', id },
      after: { role, ...(expiresAt && { expiresAt }) },
    }),
    ...also(integration),
  ]);
  return { integration, token: formatIntegrationToken({ organizationId, integrationId: id, secret }) };
}

/**
 * Changes the name, role or expiry of an integration.
 *
 * @param changes `expiresAt` null: it never expires
 * @throws Refusal `forbidden` for a role above the actor's own
 */
export async function updateIntegration(
  auditContext: AuditContext,
  actor: Actor,
  integration: Integration,
  { name = integration.name, role = integration.role, expiresAt }: IntegrationChanges,
): Promise<Integration> {
  refuseHigherRole(actor, role);
  const { expiresAt: present, ...others } = integration;
  const end = expiresAt === undefined ? present : (expiresAt ?? undefined);
  const changed = { ...others, name, role, ...(end !== undefined && { expiresAt: end }) };
  return writeChange(auditContext, actor, integration, changed, {
    action: 'integration.update',
    before: { role: integration.role, expiresAt: present ?? null },
    after: { role, expiresAt: end ?? null },
  });
}

export interface IntegrationChanges {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly expiresAt?: string | null | undefined;
}

/**
 * Replaces the secret of an integration. An earlier secret that still worked besides the present one stops at once, so
 * at most two secrets work at any time.
 *
 * @param until when the present secret stops working; undefined: at once
 */
export async function rotateIntegration(
  auditContext: AuditContext,
  actor: Actor,
  integration: Integration,
  until: string | undefined,
): Promise<WithToken> {
  const secret = newTokenSecret();
  const { previous: _, ...others } = integration;
  const rotated = await writeChange(
    auditContext,
    actor,
    integration,
    {
      ...{ ...others, hash: hashSecret(secret), rotatedAt: auditContext.now.toISOString() },
      ...(until !== undefined && { previous: { hash: integration.hash, until } }),
    },
    { action: 'integration.rotate', after: { previousUntil: until ?? null } },
  );
  const { organizationId, id } = integration;
  return { integration: rotated, token: formatIntegrationToken({ organizationId, integrationId: id, secret }) };
}

/** Writes a changed integration, if it is unchanged since it was read. Its running requests then begin again. */
async function writeChange(
  auditContext: AuditContext,
  actor: Actor,
  { organizationId, id, revision }: Integration,
  changed: Integration,
  entry: Pick<Parameters<typeof audit>[1], 'action' | 'before' | 'after'>,
): Promise<Integration> {
  const { name, role, expiresAt, hash, previous, rotatedAt } = changed;
  const stored = { ...changed, revision: revision + 1, updatedAt: auditContext.now.toISOString() };
  const when = [{ attribute: 'revision', is: revision }] as const;
  await transact([
    ...actorMay(actor, 'integration:manage'),
    {
      type: 'update',
      key: keys.integration(organizationId, id),
      set: { name, role, expiresAt, hash, previous, rotatedAt, revision: stored.revision, updatedAt: stored.updatedAt },
      remove: [...(expiresAt === undefined ? ['expiresAt'] : []), ...(previous === undefined ? ['previous'] : [])],
      when,
    },
    {
      type: 'update',
      key: keys.membership(id, organizationId),
      set: { role, revision: stored.revision },
      when,
    },
    audit(auditContext, { organizationId, resource: { type: 'integration', id }, ...entry }),
  ]);
  return stored;
}

/** Revokes an integration. Its next request is refused, and so is what it is just writing. */
export async function revokeIntegration(
  auditContext: AuditContext,
  actor: Actor,
  integration: Integration,
): Promise<void> {
  const { organizationId, id } = integration;
  await transact([
    ...actorMay(actor, 'integration:manage'),
    ...integrationRemoval(integration),
    {
      type: 'update',
      key: keys.organization(organizationId),
      add: { integrations: -1 },
      when: [{ exists: 'pk' }],
    },
    audit(auditContext, {
      action: 'integration.revoke',
      organizationId,
      resource: { type: 'integration', id },
      before: { role: integration.role },
    }),
  ]);
}

/** Returns the parts of a transaction that delete an integration's items. */
export function integrationRemoval({ organizationId, id, revision }: Integration): Write[] {
  const when = [{ attribute: 'revision', is: revision }] as const;
  return [
    { type: 'delete', key: keys.integration(organizationId, id), when },
    { type: 'delete', key: keys.membership(id, organizationId), when },
  ];
}

/** @throws Refusal `forbidden` for a role above the actor's own */
function refuseHigherRole(actor: Actor, role: Role): void {
  if (lowerRole(role, actor.role) !== role) throw new Refusal('forbidden');
}
