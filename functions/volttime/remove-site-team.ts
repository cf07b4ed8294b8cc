import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { shareOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { REMOVE_ACCESS, removeAccess } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };

/**
 * Removes another team's access to a site, with its grants. For owners of the owning team, and ADMINs of its
 * organization.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'DELETE /api/v3/sites/{site}/teams/{team}',
  permission: 'site:manage',
  table: union(LOCATE_SITE, LOCATE_TEAM, REMOVE_ACCESS),
  depth: 3,
  refuses: ['team_not_found', 'site_owner_access'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ auditContext, reach, accessPath }) {
    await removeAccess(auditContext, { accessPath, site: reach.site, access: shareOfNamedTeam(reach).access });
    return { status: 200, body: { message: 'Team access removed successfully' } };
  },
});
export const { handler } = endpoint;
