import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { DELETE_SITE, deleteSite } from '../../lib/sites/site-changes.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Message };

/**
 * Deletes a site. For owners of the owning team, and ADMINs of its organization.
 *
 * A site with chargers can't be deleted.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'DELETE /api/v3/sites/{site}',
  permission: 'site:manage',
  table: union(LOCATE_SITE, DELETE_SITE),
  depth: 3,
  refuses: ['site_has_chargers'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ auditContext, reach: { site }, accessPath }) {
    await deleteSite(auditContext, { accessPath, site });
    return { status: 200, body: { message: 'Site deleted successfully' } };
  },
});
export const { handler } = endpoint;
