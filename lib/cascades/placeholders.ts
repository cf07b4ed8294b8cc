import type { AuditContext } from '../domain/audit.ts';
import type { User } from '../domain/member.ts';
import { placeholderEnd, removalWrites, requireMember } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { record, transact, type Write } from '../table/write.ts';

/** Table access of `endPlaceholder`. */
export const END_PLACEHOLDER: TableAccess = {
  BatchGetItem: ['ORG'],
  Query: ['USER'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'USER'],
  DeleteItem: ['ORG', 'USER', 'EMAIL', 'IDENTITY'],
};

/**
 * Deletes a placeholder: a user who accepted by a link and has never signed in. Deletes each membership in its own
 * transaction, then the user, the address and a reserved sign-in. A placeholder for whom the operator vouches stays
 * while it has memberships.
 *
 * @throws Stale when the user has signed in, or joined another organization, in the meantime
 */
export async function endPlaceholder(
  { userId, email, vouched, reserved, organizations }: User,
  auditContext: AuditContext,
): Promise<void> {
  if (vouched && organizations > 0) {
    // It is in another organization yet.
    const set = { ...placeholderEnd({ userId, claimed: false }, auditContext.now) };
    await record({ type: 'update', key: keys.user(userId), set, when: [{ attribute: 'claimed', is: false }] });
    return;
  }
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
      ...removalWrites(member, auditContext.now),
      audit(auditContext, {
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
    ...(reserved
      ? [{ type: 'delete', key: keys.identity(reserved), when: [{ attribute: 'userId', is: userId }] } as const]
      : []),
  ]);
}
