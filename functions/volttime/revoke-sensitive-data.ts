import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { shareOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { getSiteRequest } from '../../lib/sites/site-requests.ts';
import { CHANGE_GRANT, changeGrant } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };

/**
 * Revokes another team's grants of a site's sensitive data, or declines its request. Succeeds also if there is neither.
 * For owners of the owning team, and ADMINs of its organization.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'DELETE /api/v3/sites/{site}/teams/{team}/revoke-sensitive-data',
  permission: 'site:manage',
  table: union(LOCATE_SITE, LOCATE_TEAM, CHANGE_GRANT, { BatchGetItem: ['SITE'], PutItem: ['SITE'] }),
  depth: 3,
  refuses: ['team_not_found', 'site_owner_access'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ auditContext, reach, accessPath }) {
    const { access } = shareOfNamedTeam(reach);
    const isToEnd = access.grants ?? (await getSiteRequest(access.siteId, access.teamId));
    if (isToEnd) await changeGrant(auditContext, { accessPath, site: reach.site, access }, undefined);
    return { status: 200, body: { message: 'Sensitive data access revoked successfully' } };
  },
});
export const { handler } = endpoint;
