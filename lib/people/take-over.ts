import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import type { Member, Membership, User } from '../domain/member.ts';
import type { TeamMembership } from '../domain/team.ts';
import {
  getMember,
  getMembership,
  memberItem,
  membershipWrite,
  profileOf,
  removalWrites,
  requireMember,
} from '../organizations/members.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { getTeamMembership, listTeamsOf, teamMembershipTransfer } from '../teams/team-members.ts';

/** How many team memberships fit into one transaction besides a membership: 100 items, five for each. */
const TEAM_MEMBERSHIPS = 15;

/**
 * Moves the remaining team memberships of a placeholder, which didn't fit into the transactions of `takeOver`. It can
 * be repeated after any of its transactions.
 */
export async function takeOverTeamMemberships(placeholder: string, user: User): Promise<void> {
  const teamMemberships = await listTeamsOf(placeholder);
  const members = await Promise.all(
    teamMemberships.map(({ organizationId, memberId }) => getMember(organizationId, memberId)),
  );
  const { userId } = user;
  const moved = teamMemberships.filter((_, index) => members[index]?.userId === userId);
  for (const [memberId, rows] of Map.groupBy(moved, (row) => row.memberId)) {
    for (let start = 0; start < rows.length; start += TEAM_MEMBERSHIPS) {
      const some = rows.slice(start, start + TEAM_MEMBERSHIPS);
      const stale = await Promise.all(some.map(({ teamId }) => getTeamMembership(teamId, userId)));
      const [{ organizationId }] = some as [TeamMembership, ...TeamMembership[]];
      const when = [{ attribute: 'userId', is: userId }];
      await transact([
        // Changes nothing: the condition is that the member is still theirs.
        { type: 'update', key: keys.member(organizationId, memberId), set: { userId }, when },
        ...some.flatMap((row, index) => teamMembershipTransfer(row, { userId, memberId }, stale[index])),
      ]);
    }
  }
}

/**
 * Moves a membership from a placeholder to the person of its address, with as many team memberships as fit into the
 * transaction. If the person is in the organization already, the placeholder's membership is deleted.
 */
export async function takeOver(auditContext: Omit<AuditContext, 'by'>, held: Membership, user: User): Promise<void> {
  const { organizationId, memberId } = held;
  const [member, own, teamMemberships] = await Promise.all([
    getMember(organizationId, memberId),
    getMembership(user.userId, organizationId),
    listTeamsOf(held.userId),
  ]);
  // Another request has already taken it over: a batch of reads isn't a snapshot.
  if (member?.userId !== held.userId) throw new Stale();
  const teams = teamMemberships.filter((row) => row.memberId === memberId).slice(0, TEAM_MEMBERSHIPS);
  const stale = own ? [] : await Promise.all(teams.map(({ teamId }) => getTeamMembership(teamId, user.userId)));
  const entry = audit(withoutSourceAddress({ ...auditContext, by: { type: 'user', id: user.userId } }), {
    action: own ? 'member.remove' : 'member.claim',
    organizationId,
    resource: { type: 'member', id: memberId },
    before: { userId: member.userId },
    after: { userId: user.userId },
  });
  // Nobody has signed in as the placeholder meanwhile.
  const isUnclaimed: Write = {
    type: 'check',
    key: keys.user(member.userId),
    when: [{ attribute: 'claimed', is: false }],
  };
  if (own) {
    // An operator created the organization for their other address.
    const owner = member.owner ? ownerWrites(await requireMember(own), auditContext.now) : [];
    await transact([isUnclaimed, ...removalWrites(member, auditContext.now, { owner: member.owner }), ...owner, entry]);
    return;
  }
  await transact([
    isUnclaimed,
    {
      type: 'delete',
      key: keys.membership(member.userId, organizationId),
      when: [{ attribute: 'memberId', is: memberId }],
    },
    membershipWrite({ ...member, userId: user.userId }),
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      of: memberItem(member),
      set: { userId: user.userId, claimed: true, profile: profileOf(user), updatedAt: auditContext.now.toISOString() },
      remove: ['vouched'],
      when: [{ attribute: 'userId', is: member.userId }],
    },
    { type: 'update', key: keys.user(member.userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
    { type: 'update', key: keys.user(user.userId), add: { organizations: 1 }, when: [{ exists: 'pk' }] },
    ...teams.flatMap((row, index) => teamMembershipTransfer(row, { userId: user.userId, memberId }, stale[index])),
    entry,
  ]);
}

/** Returns the parts of a transaction that make a member the owner, and an ADMIN. */
function ownerWrites(member: Member, now: Date): Write[] {
  const { userId, organizationId, memberId } = member;
  const set = { owner: true, role: 'ADMIN' };
  return [
    {
      type: 'update',
      key: keys.membership(userId, organizationId),
      set,
      when: [
        { attribute: 'memberId', is: memberId },
        { attribute: 'owner', is: false },
      ],
    },
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      of: memberItem(member),
      set: { ...set, updatedAt: now.toISOString() },
      when: [{ attribute: 'userId', is: userId }],
    },
  ];
}
