import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { assetsOf, carriedBy, NewSiteInvite, requireAssets, requireAtMost } from '../../lib/dialects/volttime/input.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { NewInvite } from '../../lib/dialects/volttime/schemas.ts';
import { showInvite } from '../../lib/dialects/volttime/show.ts';
import { managingWay } from '../../lib/domain/site.ts';
import { forSite } from '../../lib/http/endpoint.ts';
import { chargersOn, FIND_CHARGERS, findChargers } from '../../lib/sites/chargers.ts';
import { beforeInviting, INVITE_TO_SITE, inviteToSite } from '../../lib/sites/site-inviting.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 201: NewInvite };

/** Invites a team of somebody's to a site, as `POST /api/v3/sites/{site}/teams/invite` does, whose earlier form this is. */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/invite',
  permission: 'site:read',
  rule: 'site:manage',
  table: union(LOCATE_SITE, FIND_CHARGERS, INVITE_TO_SITE),
  depth: 5,
  email: true,
  creates: true,
  body: NewSiteInvite,
  refuses: ['forbidden', 'recipient_rate_exceeded', 'mail_rate_exceeded'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  read: ({ body }) => findChargers(assetsOf(body)?.slice(0, configuration().limits.assetsOfAccess) ?? []),
  async handle({ body, occasion, once, reach: { site }, ways, read }) {
    const way = managingWay(ways);
    requireAtMost('accessible_assets', assetsOf(body), configuration().limits.assetsOfAccess);
    const [before, chargers] = await Promise.all([
      beforeInviting(site, way, body.email, occasion.now),
      chargersOn(site.id, read),
    ]);
    const assets = assetsOf(body) && requireAssets(read, chargers);
    const input = { email: body.email, ...carriedBy(body, assets) };
    const { invite, headers, given } = await inviteToSite(occasion, way, site, input, before, (made) =>
      once ? [once.remember({ status: 201, body: showInvite(made) })] : [],
    );
    return { status: 201, headers, body: showInvite(invite, given) };
  },
});
export const { handler } = endpoint;
