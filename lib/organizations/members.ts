import type { Occasion } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import { periodEnd } from '../domain/invitation.ts';
import type { MembershipJob } from '../domain/job.ts';
import type { Limits } from '../domain/limits.ts';
import {
  type Actor,
  type Member,
  type Membership,
  membersNamed,
  PLACEHOLDER_DAYS,
  type Profile,
  refuseOwner,
  refuseOwnToken,
} from '../domain/member.ts';
import { lowerRole, may, type Permission, ROLES, type Role, rolesWith } from '../domain/roles.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { type Condition, existing, transact, type Update, type Write } from '../table/write.ts';

export const MEMBERSHIP = itemReader<Membership>('Membership', {
  ...{ userId: 'string', organizationId: 'string', memberId: 'string', role: 'string', owner: 'boolean' },
});
const MEMBER = itemReader<Member>('Member', {
  ...{ userId: 'string', organizationId: 'string', memberId: 'string', role: 'string', owner: 'boolean' },
  ...{ profile: 'object', claimed: 'boolean', seat: 'number', tokens: 'number', teams: 'number' },
  ...{ createdAt: 'string', updatedAt: 'string' },
});

/** Reads what a person is in an organization: what authorization goes by. */
export async function getMembership(userId: string, organizationId: string): Promise<Membership | undefined> {
  return MEMBERSHIP.one(await get(keys.membership(userId, organizationId)));
}

export async function getMember(organizationId: string, memberId: string): Promise<Member | undefined> {
  return MEMBER.one(await get(keys.member(organizationId, memberId)));
}

/** The member behind a membership. @throws Missing */
export async function requireMember({ organizationId, memberId }: Membership): Promise<Member> {
  return existing(keys.member(organizationId, memberId), await getMember(organizationId, memberId));
}

/** Members in the order of joining. */
export async function listMembers(
  organizationId: string,
  range: { after?: string | undefined; skip?: number | undefined; limit: number },
): Promise<Member[]> {
  const items = await query({
    pk: keys.organization(organizationId).pk,
    prefix: prefixes.member,
    limit: range.limit,
    skip: range.skip,
    after: range.after && keys.member(organizationId, range.after).sk,
  });
  return MEMBER.all(items);
}

/** Of how many members usernames are known: they have no guards. */
export const USERNAMES = 1000;

/** Members by user id or username: ids cost two round trips, usernames a read of `USERNAMES` members. */
export async function findMembers(organizationId: string, names: readonly string[]): Promise<Member[]> {
  const ids = names.filter((name) => isId('user', name));
  const [byId, others] = await Promise.all([
    getMembersOf(organizationId, ids),
    ids.length < names.length ? listMembers(organizationId, { limit: USERNAMES }) : [],
  ]);
  return membersNamed(names, [...new Map([...byId, ...others].map((member) => [member.memberId, member])).values()]);
}

/** The members that users are in an organization. */
export async function getMembersOf(organizationId: string, userIds: readonly string[]): Promise<Member[]> {
  const memberships = await Promise.all(userIds.map((userId) => getMembership(userId, organizationId)));
  const members = await Promise.all(
    memberships.flatMap((membership) => (membership ? [getMember(organizationId, membership.memberId)] : [])),
  );
  return members.filter((member) => member !== undefined);
}

/** The conditions that the actor's membership, and the token by which they act, still stand when the write happens. */
export function actorIs({ userId, organizationId, memberId, tokenId }: Actor, ...more: readonly Condition[]): Write[] {
  const when: Condition[] = [{ attribute: 'memberId', is: memberId }];
  return [
    { type: 'check', key: keys.membership(userId, organizationId), when: [...when, ...more] },
    ...(tokenId ? [{ type: 'check', key: keys.accessToken(userId, organizationId, tokenId), when } as const] : []),
  ];
}

