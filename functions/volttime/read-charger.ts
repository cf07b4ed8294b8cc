import { volttime } from '../../lib/dialects/volttime/format.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { redactedCharger, requireCharger, visibilityThrough } from '../../lib/domain/visibility.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { FIND_CHARGER, getCharger, locateCharger } from '../../lib/sites/chargers.ts';

export const returns = { 200: /* @__PURE__ */ resource(Charger) };

/** Shows a charger whose site the caller sees, by its UUID or its integer id. */
export const endpoint = forSite({
  format: volttime,
  route: 'GET /api/v3/chargers/{charger}',
  permission: 'site:read',
  table: FIND_CHARGER,
  depth: 3,
  missing: 'charger_not_found',
  locate: ({ request }) => locateCharger(readKey('charger', request.params.charger)),
  read: ({ located: { siteId, chargerId } }) => getCharger(siteId, chargerId),
  async handle({ request, read, accessPaths }) {
    const visibility = visibilityThrough(accessPaths, request.now);
    const charger = redactedCharger(requireCharger(read, visibility), visibility);
    return { status: 200, body: { data: showCharger(charger) } };
  },
});
export const { handler } = endpoint;
