import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import type { Profile, User } from '../domain/member.ts';
import { memberItem, profileOf, requireMember } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { type Condition, transact, type Write } from '../table/write.ts';
import { addressWrite } from './people.ts';

/**
 * Sets a person's names and username. No later sign-in overwrites them.
 *
 * @param identity the hash of issuer and subject of their sign-in
 */
export async function updateProfile(
  auditContext: Omit<AuditContext, 'by'>,
  identity: string,
  user: User,
  {
    firstName = user.firstName,
    lastName = user.lastName,
    username = user.username,
  }: { firstName?: string | undefined; lastName?: string | undefined; username?: string | undefined },
): Promise<User> {
  const profile = { firstName, lastName, email: user.email, ...(username !== undefined && { username }) };
  await writeProfile(auditContext, user.userId, profile, {
    action: 'member.update',
    user: [{ attribute: 'updatedAt', is: user.updatedAt }],
    address: [{ attribute: 'userId', is: user.userId }],
    others: [{ type: 'update', key: keys.identity(identity), set: { named: true }, when: [{ exists: 'pk' }] }],
  });
  return { ...user, ...profile };
}

/** How many members' profiles fit into one transaction besides the other changes: 100 items, two for each. */
export const PROFILES = 45;

/**
 * Writes a person's profile to all its copies: to the user, to the address, and to each of their members, so that lists
 * need no further read. If they join an organization meanwhile, the request starts again.
 *
 * @param change the conditions on user and address, and the other parts of the transaction
 */
export async function writeProfile(
  auditContext: Omit<AuditContext, 'by'>,
  userId: string,
  profile: Profile,
  change: {
    readonly action: 'member.claim' | 'member.update';
    readonly user: readonly Condition[];
    readonly address: readonly Condition[];
    readonly others: readonly Write[];
  },
): Promise<void> {
  const updatedAt = auditContext.now.toISOString();
  const memberships = await listMemberships(userId);
  const members = await Promise.all(memberships.map(requireMember));
  const memberWrites = members.map((member) => [
    {
      type: 'update',
      key: keys.member(member.organizationId, member.memberId),
      of: memberItem(member),
      set: { profile: profileOf(profile), claimed: true, updatedAt },
      remove: ['vouched'],
      when: [{ attribute: 'userId', is: userId }],
    } as const,
    audit(withoutSourceAddress({ ...auditContext, by: { type: 'user', id: userId } }), {
      action: change.action,
      organizationId: member.organizationId,
      resource: { type: 'member', id: member.memberId },
      ...(change.action === 'member.claim' && { after: { claimed: true } }),
    }),
  ]);
  // Only a takeover from a placeholder exceeds one transaction. The surplus is written first, so that a retry repeats
  // it.
  for (let start = PROFILES; start < memberWrites.length; start += PROFILES) {
    await transact(memberWrites.slice(start, start + PROFILES).flat());
  }
  await transact([
    {
      type: 'update',
      key: keys.user(userId),
      set: { ...profileOf(profile), claimed: true, updatedAt },
      remove: ['due', 'dueAt', 'vouched', 'reserved'],
      when: [...change.user, { attribute: 'organizations', is: memberships.length }],
    },
    addressWrite({ ...profile, userId, claimed: true }, change.address),
    ...change.others,
    ...memberWrites.slice(0, PROFILES).flat(),
  ]);
}
