import { v1 } from '../../lib/dialects/v1/format.ts';
import { Health } from '../../lib/dialects/v1/schemas.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { keys } from '../../lib/table/keys.ts';
import { get } from '../../lib/table/read.ts';

export const returns = { 200: Health };

/**
 * Checks the health of the service: the function runs and the table answers.
 *
 * For probes of load balancers and monitors. Reads one item.
 */
export const endpoint = forAnybody({
  format: v1,
  route: 'GET /v1/health',
  table: { BatchGetItem: ['HEALTH'] },
  depth: 1,
  async handle() {
    await get(keys.health);
    return { status: 200, body: { status: 'ok' } };
  },
});
export const { handler } = endpoint;
