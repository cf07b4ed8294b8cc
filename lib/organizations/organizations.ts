import type { AuditContext } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Language } from '../domain/language.ts';
import type { Counters } from '../domain/limits.ts';
import { type Actor, type Member, type Membership, refuseOwnToken, type User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { audit } from '../table/audit.ts';
import { closeToMembers, count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact, type Write } from '../table/write.ts';
import { defaultTeam, teamWrites } from '../teams/create-team.ts';
import { actorMay, MEMBERSHIP, memberWrites, profileOf } from './members.ts';

export const ORGANIZATION = itemReader<Organization>('Organization', {
  ...{ id: 'string', name: 'string', language: 'string', defaultTeamId: 'string', moves: 'number', leaves: 'number' },
  ...{ createdAt: 'string', updatedAt: 'string' },
});

/** Reads an organization; undefined if it was deleted. */
export async function getOrganization(organizationId: string): Promise<Organization | undefined> {
  const organization = ORGANIZATION.one(await get(keys.organization(organizationId)));
  return organization?.deletedAt ? undefined : organization;
}

/** Lists the memberships of a person. Their number is bounded. */
export async function listMemberships(userId: string, limit?: number): Promise<Membership[]> {
  const items = await query({ pk: keys.user(userId).pk, prefix: prefixes.membership, limit });
  return MEMBERSHIP.all(items);
}

/** Adds its organization to each row, in order. Rows of deleted organizations are left out. */
export async function withOrganizations<T extends { organizationId: string }>(
  rows: readonly T[],
): Promise<(T & { organization: Organization })[]> {
  const organizations = await Promise.all(rows.map(({ organizationId }) => getOrganization(organizationId)));
  return rows.flatMap((row, index) => {
    const organization = organizations[index];
    return organization ? [{ ...row, organization }] : [];
  });
}

/**
 * Creates an organization with its owner, and a default team of the same name.
 *
 * @param owning the parts of the transaction that count one more organization of the owner
 * @param also returns further parts of the transaction
 */
export async function createOrganization(
  auditContext: AuditContext,
  { name, language, user, owning }: { name: string; language: Language; user: User; owning: readonly Write[] },
  also: (created: { organization: Organization; member: Member }) => readonly Write[],
): Promise<{ organization: Organization; member: Member }> {
  const createdAt = auditContext.now.toISOString();
  const id = newId('organization', auditContext.now);
  const team = defaultTeam(auditContext.now, id, user.userId, name, 0);
  const organization: Organization = {
    ...{ id, name, language, defaultTeamId: team.id, moves: 0, leaves: 0 },
    ...{ createdAt, updatedAt: createdAt },
  };
  const member: Member = {
    memberId: newId('member', auditContext.now),
    userId: user.userId,
    organizationId: organization.id,
    role: 'ADMIN',
    owner: true,
    profile: profileOf(user),
    claimed: user.claimed,
    ...(user.vouched && { vouched: true }),
    seat: 0,
    tokens: 0,
    teams: 0,
    createdAt,
    updatedAt: createdAt,
  };
  await transact([
    ...owning,
    { type: 'put', key: keys.organization(organization.id), item: { type: 'Organization', ...organization } },
    ...memberWrites(member),
    count(organization.id, member.seat, 'memberCreated'),
    ...teamWrites(team),
    count(organization.id, team.seat, 'teamCreated'),
    audit(auditContext, {
      action: 'organization.create',
      organizationId: organization.id,
      resource: { type: 'organization', id: organization.id },
      after: { ownerId: member.memberId },
    }),
    ...also({ organization, member }),
  ]);
  return { organization, member };
}

/** Changes the name or language of an organization. */
export async function updateOrganization(
  auditContext: AuditContext,
  actor: Actor,
  organization: Organization,
  { name, language }: Pick<Organization, 'name' | 'language'>,
): Promise<Organization> {
  const updatedAt = auditContext.now.toISOString();
  await transact([
    ...actorMay(actor, 'organization:update'),
    {
      type: 'update',
      key: keys.organization(organization.id),
      set: { name, language, updatedAt },
      when: [
        { absent: 'deletedAt' },
        { attribute: 'name', is: organization.name },
        { attribute: 'language', is: organization.language },
      ],
    },
    audit(auditContext, {
      action: 'organization.update',
      organizationId: organization.id,
      resource: { type: 'organization', id: organization.id },
    }),
  ]);
  return { ...organization, name, language, updatedAt };
}

/** How long running requests may still write into a deleted organization, in milliseconds: no function runs longer. */
const GRACE = 60_000;

/**
 * Marks an organization as deleted. From then on it is not found, and its cleanup is due after the grace period.
 *
 * @param counters the counters that show the actor as the only member, as a condition; undefined: no such condition
 */
export async function deleteOrganization(
  auditContext: AuditContext,
  actor: Actor,
  { id }: Pick<Organization, 'id'>,
  counters?: readonly Counters[],
): Promise<void> {
  refuseOwnToken(actor, actor);
  const deletedAt = auditContext.now.toISOString();
  const clearedFrom = new Date(auditContext.now.getTime() + GRACE).toISOString();
  await transact([
    ...actorMay(actor, 'organization:delete'),
    {
      type: 'update',
      key: keys.organization(id),
      set: { deletedAt, ...dueAttributes(id, clearedFrom) },
      when: [{ exists: 'pk' }, { absent: 'deletedAt' }],
    },
    ...(counters ? closeToMembers(id, counters) : []),
    audit(auditContext, {
      action: 'organization.delete',
      organizationId: id,
      resource: { type: 'organization', id },
    }),
  ]);
}
