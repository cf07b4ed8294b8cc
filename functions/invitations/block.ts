import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { forLinkHolder } from '../../lib/http/for-anybody.ts';
import { BLOCK, FIND_INVITED, findInvitedBy, setBlocked } from '../../lib/invitations/blocking.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 204: null };

/**
 * Says by the token of a link that the invited address wants no more invitations from the organization, or with `blocked`
 * false that it wants them again.
 *
 * Any link of any of its mails does, also one that is over; `of` says that it is one of an invite to a site. Invitations can still be made: they look as if they had been
 * mailed, and nothing is. The organization isn't told.
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
