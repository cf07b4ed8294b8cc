import * as z from 'zod/mini';
import { answerLinkHolder, pageSetting, pages, redirectFor } from '../../lib/dialects/page/format.ts';
import { declinedPage } from '../../lib/dialects/page/invitation-page.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { DECLINE_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { DECLINE, declineInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink, inviterName } from '../../lib/invitations/links.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: null };

/** Declines an invitation from its page. The mailed link is enough. */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${DECLINE_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  // The page of a dead link names the inviter.
  table: union(DECLINE, { BatchGetItem: ['USER', 'OPERATOR'] }),
  depth: 2,
  body: z.object({ token: z.optional(z.string()) }),
  refuses: [...LINK_REFUSALS.filter((code) => code !== 'inviter_removed'), 'sign_in_required'],
  async handle({ request, body: { token = '' } }) {
    const link = await findLink(parseToken(token));
    const setting = pageSetting(request.headers['accept-language'], link);
    return answerLinkHolder(setting, link, token, {
      inviterName,
      async answer() {
        const { organization, invitation } = await declineInvitation(request, link, undefined);
        return declinedPage({
          ...{ ...setting, organizationName: organization.name, email: invitation.email },
          redirectUrl: redirectFor(link, 'declined'),
        });
      },
    });
  },
});
export const { handler } = endpoint;
