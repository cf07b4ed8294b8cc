import * as z from 'zod/mini';
import { configuration, consoleUrl, roleLabels } from '../../lib/configuration.ts';
import { answerLinkHolder, pageSetting, pages, redirectFor } from '../../lib/dialects/page/format.ts';
import { invitationPage } from '../../lib/dialects/page/invitation-page.ts';
import { welcome } from '../../lib/dialects/page/welcome.ts';
import { LINK_REFUSALS, needsSignIn, openLink, refuseUnlessInviterMay } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { BLOCK_PATH, DECLINE_PATH, INVITATION_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { acceptedMember } from '../../lib/invitations/acceptance.ts';
import { findLink, inviterName } from '../../lib/invitations/links.ts';
import { getInviterRole, getSender } from '../../lib/organizations/senders.ts';

export const returns = { 200: null };

/**
 * Shows the page of an invitation link: inviter, organization, role and expiry.
 *
 * Opening the page changes nothing, so that mail scanners do no harm (nextcloud#58746); the form's POST accepts. A used
 * link shows that the invitation was accepted. A link from an answer of the API has no form, and shows where to sign
 * in.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${INVITATION_PATH}`,
  table: { BatchGetItem: ['ORG', 'USER', 'OPERATOR'] },
  depth: 2,
  query: z.object({ token: z.optional(z.string()) }),
  refuses: [...LINK_REFUSALS],
  async handle({ request, query: { token = '' } }) {
    const link = await findLink(parseToken(token));
    const { organization, invitation } = link;
    const setting = pageSetting(request.headers['accept-language'], link);
    return answerLinkHolder(setting, link, token, {
      inviterName,
      async answer() {
        const { role, email, expiresAt, message } = invitation;
        if (openLink(link, request.now) === 'ACCEPTED') {
          return welcome(setting, link, await acceptedMember(link, undefined));
        }
        const answer = needsSignIn(link)
          ? { signInUrl: redirectFor(link, 'pending') ?? signInUrl(token) }
          : { token, action: INVITATION_PATH, declineAction: DECLINE_PATH, blockAction: BLOCK_PATH };
        const [inviter, membership] = await Promise.all([
          getSender(invitation.inviterId, organization.id),
          getInviterRole(invitation.inviterId, organization.id),
        ]);
        refuseUnlessInviterMay(membership);
        if (!inviter) throw new Refusal('inviter_removed');
        return invitationPage({
          ...setting,
          organizationName: organization.name,
          inviterName: inviter.name,
          role,
          roleLabels: roleLabels(),
          email,
          expiresAt,
          message,
          answer,
        });
      },
    });
  },
});
export const { handler } = endpoint;

/**
 * Returns the application's address with the link's token: the application signs the person in and calls the API. Without
 * an application it is the console's page with the person's invitations.
 */
function signInUrl(token: string): string | undefined {
  const { applicationUrl } = configuration();
  if (applicationUrl === undefined) return consoleUrl('organizations');
  const url = new URL(applicationUrl);
  url.searchParams.set('invitation_token', token);
  return url.href;
}
