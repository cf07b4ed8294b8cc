import * as z from 'zod/mini';
import { blockedPage, unblockedPage } from '../../lib/dialects/page/block-page.ts';
import { pageSetting, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { BLOCK_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { BLOCK, type BlockedBy, FIND_INVITED, findInvitedBy, setBlocked } from '../../lib/invitations/blocking.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: null };

/**
 * Blocks or unblocks the organization's invitations to the invited address, from the page of an invitation, of its
 * reminders, or of a site invite. Requires a mailed link.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${BLOCK_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: union(BLOCK, FIND_INVITED),
  depth: 3,
  body: z.object({ token: z.optional(z.string()), of: z.optional(z.string()), undo: z.optional(z.string()) }),
  refuses: [
    ...(['invitation_not_found', 'invitation_superseded', 'sign_in_required'] as const),
    'site_invite_not_found',
  ],
  async handle({ request, body: { token = '', of: kind, undo } }) {
    const of: BlockedBy = kind === 'site' ? kind : 'invitation';
    const acceptLanguage = request.headers['accept-language'];
    const { email, organization, link } = await findInvitedBy(token, of, undefined);
    await setBlocked(request, { email, organizationId: organization.id, isBlocked: undo === undefined });
    const setting = link ? pageSetting(acceptLanguage, link) : sitePageSetting(acceptLanguage, organization);
    const shown = { ...setting, organizationName: organization.name, email, token, of, action: BLOCK_PATH };
    return undo === undefined ? blockedPage(shown) : unblockedPage(shown);
  },
});
export const { handler } = endpoint;
