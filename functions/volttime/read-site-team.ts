import { volttime } from '../../lib/dialects/volttime/format.ts';
import { resource, SiteTeam } from '../../lib/dialects/volttime/schemas.ts';
import { showSiteTeam } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { accessOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: /* @__PURE__ */ resource(SiteTeam) };

/** Shows a team's access to a site that the caller sees. */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/sites/{site}/teams/{team}',
  permission: 'site:read',
  table: union(LOCATE_SITE, LOCATE_TEAM),
  depth: 2,
  refuses: ['team_not_found'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ request, reach }) {
    return { status: 200, body: { data: showSiteTeam(accessOfNamedTeam(reach), request.now) } };
  },
});
export const { handler } = endpoint;
