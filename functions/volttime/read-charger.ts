import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { FIND_CHARGER, findCharger } from '../../lib/table/chargers.ts';
import { insight, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: resource(Charger) };

/** Shows a charger whose site the caller sees, by its UUID or its integer. */
export const endpoint = forFound({
  format: volttime,
  route: 'GET /api/v3/chargers/{charger}',
  permission: 'site:read',
  table: union(FIND_CHARGER, SEE_OWNED),
  depth: 3,
  refuses: ['charger_not_found'],
  missing: () => new Refusal('charger_not_found'),
  find: ({ request }) => findCharger(readKey('charger', request.params.charger)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ actor, found, read: { team, own } }) {
    await insight(actor, team, own, 'charger_not_found');
    return { status: 200, body: { data: showCharger(found.charger) } };
  },
});
export const { handler } = endpoint;
