import { type Occasion, withoutSourceAddress } from '../domain/audit.ts';
import type { Membership, User } from '../domain/member.ts';
import type { TeamMembership } from '../domain/team.ts';
import { getMember, getMembership, membershipWrite, profileOf, removalWrites } from '../organizations/members.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { getTeamMembership, listTeamsOf, teamMembershipTransfer } from '../teams/team-members.ts';

/** Places in teams that fit into one transaction beside a membership: 100 items, five for each. */
const PLACES = 15;

/**
 * Moves what places in teams a placeholder has left whose memberships are the person's by now, where they didn't fit
 * beside these: so many a transaction, each of which may be the last that an earlier try has made.
 */
export async function takeOverPlaces(placeholder: string, user: User): Promise<void> {
  const places = await listTeamsOf(placeholder);
  const members = await Promise.all(places.map(({ organizationId, memberId }) => getMember(organizationId, memberId)));
  const { userId } = user;
  const moved = places.filter((_, index) => members[index]?.userId === userId);
  for (const [memberId, rows] of Map.groupBy(moved, (row) => row.memberId)) {
    for (let start = 0; start < rows.length; start += PLACES) {
      const some = rows.slice(start, start + PLACES);
      const stale = await Promise.all(some.map(({ teamId }) => getTeamMembership(teamId, userId)));
      const [{ organizationId }] = some as [TeamMembership, ...TeamMembership[]];
      const when = [{ attribute: 'userId', is: userId }];
      await transact([
        // Changes nothing: the membership is theirs still.
        { type: 'update', key: keys.member(organizationId, memberId), set: { userId }, when },
        ...some.flatMap((row, index) => teamMembershipTransfer(row, { userId, memberId }, stale[index])),
      ]);
    }
  }
}

/**
 * Moves one membership from a placeholder to the person whose address it stood for, with its places in teams as far as
 * they fit into the transaction; a second one in the same organization ends.
 */
export async function takeOver(occasion: Omit<Occasion, 'by'>, held: Membership, user: User): Promise<void> {
  const { organizationId, memberId } = held;
  const [member, own, places] = await Promise.all([
    getMember(organizationId, memberId),
    getMembership(user.userId, organizationId),
    listTeamsOf(held.userId),
  ]);
  // Another request has taken it over already; what is read together isn't of one moment.
  if (member?.userId !== held.userId) throw new Stale();
  const teams = places.filter((row) => row.memberId === memberId).slice(0, PLACES);
  const stale = own ? [] : await Promise.all(teams.map(({ teamId }) => getTeamMembership(teamId, user.userId)));
  const entry = audit(withoutSourceAddress({ ...occasion, by: { type: 'user', id: user.userId } }), {
    action: own ? 'member.remove' : 'member.claim',
    organizationId,
    resource: { type: 'member', id: memberId },
    before: { userId: member.userId },
    after: { userId: user.userId },
  });
  // Nobody else has claimed the placeholder meanwhile.
  const isUnclaimed: Write = {
    type: 'check',
    key: keys.user(member.userId),
    when: [{ attribute: 'claimed', is: false }],
  };
  if (own) {
    await transact([isUnclaimed, ...removalWrites(member, occasion.now), entry]);
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
      set: { userId: user.userId, claimed: true, profile: profileOf(user), updatedAt: occasion.now.toISOString() },
      when: [{ attribute: 'userId', is: member.userId }],
    },
    { type: 'update', key: keys.user(member.userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
    { type: 'update', key: keys.user(user.userId), add: { organizations: 1 }, when: [{ exists: 'pk' }] },
    ...teams.flatMap((row, index) => teamMembershipTransfer(row, { userId: user.userId, memberId }, stale[index])),
    entry,
  ]);
}
