import { v1 } from '../../lib/dialects/v1/format.ts';
import type { AuditContext } from '../../lib/domain/audit.ts';
import { total } from '../../lib/domain/limits.ts';
import type { Actor } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getMember, removeMember } from '../../lib/organizations/members.ts';
import { deleteOrganization } from '../../lib/organizations/organizations.ts';
import { readCounters } from '../../lib/table/counters.ts';

export const returns = { 204: null };

/**
 * Removes a member, with immediate effect. Every member except the owner may remove themselves.
 *
 * An owner who is the only member may leave too, which deletes the organization. An access token can't remove its
 * owner.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/members/{id}',
  permission: 'member:remove',
  table: {
    Query: ['ORG'],
    ConditionCheckItem: ['USER'],
    DeleteItem: ['ORG', 'USER'],
    UpdateItem: ['ORG', 'USER'],
    PutItem: ['AUDIT', 'JOB'],
  },
  depth: 2,
  refuses: ['member_not_found', 'token_not_allowed', 'owner_must_transfer'],
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member')),
  oneself: ({ actor, read: member }) => member?.memberId === actor.memberId,
  async handle({ actor, auditContext, read: member }) {
    if (!member) throw new Refusal('member_not_found');
    if (member.memberId === actor.memberId && member.owner) await leaveAsOnlyMember(auditContext, actor);
    else await removeMember(auditContext, actor, member);
    return { status: 204 };
  },
});
export const { handler } = endpoint;

/** Deletes the organization of its only member. @throws Refusal `owner_must_transfer` if there are other members */
async function leaveAsOnlyMember(auditContext: AuditContext, actor: Actor): Promise<void> {
  const counters = await readCounters(actor.organizationId);
  if (total(counters, 'members') > 1) throw new Refusal('owner_must_transfer');
  await deleteOrganization(auditContext, actor, { id: actor.organizationId }, counters);
}
