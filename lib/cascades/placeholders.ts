import type { Occasion } from '../domain/audit.ts';
import type { User } from '../domain/member.ts';
import { removalWrites, requireMember } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';

/** Table access of `endPlaceholder`. */
export const END_PLACEHOLDER: TableAccess = {
  BatchGetItem: ['ORG'],
  Query: ['USER'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'USER'],
  DeleteItem: ['ORG', 'USER', 'EMAIL'],
};

/**
 * Ends somebody who accepted by link alone and whom nobody has claimed by a sign-in: their memberships, one transaction
 * an organization, and at last the user and the address.
 *
 * @throws Stale when somebody has claimed it meanwhile, or it joined another organization
 */
export async function endPlaceholder({ userId, email }: User, occasion: Occasion): Promise<void> {
  const isUnclaimed: Write = {
    type: 'check',
    key: keys.user(userId),
    when: [{ attribute: 'claimed', is: false }],
  };
  for (const membership of await listMemberships(userId)) {
    const { organizationId, memberId, role } = membership;
    const member = await requireMember(membership);
    await transact([
      isUnclaimed,
      ...removalWrites(member, occasion.now),
      audit(occasion, {
        action: 'member.expire',
        organizationId,
        resource: { type: 'member', id: memberId },
        before: { role },
      }),
    ]);
  }
  await transact([
    {
      type: 'delete',
      key: keys.user(userId),
      when: [
        { attribute: 'claimed', is: false },
        { attribute: 'organizations', is: 0 },
      ],
    },
    { type: 'delete', key: keys.address(email), when: [{ attribute: 'userId', is: userId }] },
  ]);
}
