import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey, readNumber } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { requireSiteInvite } from '../../lib/sites/site-invites.ts';
import { RESEND_SITE_INVITE, readSiteInviteContext, resendSiteInvite } from '../../lib/sites/site-inviting.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Message };

/**
 * Sends an invite to a site again, by its integer, with a new link and a full new period; the caller becomes who invites.
 *
 * Earlier links and tokens are good for nothing from then on. One whose time is over is revived; one that was accepted or
 * withdrawn is refused, and no mail leaves. It counts among the five invites a minute. Owners of the owning team may, and
 * ADMINs of its organization.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/teams/invites/{invite}/resend',
  permission: 'site:manage',
  table: union(LOCATE_SITE, RESEND_SITE_INVITE),
  depth: 6,
  email: true,
  refuses: [
    ...(['invitation_not_found', 'invitation_not_resendable'] as const),
    ...(['request_rate_exceeded', 'recipient_rate_exceeded', 'mail_rate_exceeded'] as const),
  ],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, occasion, reach: { site }, accessPath }) {
    const invite = await requireSiteInvite(site, readNumber(request.params.invite));
    const context = await readSiteInviteContext(occasion, { accessPath, site, email: invite.email });
    const headers = await resendSiteInvite(occasion, { accessPath, site, invite, context });
    return { status: 200, headers, body: { message: 'Invite resent successfully' } };
  },
});
export const { handler } = endpoint;
