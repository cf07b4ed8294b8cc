import { volttime } from '../../lib/dialects/volttime/format.ts';
import { ChargerChanges } from '../../lib/dialects/volttime/input.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { requireCharger, seesCharger, visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { UPDATE_CHARGER, updateCharger } from '../../lib/sites/charger-changes.ts';
import { FIND_CHARGER, getCharger, locateCharger } from '../../lib/sites/chargers.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ resource(Charger) };
export const example = { identity: 'CP-0002', reference: 'Right of the gate' };

/** Changes a charger. Omitted fields stay unchanged. For owners of the owning team, and ADMINs of its organization. */
export const endpoint = forSite({
  format: volttime,
  route: 'PATCH /api/v3/chargers/{charger}',
  permission: 'site:manage',
  table: union(FIND_CHARGER, UPDATE_CHARGER),
  depth: 4,
  body: ChargerChanges,
  refuses: ['charger_identity_taken'],
  missing: 'charger_not_found',
  locate: ({ request }) => locateCharger(readKey('charger', request.params.charger)),
  read: ({ located: { siteId, chargerId } }) => getCharger(siteId, chargerId),
  sees: seesCharger,
  async handle({ request, body, auditContext, reach: { site }, read, accessPaths, accessPath }) {
    const charger = requireCharger(read, visibilityThrough(accessPaths, request.now));
    const changed = await updateCharger(auditContext, { accessPath, site, charger }, body);
    return { status: 200, body: { data: showCharger(changed) } };
  },
});
export const { handler } = endpoint;
