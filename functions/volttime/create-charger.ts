import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewCharger } from '../../lib/dialects/volttime/input.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Charger as ChargerSchema, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import type { Charger } from '../../lib/domain/charger.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { CREATE_CHARGER, createCharger } from '../../lib/table/chargers.ts';
import { FIND_SITE, findSite, managing, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: resource(ChargerSchema) };

/**
 * Makes a charger on a site, which belongs to the team that owns the site. Owners of that team may, and ADMINs of its
 * organization.
 *
 * Its `identity` is unique, in all organizations and whatever the letter case.
 */
export const endpoint = forFound({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/chargers',
  permission: 'site:read',
  table: union(FIND_SITE, SEE_OWNED, CREATE_CHARGER),
  depth: 3,
  creates: true,
  body: NewCharger,
  refuses: ['site_not_found', 'forbidden', 'charger_identity_taken', 'charger_limit_reached'],
  missing: () => new Refusal('site_not_found'),
  find: ({ request }) => findSite(readKey('site', request.params.site)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ body: { identity, reference }, actor, occasion, once, found, read: { team, own } }) {
    const owner = await managing(actor, team, own, 'site_not_found');
    const { limits } = configuration();
    const input = { identity, reference: reference ?? undefined };
    const answer = (charger: Charger) => ({ status: 200, body: { data: showCharger(charger) } });
    const also = (made: Charger) => (once ? [once.remember(answer(made))] : []);
    return answer(await createCharger(occasion, actor, own, owner, found, input, limits, also));
  },
});
export const { handler } = endpoint;
