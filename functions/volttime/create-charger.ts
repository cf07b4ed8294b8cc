import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewCharger } from '../../lib/dialects/volttime/input.ts';
import { Charger as ChargerSchema, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import type { Charger } from '../../lib/domain/charger.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { forSite } from '../../lib/http/for-site.ts';
import { CREATE_CHARGER, createCharger } from '../../lib/sites/charger-changes.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ resource(ChargerSchema) };
export const example = { identity: 'CP-0001', reference: 'Left of the gate' };

/**
 * Creates a charger on a site. It belongs to the team that owns the site. For owners of that team, and ADMINs of its
 * organization.
 *
 * Its `identity` is unique in the organization, regardless of case.
 */
export const endpoint = forSite({
  format: volttime,
  route: 'POST /api/v3/sites/{site}/chargers',
  permission: 'site:manage',
  table: union(LOCATE_SITE, CREATE_CHARGER),
  depth: 3,
  creates: true,
  body: NewCharger,
  refuses: ['charger_identity_taken', 'charger_limit_reached'],
  missing: 'site_not_found',
  locate: ({ request }) => locateSite(readKey('site', request.params.site)),
  async handle({ body: { identity, reference }, auditContext, remember, reach: { site }, accessPath }) {
    const { limits } = configuration();
    const input = { identity, reference: reference ?? undefined };
    const answer = (charger: Charger) => ({ status: 200, body: { data: showCharger(charger) } });
    const also = (made: Charger) => remember(answer(made));
    return answer(await createCharger(auditContext, { accessPath, site, limits }, input, also));
  },
});
export const { handler } = endpoint;
