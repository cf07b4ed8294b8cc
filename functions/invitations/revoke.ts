import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { revokeInvitation } from '../../lib/invitations/ending.ts';
import { getInvitation } from '../../lib/invitations/invitations.ts';

export const returns = { 204: null };

/**
 * Revokes a pending invitation. Its link then shows this.
 *
 * The invitation stays in the list, as REVOKED. Of a concurrent accept and revoke, exactly one succeeds.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/invitations/{id}',
  permission: 'invitation:revoke',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG', 'EMAIL'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  refuses: ['invitation_not_found', 'invitation_not_pending'],
  read: ({ request, organizationId }) => getInvitation(organizationId, pathId(request, 'invitation')),
  async handle({ actor, auditContext, read: invitation }) {
    if (!invitation) throw new Refusal('invitation_not_found');
    await revokeInvitation(auditContext, actor, invitation);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
