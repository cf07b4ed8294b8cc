import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { shareOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { TRANSFER_SITE, transferSite } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };

/**
 * Transfers a site to another team that has access to it. For owners of the owning team, and ADMINs of its
 * organization.
 *
 * The former owner keeps access to the whole site, without sensitive data.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/teams/{team}/transfer-ownership',
  permission: 'site:manage',
  table: union(LOCATE_SITE, LOCATE_TEAM, TRANSFER_SITE),
  depth: 3,
  refuses: ['team_not_found', 'site_owner_access', 'site_limit_reached'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ auditContext, reach, accessPath }) {
    const { limits } = configuration();
    await transferSite(auditContext, { accessPath, site: reach.site, ...shareOfNamedTeam(reach), limits });
    return { status: 200, body: { message: 'Site ownership transferred successfully' } };
  },
});
export const { handler } = endpoint;
