import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { SensitiveRequest } from '../../lib/dialects/volttime/input.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { REQUEST_SENSITIVE, requestSensitive } from '../../lib/sites/site-requesting.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM } from '../../lib/teams/teams.ts';

export const returns = { 200: Message };
export const example = { reason: 'To repair them', requested_data_expires_at: '2099-12-31' };

/**
 * Requests the sensitive data of a site for a team that has access to it. For owners of that team, and ADMINs of its
 * organization.
 *
 * The managers of the owning team get a mail. Its link opens a page on which they grant or decline the request. They
 * can also use `grant-sensitive-data` and `revoke-sensitive-data`. A new request replaces an earlier one.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/teams/{team}/request-sensitive-data',
  permission: 'sensitive-data:request',
  table: union(LOCATE_SITE, LOCATE_TEAM, REQUEST_SENSITIVE),
  depth: 6,
  email: true,
  body: SensitiveRequest,
  refuses: ['team_not_found', 'site_owner_access', 'recipient_rate_exceeded'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  team: ({ request }) => readKey('team', request.params.team),
  async handle({ body, auditContext, reach, accessPath }) {
    const { reason, requested_expires_never: isEndless, requested_data_expires_at: end } = body;
    const input = { reason, ...(end && !isEndless && { expiresAt: end }) };
    await requestSensitive(auditContext, { accessPath, site: reach.site, limits: configuration().limits }, input);
    return { status: 200, body: { message: 'Sensitive data access request sent successfully' } };
  },
});
export const { handler } = endpoint;
