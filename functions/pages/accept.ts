import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { INVITATION_PATH } from '../../lib/delivery.ts';
import { pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { acceptedPage } from '../../lib/dialects/page/invitation-page.ts';
import { LINK_REFUSALS } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { forAnybody } from '../../lib/http/endpoint.ts';
import { ACCEPT, acceptInvitation } from '../../lib/table/acceptance.ts';

export const returns = { 200: null };

/** Accepts an invitation from its page, by the link alone, and says where to go. */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${INVITATION_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: ACCEPT,
  depth: 3,
  body: z.object({ token: z.optional(z.string()) }),
  refuses: [...LINK_REFUSALS, 'organization_limit_reached'],
  async handle({ request, body }) {
    const { applicationUrl, limits } = configuration();
    const { organization, invitation } = await acceptInvitation(
      request,
      parseToken(body.token ?? ''),
      undefined,
      limits,
    );
    return acceptedPage({
      ...pageSetting(request.headers['accept-language']),
      organizationName: organization.name,
      email: invitation.email,
      applicationUrl,
    });
  },
});
export const { handler } = endpoint;
