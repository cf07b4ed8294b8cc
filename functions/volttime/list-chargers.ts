import { volttime } from '../../lib/dialects/volttime/format.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Charger, list } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { forViewer } from '../../lib/http/for-caller.ts';
import { LIST_CHARGERS_OF, listChargersOf } from '../../lib/sites/chargers.ts';
import { union } from '../../lib/table/access.ts';
import { LIST_TEAMS, listTeamsWithin } from '../../lib/teams/viewing.ts';

export const returns = { 200: /* @__PURE__ */ list(Charger) };

/**
 * Lists the chargers of all sites that the caller sees, in the order of `GET /api/v3/sites`, oldest first within a
 * site.
 */
export const endpoint = forViewer({
  format: volttime,
  route: 'GET /api/v3/chargers',
  table: union(LIST_TEAMS, LIST_CHARGERS_OF),
  depth: 6,
  query: PageQuery,
  async handle({ request, query, caller: { userId, bound } }) {
    const page = readPage(query);
    const teams = await listTeamsWithin(userId, bound);
    const chargers = await listChargersOf(teams, { skip: page.skip, limit: page.size + 1 }, request.now);
    return { status: 200, body: collection(request.path, page, chargers, showCharger) };
  },
});
export const { handler } = endpoint;
