import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Declination } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { forLinkHolder } from '../../lib/http/endpoint.ts';
import { DECLINE, declineInvitation } from '../../lib/table/acceptance.ts';

export const returns = { 200: Declination };

/**
 * Declines an invitation by the token of its link; its address can be invited again.
 *
 * A bearer token is optional; one of another address is refused and the invitation stays alive.
 */
export const endpoint = forLinkHolder({
  format: v1,
  route: 'POST /v1/invitations/decline',
  table: DECLINE,
  depth: 2,
  body: z.strictObject({ token: z.string() }),
  refuses: [
    'invitation_not_found',
    'invitation_not_pending',
    'invitation_superseded',
    'invitation_for_another_address',
  ],
  async handle({ body, request, person }) {
    const { invitation, organization } = await declineInvitation(request, parseToken(body.token), person);
    return { status: 200, body: { invitation: showInvitation(invitation, organization, request.now) } };
  },
});
export const { handler } = endpoint;
