import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { refuseUnlessInvited } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { forLinkHolder } from '../../lib/http/endpoint.ts';
import { BLOCK, setBlocked } from '../../lib/table/blocking.ts';
import { findAnyLink } from '../../lib/table/links.ts';

export const returns = { 204: null };

/**
 * Says by the token of a link that the invited address wants no more invitations from the organization, or with `blocked`
 * false that it wants them again.
 *
 * Any link of any of its mails does, also one that is over. Invitations can still be made: they look as if they had been
 * mailed, and nothing is. The organization isn't told.
 */
export const endpoint = forLinkHolder({
  format: v1,
  route: 'POST /v1/invitations/block',
  table: { ...BLOCK, BatchGetItem: ['EMAIL', 'ORG'] },
  depth: 3,
  body: z.strictObject({ token: z.string(), blocked: z.optional(z.boolean()) }),
  refuses: ['invitation_not_found', 'invitation_superseded', 'sign_in_required', 'invitation_for_another_address'],
  async handle({ body: { token, blocked = true }, request, person }) {
    const link = await findAnyLink(parseToken(token));
    refuseUnlessInvited(link, person);
    await setBlocked(link.invitation.email, link.organization.id, blocked, request);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
