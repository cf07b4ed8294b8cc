import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { answerLinkHolder, pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { renewalRequestedPage } from '../../lib/dialects/page/renewal-page.ts';
import { LINK_REFUSALS, refuseUnlessExpired, refuseUnlessInviterMay } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { RENEWAL_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { findLink, inviterName } from '../../lib/invitations/links.ts';
import { getRenewalRecipient, REQUEST_RENEWAL, requestRenewal } from '../../lib/invitations/renewal-request.ts';
import { getInviterRole, getSender } from '../../lib/organizations/senders.ts';

export const returns = { 200: null };

/**
 * Requests a new invitation from the inviter, from the page of an expired link. One request per period is mailed.
 *
 * The mail is tried at once. If SES is slow or down, the request is recorded all the same, and the scheduled function
 * sends the mail.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${RENEWAL_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: REQUEST_RENEWAL,
  depth: 4,
  email: true,
  body: z.object({ token: z.optional(z.string()) }),
  refuses: [...LINK_REFUSALS, 'recipient_rate_exceeded'],
  async handle({ request, body: { token = '' } }) {
    const { now } = request;
    const link = await findLink(parseToken(token));
    const { organization, invitation } = link;
    const setting = pageSetting(request.headers['accept-language'], link);
    return answerLinkHolder(setting, link, token, {
      inviterName,
      async answer() {
        refuseUnlessExpired(link, now);
        const [inviter, membership, recipient] = await Promise.all([
          getSender(invitation.inviterId, organization.id),
          getInviterRole(invitation.inviterId, organization.id),
          getRenewalRecipient(invitation),
        ]);
        refuseUnlessInviterMay(membership);
        if (!inviter) throw new Refusal('inviter_removed');
        const again = invitation.renewalRequestedAt !== undefined;
        if (!again) await requestRenewal(request, { organization, invitation, recipient }, configuration().limits);
        return renewalRequestedPage({
          ...{ ...setting, again },
          organizationName: organization.name,
          inviterName: inviter.name,
          email: invitation.email,
        });
      },
    });
  },
});
export const { handler } = endpoint;
