import { volttime } from '../../lib/dialects/volttime/format.ts';
import { SensitiveGrant } from '../../lib/dialects/volttime/input.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { shareOfNamedTeam } from '../../lib/domain/reach.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { CHANGE_GRANT, changeGrant } from '../../lib/sites/site-teams.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };
export const example = { expires_never: false, data_access_expires_at: '2099-12-31' };

/**
 * Grants another team the sensitive data of a site, with or without an expiry. Replaces an earlier grant. For owners of
 * the owning team, and ADMINs of its organization.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/teams/{team}/grant-sensitive-data',
  permission: 'site:manage',
  table: union(LOCATE_SITE, LOCATE_TEAM, CHANGE_GRANT),
  depth: 3,
  body: SensitiveGrant,
  refuses: ['team_not_found', 'site_owner_access'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ body, auditContext, reach, accessPath }) {
    const { expires_never: isEndless, data_access_expires_at: expiresAt } = body;
    const { access } = shareOfNamedTeam(reach);
    const grant = isEndless || expiresAt === undefined ? {} : { expiresAt };
    await changeGrant(auditContext, { accessPath, site: reach.site, access }, grant);
    return { status: 200, body: { message: 'Sensitive data access granted successfully' } };
  },
});
export const { handler } = endpoint;
