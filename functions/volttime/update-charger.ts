import { volttime } from '../../lib/dialects/volttime/format.ts';
import { ChargerChanges } from '../../lib/dialects/volttime/input.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { FIND_CHARGER, findCharger, UPDATE_CHARGER, updateCharger } from '../../lib/table/chargers.ts';
import { managing, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: resource(Charger) };

/** Changes a charger: what is left out stays. Owners of the owning team may, and ADMINs of its organization. */
export const endpoint = forFound({
  format: volttime,
  route: 'PATCH /api/v3/chargers/{charger}',
  permission: 'site:read',
  table: union(FIND_CHARGER, SEE_OWNED, UPDATE_CHARGER),
  depth: 4,
  body: ChargerChanges,
  refuses: ['charger_not_found', 'forbidden', 'charger_identity_taken'],
  missing: () => new Refusal('charger_not_found'),
  find: ({ request }) => findCharger(readKey('charger', request.params.charger)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ body, actor, occasion, found, read: { team, own } }) {
    const owner = await managing(actor, team, own, 'charger_not_found');
    return { status: 200, body: { data: showCharger(await updateCharger(occasion, actor, own, owner, found, body)) } };
  },
});
export const { handler } = endpoint;
