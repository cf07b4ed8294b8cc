import { v1 } from '../../lib/dialects/v1/format.ts';
import { Invitation } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getInvitation } from '../../lib/invitations/invitations.ts';

export const returns = { 200: Invitation };

/** Shows one invitation, with the delivery of its mail. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/invitations/{id}',
  permission: 'invitation:read',
  depth: 1,
  refuses: ['invitation_not_found'],
  read: ({ request, organizationId }) => getInvitation(organizationId, pathId(request, 'invitation')),
  async handle({ request, organization, read: invitation }) {
    if (!invitation) throw new Refusal('invitation_not_found');
    return { status: 200, body: showInvitation(invitation, organization, request.now) };
  },
});
export const { handler } = endpoint;
