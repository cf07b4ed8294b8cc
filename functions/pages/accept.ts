import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { answerLinkHolder, pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { acceptedPage } from '../../lib/dialects/page/invitation-page.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { INVITATION_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { ACCEPT, acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink } from '../../lib/invitations/links.ts';

export const returns = { 200: null };

/** Accepts an invitation from its page, and shows where to continue. The mailed link is enough. */
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
    return answerLinkHolder(setting, link, token, async () => {
      const { applicationUrl, limits } = configuration();
      const { organization, invitation } = await acceptInvitation(request, { link, limits });
      return acceptedPage({ ...setting, organizationName: organization.name, email: invitation.email, applicationUrl });
    });
  },
});
export const { handler } = endpoint;
