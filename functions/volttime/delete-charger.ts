import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { requireCharger, seesCharger, visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { DELETE_CHARGER, deleteCharger } from '../../lib/sites/charger-changes.ts';
import { FIND_CHARGER, getCharger, locateCharger } from '../../lib/sites/chargers.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: Message };

/** Deletes a charger. For owners of the owning team, and ADMINs of its organization. */
export const endpoint = forSite({
  format: volttime,
  route: 'DELETE /api/v3/chargers/{charger}',
  permission: 'site:manage',
  table: union(FIND_CHARGER, DELETE_CHARGER),
  depth: 4,
  missing: 'charger_not_found',
  locate: ({ request }) => locateCharger(readKey('charger', request.params.charger)),
  read: ({ located: { siteId, chargerId } }) => getCharger(siteId, chargerId),
  sees: seesCharger,
  async handle({ request, auditContext, reach, read, accessPaths, accessPath }) {
    const charger = requireCharger(read, visibilityThrough(accessPaths, request.now));
    await deleteCharger(auditContext, { accessPath, ...reach, charger });
    return { status: 200, body: { message: 'Charger deleted successfully' } };
  },
});
export const { handler } = endpoint;
