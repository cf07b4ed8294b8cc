import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { forLinkHolder } from '../../lib/http/for-anybody.ts';
import { BLOCK, FIND_INVITED, findInvitedBy, setBlocked } from '../../lib/invitations/blocking.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 204: null };

/**
 * Blocks the organization's invitations to the invited address with the token of a link; `blocked` false unblocks them.
 *
 * Any link of any of its mails is accepted, expired or not. `of` is `site` for a link to a site invite. Blocked
 * invitations can still be created and look as if they were mailed, but no mail is sent. The organization isn't
 * notified.
 */
export const endpoint = forLinkHolder({
  format: v1,
  route: 'POST /v1/invitations/block',
  table: union(BLOCK, FIND_INVITED),
  depth: 3,
  body: z.strictObject({
    token: z.string(),
    of: z.optional(z.enum(['invitation', 'site'])),
    blocked: z.optional(z.boolean()),
  }),
  refuses: [
    ...(['invitation_not_found', 'invitation_superseded', 'sign_in_required'] as const),
    ...(['invitation_for_another_address', 'site_invite_not_found'] as const),
  ],
  async handle({ body: { token, of = 'invitation', blocked = true }, request, person }) {
    const { email, organization } = await findInvitedBy(token, of, person);
    await setBlocked(request, { email, organizationId: organization.id, isBlocked: blocked });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
