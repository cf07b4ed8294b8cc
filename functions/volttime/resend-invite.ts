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
 * Sends a site invite again, by its id, with a new link and a full new period. The caller becomes the inviter.
 *
 * Links of earlier mails become void; the token from the API's answer stays valid. An expired invite becomes open
 * again. An accepted or withdrawn one is refused, and no mail is sent. A resend counts towards the limit of five
 * invites a minute. For owners of the owning team, and ADMINs of its organization.
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
  async handle({ request, auditContext, reach: { site }, accessPath }) {
    const invite = await requireSiteInvite(site, readNumber(request.params.invite));
    const context = await readSiteInviteContext(auditContext, { accessPath, site, email: invite.email });
    const headers = await resendSiteInvite(auditContext, { accessPath, site, invite, context });
    return { status: 200, headers, body: { message: 'Invite resent successfully' } };
  },
});
export const { handler } = endpoint;
