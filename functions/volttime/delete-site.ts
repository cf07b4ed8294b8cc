import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Message } from '../../lib/dialects/volttime/schemas.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { DELETE_SITE, deleteSite, FIND_SITE, findSite, managing, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: Message };

/**
 * Deletes a site. Owners of the owning team may, and ADMINs of its organization.
 *
 * One that has chargers isn't deleted before they are.
 */
export const endpoint = forFound({
  format: volttime,
  route: 'DELETE /api/v3/sites/{site}',
  permission: 'site:read',
  table: union(FIND_SITE, SEE_OWNED, DELETE_SITE),
  depth: 3,
  refuses: ['site_not_found', 'forbidden', 'site_has_chargers'],
  missing: () => new Refusal('site_not_found'),
  find: ({ request }) => findSite(readKey('site', request.params.site)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ actor, occasion, found, read: { team, own } }) {
    await deleteSite(occasion, actor, own, await managing(actor, team, own, 'site_not_found'), found);
    return { status: 200, body: { message: 'Site deleted successfully' } };
  },
});
export const { handler } = endpoint;
