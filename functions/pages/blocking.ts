import * as z from 'zod/mini';
import { blockingPage } from '../../lib/dialects/page/block-page.ts';
import { pageSetting, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { BLOCK_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { type BlockedBy, FIND_INVITED, findInvitedBy } from '../../lib/invitations/blocking.ts';

export const returns = { 200: null };

/**
 * Shows the page on which an invitee blocks the organization's invitations, from a link in each mail. Opening the page
 * changes nothing, so that mail scanners do no harm; the form's POST blocks.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${BLOCK_PATH}`,
  table: FIND_INVITED,
  depth: 1,
  query: z.object({ token: z.optional(z.string()), of: z.optional(z.string()) }),
  refuses: ['invitation_not_found', 'invitation_superseded', 'sign_in_required', 'site_invite_not_found'],
  async handle({ request, query: { token = '', of: kind } }) {
    const of: BlockedBy = kind === 'site' ? kind : 'invitation';
    const acceptLanguage = request.headers['accept-language'];
    const { email, organization, link } = await findInvitedBy(token, of, undefined);
    const setting = link ? pageSetting(acceptLanguage, link) : sitePageSetting(acceptLanguage, organization);
    return blockingPage({ ...setting, organizationName: organization.name, email, token, of, action: BLOCK_PATH });
  },
});
export const { handler } = endpoint;
