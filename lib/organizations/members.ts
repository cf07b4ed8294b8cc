import type { AuditContext } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import { periodEnd } from '../domain/invitation.ts';
import type { MembershipJob } from '../domain/job.ts';
import type { Limits } from '../domain/limits.ts';
import {
  type Actor,
  type ListedMember,
  type Member,
  type Membership,
  membersNamed,
  PLACEHOLDER_DAYS,
  type Profile,
  refuseOwner,
  refuseOwnToken,
  type User,
} from '../domain/member.ts';
import { lowerRole, may, type Permission, ROLES, type Role, rolesWith } from '../domain/roles.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { itemReader, listReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query, type Slice } from '../table/read.ts';
import { type Condition, existing, transact, type Update, type Write } from '../table/write.ts';

export const MEMBERSHIP = itemReader<Membership>('Membership', {
  ...{ userId: 'string', organizationId: 'string', memberId: 'string', role: 'string', owner: 'boolean' },
});
const LISTED_FIELDS = {
  ...({ userId: 'string', organizationId: 'string', memberId: 'string', role: 'string', owner: 'boolean' } as const),
  ...({ profile: 'object', claimed: 'boolean', createdAt: 'string', updatedAt: 'string' } as const),
};
const MEMBER = itemReader<Member>('Member', { ...LISTED_FIELDS, seat: 'number', tokens: 'number', teams: 'number' });
const LISTED_MEMBER = listReader<ListedMember>('Member', LISTED_FIELDS, {});

/** Reads a person's membership of an organization, which authorization is based on. */
export async function getMembership(userId: string, organizationId: string): Promise<Membership | undefined> {
  return MEMBERSHIP.one(await get(keys.membership(userId, organizationId)));
}

export async function getMember(organizationId: string, memberId: string): Promise<Member | undefined> {
  return MEMBER.one(await get(keys.member(organizationId, memberId)));
}

/** Reads the member of a membership. @throws Missing */
export async function requireMember({
  organizationId,
  memberId,
}: Pick<Membership, 'organizationId' | 'memberId'>): Promise<Member> {
  return existing(keys.member(organizationId, memberId), await getMember(organizationId, memberId));
}

/** Lists members in the order of joining. */
export async function listMembers(organizationId: string, slice: Slice): Promise<Member[]> {
  return MEMBER.all(await query({ ...membersOf(organizationId), ...slice }));
}

/** Lists members as `listMembers` does, with less of each. */
export async function listMembersToShow(organizationId: string, slice: Slice): Promise<ListedMember[]> {
  const { projection, all } = LISTED_MEMBER;
  return all(await query({ ...membersOf(organizationId), ...slice, projection }));
}

const membersOf = (organizationId: string) => ({ pk: keys.organization(organizationId).pk, prefix: prefixes.member });

/** How many members are searched for usernames. Usernames have no uniqueness records. */
export const USERNAMES = 1000;

/** Finds members by user id or username. Ids cost two round trips, usernames a read of `USERNAMES` members. */
export async function findMembers(organizationId: string, names: readonly string[]): Promise<Member[]> {
  const ids = names.filter((name) => isId('user', name));
  const [byId, others] = await Promise.all([
    getMembersOf(organizationId, ids),
    ids.length < names.length ? listMembers(organizationId, { limit: USERNAMES }) : [],
  ]);
  return membersNamed(names, [...new Map([...byId, ...others].map((member) => [member.memberId, member])).values()]);
}

/** Reads the members of these users in an organization. */
export async function getMembersOf(organizationId: string, userIds: readonly string[]): Promise<Member[]> {
  const memberships = await Promise.all(userIds.map((userId) => getMembership(userId, organizationId)));
  const members = await Promise.all(
    memberships.flatMap((membership) => (membership ? [getMember(organizationId, membership.memberId)] : [])),
  );
  return members.filter((member) => member !== undefined);
}

/**
 * Returns the conditions that the actor's membership and access token still exist at the write, and that a program
 * wasn't changed since it was authenticated.
 */
export function actorIs(
  { userId, organizationId, memberId, tokenId, program }: Actor,
  ...more: readonly Condition[]
): Write[] {
  const when: Condition[] = [{ attribute: 'memberId', is: memberId }];
  const unchanged: Condition[] = program ? [{ attribute: 'revision', is: program.revision }] : [];
  // An operator's key has no membership, and its permissions never change.
  if (program?.kind === 'operatorKey') return [{ type: 'check', key: keys.operatorKey(userId), when: unchanged }];
  return [
    { type: 'check', key: keys.membership(userId, organizationId), when: [...when, ...unchanged, ...more] },
    ...(tokenId ? [{ type: 'check', key: keys.accessToken(userId, organizationId, tokenId), when } as const] : []),
  ];
}

/** Returns the conditions that the actor is still a member with the permission at the write. */
export function actorMay(actor: Actor, permission: Permission): Write[] {
  // An access token acts with the lower of its own and its owner's role. That role must have the permission.
  const roles = actor.tokenId
    ? ROLES.filter((role) => may(lowerRole(actor.role, role), permission))
    : rolesWith(permission);
  return actorIs(actor, { attribute: 'role', in: roles });
}

/** Returns the parts of a transaction that create a member: the member itself, and the membership for authorization. */
export function memberWrites(member: Member): Write[] {
  const { organizationId, memberId } = member;
  return [
    { type: 'put', key: keys.member(organizationId, memberId), item: memberItem(member) },
    { ...membershipWrite(member), refuse: 'already_member' },
  ];
}

/** Returns the item of a member. */
export function memberItem(member: Member): Readonly<Record<string, unknown>> {
  return { type: 'Member', ...member };
}

