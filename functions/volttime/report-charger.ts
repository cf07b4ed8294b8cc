import { volttime } from '../../lib/dialects/volttime/format.ts';
import { ChargerReport } from '../../lib/dialects/volttime/input.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import type { AccessPath } from '../../lib/domain/reach.ts';
import { redactedCharger, requireCharger, seesCharger, visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { REPORT_CHARGER, reportCharger } from '../../lib/sites/charger-reports.ts';
import { FIND_CHARGER, getCharger, locateCharger } from '../../lib/sites/chargers.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ resource(Charger) };
export const example = {
  connection_status: 'online',
  status: 'Faulted',
  error: 'GroundFailure',
  error_info: 'Cable unplugged',
};

/**
 * Records the reported state of a charger. Omitted fields stay unchanged, null removes a field. For OPERATORs who see
 * the charger, and ADMINs.
 *
 * Programs use an access token with the role OPERATOR, whose owner may be a USER.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'PUT /api/v3/chargers/{charger}/status',
  permission: 'charger:report',
  table: union(FIND_CHARGER, REPORT_CHARGER),
  depth: 4,
  body: ChargerReport,
  missing: 'charger_not_found',
  locate: ({ request }) => locateCharger(readKey('charger', request.params.charger)),
  read: ({ located: { siteId, chargerId } }) => getCharger(siteId, chargerId),
  sees: seesCharger,
  async handle({ request, body, auditContext, reach: { site }, read, accessPaths }) {
    const visibility = visibilityThrough(accessPaths, request.now);
    const charger = requireCharger(read, visibility);
    const { connection_status: connectionStatus, status, error, error_info: errorInfo } = body;
    const report = { connectionStatus, status, error, errorInfo };
    const accessPath = accessPaths.find(({ access: { assets } }) => assets?.includes(charger.id) ?? true) as AccessPath;
    const changed = await reportCharger(auditContext, { accessPath, site, charger, visibility }, report);
    return { status: 200, body: { data: showCharger(redactedCharger(changed, visibility)) } };
  },
});
export const { handler } = endpoint;
