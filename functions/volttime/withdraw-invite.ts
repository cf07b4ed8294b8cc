import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey, readNumber } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { requireSiteInvite, WITHDRAW_SITE_INVITE, withdrawSiteInvite } from '../../lib/sites/site-invites.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Message };

/**
 * Withdraws an open site invite, by its id. Its links and tokens become void. For owners of the owning team, and
 * ADMINs of its organization, whether they created the invite or not.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'DELETE /api/v3/sites/{site}/teams/invites/{invite}',
  permission: 'site:manage',
  table: union(LOCATE_SITE, WITHDRAW_SITE_INVITE),
  depth: 4,
  refuses: ['invitation_not_found', 'invitation_not_pending'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, auditContext, reach: { site }, accessPath }) {
    const invite = await requireSiteInvite(site, readNumber(request.params.invite));
    await withdrawSiteInvite(auditContext, { accessPath, site, invite });
    return { status: 200, body: { message: 'Invite withdrawn successfully' } };
  },
});
export const { handler } = endpoint;
