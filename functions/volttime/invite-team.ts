import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import {
  assetsOf,
  inviteTermsOf,
  NewSiteInvite,
  requireAssets,
  requireAtMost,
} from '../../lib/dialects/volttime/input.ts';
import { NewInvite } from '../../lib/dialects/volttime/schemas.ts';
import { showInvite } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { chargersOn, FIND_CHARGERS, findChargers } from '../../lib/sites/chargers.ts';
import { CREATE_SITE_INVITE, createSiteInvite, readSiteInviteContext } from '../../lib/sites/site-inviting.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 201: NewInvite };
export const example = { email: 'jane@example.com' };

/**
 * Creates a site invite and mails it. The mail's link opens a page on which the invitee accepts for one of the teams
 * that they manage. For owners of the owning team, and ADMINs of its organization.
 *
 * The invite may include the site's ownership, sensitive data with or without an expiry, and a limit to some chargers.
 * It can be accepted once, within seven days, and while the inviter manages the site. `invite_token` is for signed-in
 * callers of `POST /api/v3/sites/invite/accept`. A user can create at most five invites a minute. If SES is slow or
 * down, the invite is created all the same, and the scheduled function sends its mail.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/teams/invite',
  permission: 'site:manage',
  table: union(LOCATE_SITE, FIND_CHARGERS, CREATE_SITE_INVITE),
  depth: 5,
  email: true,
  creates: true,
  body: NewSiteInvite,
  refuses: ['recipient_rate_exceeded', 'mail_rate_exceeded'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  read: ({ body }) => findChargers(assetsOf(body)?.slice(0, configuration().limits.assetsOfAccess) ?? []),
  async handle({ body, auditContext, remember, reach: { site }, accessPath, read }) {
    requireAtMost('accessible_assets', assetsOf(body), configuration().limits.assetsOfAccess);
    const [context, chargers] = await Promise.all([
      readSiteInviteContext(auditContext, { accessPath, site, email: body.email }),
      chargersOn(site.id, read),
    ]);
    const assets = assetsOf(body) && requireAssets(read, chargers);
    const input = { email: body.email, ...inviteTermsOf(body, assets) };
    const { invite, headers, given } = await createSiteInvite(
      auditContext,
      { accessPath, site, context },
      input,
      (made) => remember({ status: 201, body: showInvite(made) }),
    );
    return { status: 201, headers, body: showInvite(invite, given) };
  },
});
export const { handler } = endpoint;