/** The conditions that the actor still is a member whose role has the permission. */
export function actorMay(actor: Actor, permission: Permission): Write[] {
  // What an access token may is the lower of its role and its owner's, which may be one that has not the permission.
  const roles = actor.tokenId
    ? ROLES.filter((role) => may(lowerRole(actor.role, role), permission))
    : rolesWith(permission);
  return actorIs(actor, { attribute: 'role', in: roles });
}

/** The two items of a new member: who is in the organization, and what authorization reads. */
export function memberWrites(member: Member): Write[] {
  const { organizationId, memberId } = member;
  return [
    { type: 'put', key: keys.member(organizationId, memberId), item: { type: 'Member', ...member } },
    { ...membershipWrite(member), refuse: 'already_member' },
  ];
}

/** The part that makes a user a member, who must not be one already. */
export function membershipWrite({ userId, organizationId, memberId, role, owner }: Membership): Write {
  return {
    type: 'put',
    key: keys.membership(userId, organizationId),
    item: { type: 'Membership', userId, organizationId, memberId, role, owner },
    when: [{ absent: 'pk' }],
  };
}

/** When a user who joined now ends, if nobody claims them; nobody else does. */
export function placeholderEnd({ userId, claimed }: { userId: string; claimed: boolean }, now: Date): object {
  return claimed ? {} : dueAttributes(userId, periodEnd(now, PLACEHOLDER_DAYS));
}

/** What a member's items say of whom they belong to. */
export function profileOf({ firstName, lastName, email, username }: Profile): Profile {
  return { firstName, lastName, email, ...(username !== undefined && { username }) };
}

/** Counts an organization more of a live user, who is still who they were when their member's profile was read. */
export function organizationCountUpdate(
  { userId, claimed, ...profile }: Profile & { readonly userId: string; readonly claimed: boolean },
  limits: Limits,
  now: Date,
): Update {
  const limit = limits.organizationsOfPerson;
  return {
    type: 'update',
    key: keys.user(userId),
    set: { ...placeholderEnd({ userId, claimed }, now) },
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

/** Gives a member another role. */
export async function changeRole(occasion: Occasion, actor: Actor, member: Member, role: Role): Promise<Member> {
  refuseOwnToken(actor, member);
  refuseOwner(member);
  const updatedAt = occasion.now.toISOString();
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
      set: { role, updatedAt },
      when: [{ attribute: 'userId', is: member.userId }],
    },
    audit(occasion, {
      action: 'member.update',
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      before: { role: member.role },
      after: { role },
    }),
  ]);
  return { ...member, role, updatedAt };
}

/** Takes a member out of the organization, or lets them leave: the membership's end refuses the very next request. */
export async function removeMember(occasion: Occasion, actor: Actor, member: Member): Promise<void> {
  refuseOwnToken(actor, member);
  refuseOwner(member);
  const leaving = actor.memberId === member.memberId;
  await transact([
    ...(leaving ? actorIs(actor) : actorMay(actor, 'member:remove')),
    ...removalWrites(member, occasion.now),
    audit(occasion, {
      action: leaving ? 'member.leave' : 'member.remove',
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      before: { role: member.role },
    }),
  ]);
}

/** The part that leaves the rows of a membership's access tokens and teams to be cleared, where there are any. */
export function jobWrites({ userId, organizationId, memberId, tokens, teams }: Member, now: Date): Write[] {
  if (tokens === 0 && teams === 0) return [];
  const job: MembershipJob = { userId, organizationId, memberId };
  const item = { type: 'Job', ...job, ...dueAttributes(memberId, now.toISOString()) };
  return [{ type: 'put', key: keys.job(memberId), item }];
}

/**
 * The parts that end a membership, with what counts it. Access tokens and places in teams end with it, since they count
 * under the present membership only; their rows are cleared later.
 */
export function removalWrites(member: Member, now: Date): Write[] {
  return [
    ...jobWrites(member, now),
    {
      type: 'delete',
      key: keys.membership(member.userId, member.organizationId),
      when: [
        { attribute: 'memberId', is: member.memberId },
        { attribute: 'role', is: member.role },
        { attribute: 'owner', is: false },
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