/** Returns the part of a transaction that creates a membership. The user must not have one. */
export function membershipWrite({ userId, organizationId, memberId, role, owner }: Membership): Write {
  return {
    type: 'put',
    key: keys.membership(userId, organizationId),
    item: { type: 'Membership', userId, organizationId, memberId, role, owner },
    when: [{ absent: 'pk' }],
  };
}

/**
 * Returns the due attributes for the deletion of a placeholder that joins now; none for a claimed user, and for one for
 * whom the operator vouches.
 */
export function placeholderEnd(
  { userId, claimed, vouched = false }: Pick<User, 'userId' | 'claimed' | 'vouched'>,
  now: Date,
): object {
  return claimed || vouched ? {} : dueAttributes(userId, periodEnd(now, PLACEHOLDER_DAYS));
}

/** Returns the profile fields only, to be copied into a member's items. */
export function profileOf({ firstName, lastName, email, username }: Profile): Profile {
  return { firstName, lastName, email, ...(username !== undefined && { username }) };
}

/** Returns the part of a transaction that counts one more organization of a user. Their profile must be unchanged. */
export function organizationCountUpdate(
  { userId, claimed, vouched, ...profile }: Profile & Pick<User, 'userId' | 'claimed' | 'vouched'>,
  limits: Limits,
  now: Date,
): Update {
  const limit = limits.organizationsOfPerson;
  return {
    type: 'update',
    key: keys.user(userId),
    set: { ...placeholderEnd({ userId, claimed, ...(vouched && { vouched }) }, now) },
    add: { organizations: 1 },
    when: [
      { attribute: 'organizations', below: limit },
      { attribute: 'claimed', is: claimed },
      { attribute: 'firstName', is: profile.firstName },
      { attribute: 'lastName', is: profile.lastName },
      { attribute: 'email', is: profile.email },
      profile.username === undefined ? { absent: 'username' } : { attribute: 'username', is: profile.username },
    ],
    refuse: ({ organizations }) => (Number(organizations) >= limit ? 'organization_limit_reached' : undefined),
  };
}

/** Changes a member's role. */
export async function changeRole(
  auditContext: AuditContext,
  actor: Actor,
  member: Member,
  role: Role,
): Promise<Member> {
  refuseOwnToken(actor, member);
  refuseOwner(member);
  const updatedAt = auditContext.now.toISOString();
  const unchanged = [
    { attribute: 'memberId', is: member.memberId },
    { attribute: 'role', is: member.role },
    { attribute: 'owner', is: false },
  ];
  await transact([
    ...actorMay(actor, 'member:update'),
    {
      type: 'update',
      key: keys.membership(member.userId, member.organizationId),
      set: { role },
      when: unchanged,
    },
    {
      type: 'update',
      key: keys.member(member.organizationId, member.memberId),
      of: memberItem(member),
      set: { role, updatedAt },
      when: [{ attribute: 'userId', is: member.userId }],
    },
    audit(auditContext, {
      action: 'member.update',
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      before: { role: member.role },
      after: { role },
    }),
  ]);
  return { ...member, role, updatedAt };
}

/**
 * Returns the part of a transaction that removes the membership of a placeholder for whom the operator vouches: without
 * any membership left, the placeholder ends some time later.
 */
export function vouchedEnd({ userId, claimed, vouched }: Member, now: Date): Write[] {
  if (claimed || !vouched) return [];
  return [
    {
      type: 'update',
      key: keys.user(userId),
      set: { ...placeholderEnd({ userId, claimed }, now) },
      when: [{ attribute: 'claimed', is: false }],
    },
  ];
}

/** Removes a member from the organization, or lets them leave. Their next request is refused. */
export async function removeMember(auditContext: AuditContext, actor: Actor, member: Member): Promise<void> {
  refuseOwnToken(actor, member);
  refuseOwner(member);
  const leaving = actor.memberId === member.memberId;
  await transact([
    ...(leaving ? actorIs(actor) : actorMay(actor, 'member:remove')),
    ...removalWrites(member, auditContext.now),
    ...vouchedEnd(member, auditContext.now),
    audit(auditContext, {
      action: leaving ? 'member.leave' : 'member.remove',
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      before: { role: member.role },
    }),
  ]);
}

/**
 * Returns the part of a transaction that schedules the cleanup of a member's access tokens and teams, if there are any.
 */
export function jobWrites({ userId, organizationId, memberId, tokens, teams }: Member, now: Date): Write[] {
  if (tokens === 0 && teams === 0) return [];
  const job: MembershipJob = { userId, organizationId, memberId };
  const item = { type: 'Job', ...job, ...dueAttributes(memberId, now.toISOString()) };
  return [{ type: 'put', key: keys.job(memberId), item }];
}

/**
 * Returns the parts of a transaction that delete a membership, and update the counters. Its access tokens and team
 * memberships become invalid at once, since they refer to the membership; their rows are deleted later.
 *
 * @param more.owner whether it is the owner's, whose ownership another membership gets in the same transaction
 */
export function removalWrites(member: Member, now: Date, { owner = false }: { owner?: boolean } = {}): Write[] {
  return [
    ...jobWrites(member, now),
    {
      type: 'delete',
      key: keys.membership(member.userId, member.organizationId),
      when: [
        { attribute: 'memberId', is: member.memberId },
        { attribute: 'role', is: member.role },
        { attribute: 'owner', is: owner },
      ],
    },
    {
      type: 'delete',
      key: keys.member(member.organizationId, member.memberId),
      when: [
        { attribute: 'userId', is: member.userId },
        { attribute: 'tokens', is: member.tokens },
        { attribute: 'teams', is: member.teams },
      ],
    },
    count(member.organizationId, member.seat, 'memberRemoved'),
    { type: 'update', key: keys.user(member.userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
  ];
}
