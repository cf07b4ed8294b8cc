import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Charger, list } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { listChargers } from '../../lib/table/chargers.ts';
import { FIND_SITE, findSite, insight, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: list(Charger) };

/** Lists the chargers of a site that the caller sees, the oldest first. */
export const endpoint = forFound({
  format: volttime,
  route: 'GET /api/v3/sites/{site}/chargers',
  permission: 'site:read',
  table: union(FIND_SITE, SEE_OWNED, { Query: ['SITE'] }),
  depth: 2,
  query: PageQuery,
  refuses: ['site_not_found'],
  missing: () => new Refusal('site_not_found'),
  find: ({ request }) => findSite(readKey('site', request.params.site)),
  async read({ query, found, caller }) {
    const page = readPage(query);
    const range = { skip: page.skip, limit: page.size + 1 };
    const [owner, chargers] = await Promise.all([readOwner(found, caller.userId), listChargers(found.id, range)]);
    return { page, chargers, ...owner };
  },
  async handle({ request, actor, read: { page, chargers, team, own } }) {
    await insight(actor, team, own, 'site_not_found');
    return { status: 200, body: collection(request.path, page, chargers, showCharger) };
  },
});
export const { handler } = endpoint;
