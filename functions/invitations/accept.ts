import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Acceptance } from '../../lib/dialects/v1/schemas.ts';
import { showAcceptance } from '../../lib/dialects/v1/show.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { forLinkHolder } from '../../lib/http/for-anybody.ts';
import { ACCEPT, acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink } from '../../lib/invitations/links.ts';

export const returns = { 200: Acceptance };

/**
 * Accepts an invitation with the token of its link.
 *
 * The token of a mailed link is enough: the membership belongs to the invited address, and anyone who signs in with
 * that verified address can use it. A link from an answer of the API proves nothing about its holder, and requires the
 * bearer token of the invited person. A bearer token of another address is refused, and the invitation stays pending.
 * Accepting again succeeds with the same membership. The invitation in the answer names the teams that were joined.
 */
export const endpoint = forLinkHolder({
  format: v1,
  route: 'POST /v1/invitations/accept',
  table: ACCEPT,
  depth: 3,
  body: z.strictObject({ token: z.string() }),
  refuses: [...LINK_REFUSALS, 'sign_in_required', 'invitation_for_another_address', 'organization_limit_reached'],
  find: ({ body }) => findLink(parseToken(body.token)),
  async handle({ request, person, found: link }) {
    const accepted = await acceptInvitation(request, { link, accepter: person, limits: configuration().limits });
    return { status: 200, body: showAcceptance(accepted, request.now) };
  },
});
export const { handler } = endpoint;
