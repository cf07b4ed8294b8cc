import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { RoleName } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { changeRole, getMember } from '../../lib/organizations/members.ts';

export const returns = { 200: Member };
export const example = { role: 'VIEWER' };

/**
 * Changes a member's role.
 *
 * The owner stays an ADMIN, and an access token can't change its owner's role. The caller's own role is a condition of
 * the write: if two admins demote each other concurrently, one succeeds.
 */
export const endpoint = forMember({
  format: v1,
  route: 'PATCH /v1/members/{id}',
  permission: 'member:update',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG', 'USER'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  body: z.strictObject({ role: RoleName }),
  refuses: ['member_not_found', 'token_not_allowed', 'owner_must_transfer'],
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member')),
  async handle({ body, actor, auditContext, read: member }) {
    if (!member) throw new Refusal('member_not_found');
    if (member.role === body.role) return { status: 200, body: showMember(member) };
    return { status: 200, body: showMember(await changeRole(auditContext, actor, member, body.role)) };
  },
});
export const { handler } = endpoint;
