import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { collection, PageQuery, readPage } from '../../lib/dialects/volttime/paging.ts';
import { Charger, list } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { LIST_CHARGERS_OF, listChargersOf } from '../../lib/sites/chargers.ts';
import { readOwner, requireInside, SEE_OWNED } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { LOCATE_TEAM, locateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: list(Charger) };

/**
 * Lists the chargers of a team, on all sites that it owns, for its members, those of the teams above it, and ADMINs.
 *
 * The team is named by its integer or its UUID.
 */
export const endpoint = forFound({
  format: volttime,
  route: 'GET /api/v2/teams/{team_id}/chargers',
  permission: 'site:read',
  rule: 'team:inside',
  table: union(LOCATE_TEAM, SEE_OWNED, LIST_CHARGERS_OF),
  depth: 5,
  query: PageQuery,
  refuses: ['team_not_found', 'forbidden'],
  missing: () => new Refusal('team_not_found'),
  find: ({ request }) => locateTeam(readKey('team', request.params.team_id)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ request, query, actor, read: { team, own } }) {
    // Who sees the team itself, because it is public, is told that its chargers aren't for them.
    await requireInside(actor, team, own, team?.isPrivate ? 'team_not_found' : 'forbidden');
    const page = readPage(query);
    const range = { skip: page.skip, limit: page.size + 1 };
    const chargers = await listChargersOf(team ? [team] : [], range, request.now, ({ isOwner }) => isOwner);
    return { status: 200, body: collection(request.path, page, chargers, showCharger) };
  },
});
export const { handler } = endpoint;
