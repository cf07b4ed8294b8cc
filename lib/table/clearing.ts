import { COUNTER_ROWS } from '../domain/limits.ts';
import type { Member } from '../domain/member.ts';
import type { TableAccess } from './access.ts';
import { listAccessTokens, tokenRemoval } from './access-tokens.ts';
import type { Job } from './due.ts';
import { listInvitations } from './invitations.ts';
import { keys } from './keys.ts';
import { jobWrites, listMembers } from './members.ts';
import { transact } from './write.ts';

/** What the functions of this file do to the table. */
export const CLEAR: TableAccess = {
  Query: ['ORG', 'USER'],
  PutItem: ['JOB'],
  UpdateItem: ['USER'],
  DeleteItem: ['ORG', 'USER', 'EMAIL', 'JOB'],
};

/** Rows that are cleared in one go; a transaction has at most 100 items. */
const BATCH = 25;

/** Clears what a membership that has ended left behind: its access tokens, which count no more. */
export async function clearMembership({ userId, organizationId, memberId }: Job): Promise<void> {
  const tokens = await listAccessTokens(userId, organizationId);
  const left = tokens.filter((token) => token.memberId === memberId);
  for (let start = 0; start < left.length; start += BATCH) {
    await transact(left.slice(start, start + BATCH).map(tokenRemoval));
  }
  await transact([{ type: 'delete', key: keys.job(memberId) }]);
}

/**
 * Clears a part of an organization that was deleted; at last the organization itself.
 *
 * @returns whether nothing is left
 */
export async function clearOrganization(organizationId: string, now: Date): Promise<boolean> {
  const [members, invitations] = await Promise.all([
    listMembers(organizationId, { limit: BATCH }),
    listInvitations(organizationId, { limit: BATCH }),
  ]);
  for (const member of members) await clearMember(member, now);
  for (const { id, email } of invitations) {
    await transact([
      { type: 'delete', key: keys.invitation(organizationId, id) },
      { type: 'delete', key: keys.invited(email, organizationId) },
    ]);
  }
  if (members.length > 0 || invitations.length > 0) return false;
  await transact([
    ...Array.from({ length: COUNTER_ROWS }, (_, row) => ({
      type: 'delete' as const,
      key: keys.counter(organizationId, row),
    })),
    { type: 'delete', key: keys.organization(organizationId), when: [{ exists: 'deletedAt' }] },
  ]);
  return true;
}

/** Ends a membership in an organization that was deleted, the owner's too. */
export async function clearMember(member: Member, now: Date): Promise<void> {
  const { organizationId, memberId, userId } = member;
  await transact([
    ...jobWrites(member, now),
    {
      type: 'delete',
      key: keys.membership(userId, organizationId),
      when: [{ attribute: 'memberId', is: memberId }],
    },
    {
      type: 'delete',
      key: keys.member(organizationId, memberId),
      when: [{ attribute: 'tokens', is: member.tokens }],
    },
    { type: 'update', key: keys.user(userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
  ]);
}
