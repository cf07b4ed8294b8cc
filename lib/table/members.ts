import type { Occasion } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import { type Member, type Membership, type Profile, refuseOwner } from '../domain/member.ts';
import { type Permission, type Role, rolesWith } from '../domain/roles.ts';
import { audit } from './audit.ts';
import { count } from './counters.ts';
import { keys, prefixes } from './keys.ts';
import { get, query } from './read.ts';
import { transact, type Update, type Write } from './write.ts';

/** Reads what a person is in an organization: what authorization goes by. */
export async function getMembership(userId: string, organizationId: string): Promise<Membership | undefined> {
  return (await get(keys.membership(userId, organizationId))) as unknown as Membership | undefined;
}

export async function getMember(organizationId: string, memberId: string): Promise<Member | undefined> {
  return (await get(keys.member(organizationId, memberId))) as unknown as Member | undefined;
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
    ...(range.skip && { skip: range.skip }),
    ...(range.after && { after: keys.member(organizationId, range.after).sk }),
  });
  return items as unknown as Member[];
}

/** The condition that the actor is still a member whose role has the permission, when the write happens. */
export function actorMay(actor: Membership, permission: Permission): Write {
  return {
    type: 'check',
    key: keys.membership(actor.userId, actor.organizationId),
    when: [
      { attribute: 'memberId', is: actor.memberId },
      { attribute: 'role', in: rolesWith(permission) },
    ],
  };
}

/** The two items of a new member: who is in the organization, and what authorization reads. */
export function memberWrites(member: Member): Write[] {
  const { userId, organizationId, memberId, role, owner, createdAt } = member;
  return [
    { type: 'put', key: keys.member(organizationId, memberId), item: { type: 'Member', v: 1, ...member } },
    {
      type: 'put',
      key: keys.membership(userId, organizationId),
      item: { type: 'Membership', v: 1, userId, organizationId, memberId, role, owner, createdAt },
      when: [{ absent: 'pk' }],
      refuse: 'already_member',
    },
  ];
}

/** Counts an organization more of a live user, who is still who they were when their member's profile was read. */
export function joined(
  { userId, claimed, ...profile }: Profile & { readonly userId: string; readonly claimed: boolean },
  limits: Limits,
): Update {
  const limit = limits.organizationsOfPerson;
  return {
    type: 'update',
    key: keys.user(userId),
    add: { organizations: 1 },
    when: [
      { attribute: 'organizations', below: limit },
      { attribute: 'claimed', is: claimed },
      { attribute: 'firstName', is: profile.firstName },
      { attribute: 'lastName', is: profile.lastName },
      { attribute: 'email', is: profile.email },
    ],
    refuse: ({ organizations }) => (Number(organizations) >= limit ? 'organization_limit_reached' : undefined),
  };
}

/** Gives a member another role. */
export async function changeRole(occasion: Occasion, actor: Membership, member: Member, role: Role): Promise<Member> {
  refuseOwner(member);
  const updatedAt = occasion.now.toISOString();
  const unchanged = [
    { attribute: 'memberId', is: member.memberId },
    { attribute: 'role', is: member.role },
    { attribute: 'owner', is: false },
  ];
  await transact([
    actorMay(actor, 'member:update'),
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
export async function removeMember(occasion: Occasion, actor: Membership, member: Member): Promise<void> {
  refuseOwner(member);
  const leaving = actor.memberId === member.memberId;
  await transact([
    ...(leaving ? [] : [actorMay(actor, 'member:remove')]),
    ...removalWrites(member),
    audit(occasion, {
      action: leaving ? 'member.leave' : 'member.remove',
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      before: { role: member.role },
    }),
  ]);
}

/** The parts that end a membership, with what counts it. */
export function removalWrites(member: Member): Write[] {
  return [
    {
      type: 'delete',
      key: keys.membership(member.userId, member.organizationId),
      when: [
        { attribute: 'memberId', is: member.memberId },
        { attribute: 'owner', is: false },
      ],
    },
    {
      type: 'delete',
      key: keys.member(member.organizationId, member.memberId),
      when: [{ attribute: 'userId', is: member.userId }],
    },
    count(member.organizationId, member.seat, 'memberRemoved'),
    { type: 'update', key: keys.user(member.userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
  ];
}
