import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { answerLinkHolder, pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { welcome } from '../../lib/dialects/page/welcome.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { INVITATION_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { ACCEPT, acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink, inviterName } from '../../lib/invitations/links.ts';

export const returns = { 200: null };

/**
 * Accepts an invitation from its page, and shows where to continue. The mailed link is enough.
 *
 * If nobody has signed in with the address before, the page leads to the place where an account is made. Otherwise it
 * sends the browser to the `redirectUrl` of the invitation, if it has one.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${INVITATION_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: ACCEPT,
  depth: 3,
  body: z.object({ token: z.optional(z.string()) }),
  refuses: [...LINK_REFUSALS, 'sign_in_required', 'organization_limit_reached'],
  async handle({ request, body: { token = '' } }) {
    const link = await findLink(parseToken(token));
    const setting = pageSetting(request.headers['accept-language'], link);
    return answerLinkHolder(setting, link, token, {
      inviterName,
      async answer() {
        const { organization, invitation, member } = await acceptInvitation(request, {
          link,
          limits: configuration().limits,
        });
        return welcome(setting, { organization, invitation }, member);
      },
    });
  },
});
export const { handler } = endpoint;
