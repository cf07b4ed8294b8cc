import { v1 } from '../../lib/dialects/v1/format.ts';
import { Declination } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { pathId } from '../../lib/http/path.ts';
import { DECLINE, declineInvitation } from '../../lib/invitations/acceptance.ts';
import { findOwnInvitation } from '../../lib/invitations/links.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Declination };

/**
 * Declines an invitation that waits for the caller. `GET /v1/me` lists these. The address can be invited again.
 *
 * The organization sees that the invitation was declined, and not that it was by somebody with an account.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'POST /v1/me/invitations/{id}/decline',
  table: union(DECLINE, { Query: ['EMAIL'] }),
  depth: 4,
  refuses: [
    ...(['invitation_not_found', 'invitation_expired', 'invitation_revoked', 'invitation_declined'] as const),
    'invitation_used',
  ],
  async handle({ request, person }) {
    const link = await findOwnInvitation(person.email, pathId(request, 'invitation'));
    const { invitation, organization } = await declineInvitation(request, link, person);
    return { status: 200, body: { invitation: showInvitation(invitation, organization, request.now) } };
  },
});
export const { handler } = endpoint;
