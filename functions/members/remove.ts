import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { may } from '../../lib/domain/roles.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { getMember, removeMember } from '../../lib/table/members.ts';

export const returns = { 204: null };

/**
 * Removes a member, whose very next request is refused; removing oneself is leaving, which every member but the owner
 * may.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/members/{id}',
  table: {
    ConditionCheckItem: ['USER'],
    DeleteItem: ['ORG', 'USER'],
    UpdateItem: ['ORG', 'USER'],
    PutItem: ['AUDIT', 'JOB'],
  },
  depth: 2,
  refuses: ['member_not_found', 'owner_must_transfer', 'forbidden'],
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member')),
  async handle({ actor, occasion, read: member }) {
    const isLeaving = member?.memberId === actor.memberId;
    if (!isLeaving && !may(actor.role, 'member:remove')) throw new Refusal('forbidden');
    if (!member) throw new Refusal('member_not_found');
    await removeMember(occasion, actor, member);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
