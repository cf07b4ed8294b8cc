import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Charger, list } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { LIST_CHARGERS, listVisibleChargers } from '../../lib/sites/chargers.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ list(Charger) };

/** Lists the chargers of a site that the caller sees, oldest first. */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/sites/{site}/chargers',
  permission: 'site:read',
  table: union(LOCATE_SITE, LIST_CHARGERS),
  depth: 3,
  query: PageQuery,
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, query, reach: { site }, accessPaths }) {
    const page = readPage(query);
    const visibility = visibilityThrough(accessPaths, request.now);
    const chargers = await listVisibleChargers(site.id, visibility, { skip: page.skip, limit: page.size + 1 });
    return { status: 200, body: collection(request.path, page, chargers, showCharger) };
  },
});
export const { handler } = endpoint;
