import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Acceptance } from '../../lib/dialects/v1/schemas.ts';
import { showAcceptance } from '../../lib/dialects/v1/show.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { pathId } from '../../lib/http/path.ts';
import { ACCEPT, acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findOwnInvitation } from '../../lib/invitations/links.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Acceptance };

/**
 * Accepts an invitation that waits for the caller. `GET /v1/me` lists these.
 *
 * No link is needed: the caller is signed in with the invited address, verified. Works for invitations that were mailed,
 * and for those whose link went to the inviter. Accepting again succeeds with the same membership.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'POST /v1/me/invitations/{id}/accept',
  table: union(ACCEPT, { Query: ['EMAIL'] }),
  depth: 5,
  refuses: [
    ...(['invitation_not_found', 'invitation_expired', 'invitation_revoked', 'invitation_declined'] as const),
    ...(['invitation_used', 'invitation_for_another_address', 'inviter_removed'] as const),
    'organization_limit_reached',
  ],
  async handle({ request, person }) {
    const link = await findOwnInvitation(person.email, pathId(request, 'invitation'));
    const accepted = await acceptInvitation(request, { link, accepter: person, limits: configuration().limits });
    return { status: 200, body: showAcceptance(accepted, request.now) };
  },
});
export const { handler } = endpoint;
