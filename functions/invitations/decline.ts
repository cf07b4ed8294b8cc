import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Declination } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { forLinkHolder } from '../../lib/http/for-anybody.ts';
import { DECLINE, declineInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink } from '../../lib/invitations/links.ts';

export const returns = { 200: Declination };

/**
 * Declines an invitation with the token of its link. The address can be invited again.
 *
 * The token of a mailed link is enough. A link from an answer of the API requires the bearer token of the invited
 * person. A bearer token of another address is refused, and the invitation stays pending.
 */
export const endpoint = forLinkHolder({
  format: v1,
  route: 'POST /v1/invitations/decline',
  table: DECLINE,
  depth: 2,
  body: z.strictObject({ token: z.string() }),
  refuses: [
    ...LINK_REFUSALS.filter((code) => code !== 'inviter_removed'),
    ...(['sign_in_required', 'invitation_for_another_address'] as const),
  ],
  find: ({ body }) => findLink(parseToken(body.token)),
  async handle({ request, person, found: link }) {
    const { invitation, organization } = await declineInvitation(request, link, person);
    return { status: 200, body: { invitation: showInvitation(invitation, organization, request.now) } };
  },
});
export const { handler } = endpoint;
