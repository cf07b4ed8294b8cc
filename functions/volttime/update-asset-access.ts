import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { AssetAccess, requireAtMost, selectedInvalid } from '../../lib/dialects/volttime/input.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { shareOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { chargersOn, FIND_CHARGERS, findChargers } from '../../lib/sites/chargers.ts';
import { LIMIT_ACCESS, limitAccess } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };

/**
 * Sets the chargers of a site that another team has access to: all, or a list. For owners of the owning team, and
 * ADMINs of its organization.
 *
 * `accessible_assets` replaces an earlier list. Deleted chargers are removed from the list.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'PUT /api/v3/sites/{site}/teams/{team}/asset-access',
  permission: 'site:manage',
  table: union(LOCATE_SITE, LOCATE_TEAM, FIND_CHARGERS, LIMIT_ACCESS),
  depth: 4,
  body: AssetAccess,
  refuses: ['team_not_found', 'site_owner_access'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  read: ({ body: { accessible_assets: numbers } }) =>
    findChargers(numbers?.slice(0, configuration().limits.assetsOfAccess) ?? []),
  async handle({ body, auditContext, reach, accessPath, read }) {
    const { access } = shareOfNamedTeam(reach);
    requireAtMost('accessible_assets', body.accessible_assets, configuration().limits.assetsOfAccess);
    const named = body.access_of_assets === 'limited_access' ? read : undefined;
    // Read after the site: if a charger is deleted in the meantime, the site's `sharing` changes and the request begins
    // again.
    const assets = named && (await chargersOn(reach.site.id, named));
    const missing = named?.flatMap((id, index) =>
      id && assets?.has(id) ? [] : [`accessible_assets.${index}.asset_id`],
    );
    if (missing && missing.length > 0) throw selectedInvalid(...missing);
    await limitAccess(auditContext, { accessPath, site: reach.site, access }, assets && [...assets]);
    return { status: 200, body: { message: 'Asset access modified successfully' } };
  },
});
export const { handler } = endpoint;
