import { volttime } from '../../lib/dialects/volttime/format.ts';
import { ChargerReport } from '../../lib/dialects/volttime/input.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { Charger, resource } from '../../lib/dialects/volttime/schemas.ts';
import { showCharger } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { FIND_CHARGER, findCharger, REPORT_CHARGER, reportCharger } from '../../lib/table/chargers.ts';
import { insight, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: resource(Charger) };

/**
 * Records how a charger is: what is left out stays, and null is taken away. OPERATORs who see the charger may, and
 * ADMINs.
 *
 * A program does it by an access token of role OPERATOR, whose owner may be a USER.
 */
export const endpoint = forFound({
  format: volttime,
  route: 'PUT /api/v3/chargers/{charger}/status',
  permission: 'charger:report',
  table: union(FIND_CHARGER, SEE_OWNED, REPORT_CHARGER),
  depth: 4,
  body: ChargerReport,
  refuses: ['charger_not_found'],
  missing: () => new Refusal('charger_not_found'),
  find: ({ request }) => findCharger(readKey('charger', request.params.charger)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ body, actor, occasion, found, read: { team, own } }) {
    const place = await insight(actor, team, own, 'charger_not_found');
    const { connection_status: connectionStatus, status, error, error_info: errorInfo } = body;
    const report = { connectionStatus, status, error, errorInfo };
    return { status: 200, body: { data: showCharger(await reportCharger(occasion, actor, place, found, report)) } };
  },
});
export const { handler } = endpoint;
