import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { DELETE_CHARGER, deleteCharger, FIND_CHARGER, findCharger } from '../../lib/table/chargers.ts';
import { managing, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: Message };

/** Deletes a charger. Owners of the owning team may, and ADMINs of its organization. */
export const endpoint = forFound({
  format: volttime,
  route: 'DELETE /api/v3/chargers/{charger}',
  permission: 'site:read',
  table: union(FIND_CHARGER, SEE_OWNED, DELETE_CHARGER),
  depth: 4,
  refuses: ['charger_not_found', 'forbidden'],
  missing: () => new Refusal('charger_not_found'),
  find: ({ request }) => findCharger(readKey('charger', request.params.charger)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ actor, occasion, found, read: { team, own } }) {
    const owner = await managing(actor, team, own, 'charger_not_found');
    await deleteCharger(occasion, actor, own, owner, found);
    return { status: 200, body: { message: 'Charger deleted successfully' } };
  },
});
export const { handler } = endpoint;
