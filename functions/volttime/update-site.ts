import { volttime } from '../../lib/dialects/volttime/format.ts';
import { SiteChanges } from '../../lib/dialects/volttime/input.ts';
import { resource, Site } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { UPDATE_SITE, updateSite } from '../../lib/sites/site-changes.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ resource(Site) };
export const example = { name: 'Depot North', address: null, timezone: 'Europe/Berlin' };

/** Changes a site. Omitted fields stay unchanged. For owners of the owning team, and ADMINs of its organization. */
export const endpoint = forSite({
  format: volttime,
  route: 'PATCH /api/v3/sites/{site}',
  permission: 'site:manage',
  table: union(LOCATE_SITE, UPDATE_SITE),
  depth: 3,
  body: SiteChanges,
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ body, auditContext, reach: { site }, accessPath }) {
    const changed = await updateSite(auditContext, { accessPath, site }, body);
    return { status: 200, body: { data: showSite(changed) } };
  },
});
export const { handler } = endpoint;
