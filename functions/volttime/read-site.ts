import { volttime } from '../../lib/dialects/volttime/format.ts';
import { resource, Site } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { redactedSite, visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';

export const returns = { 200: /* @__PURE__ */ resource(Site) };

/** Shows a site that the caller sees, by its UUID or its integer id. */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/sites/{site}',
  permission: 'site:read',
  table: LOCATE_SITE,
  depth: 2,
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ request, reach: { site }, accessPaths }) {
    const visibility = visibilityThrough(accessPaths, request.now);
    return { status: 200, body: { data: showSite(redactedSite(site, visibility)) } };
  },
});
export const { handler } = endpoint;
