import { Backend } from '../../packages/client/src/backend/index.ts';
import { type Row, repeat, seconds } from './measure.ts';
import { withService } from './service.ts';

/** How long each figure is measured, after a warm-up of the same length. */
const SECONDS = 3;

const AUDIENCE = 'https://backend.example.com';

/** Measures how a backend knows who may do what: a statement that it verifies itself, and a check that it asks for. */
export function access(): Promise<Row[]> {
  return withService(async ({ api, organization }) => {
    const { id, call } = await organization();
    const [member] = (await call('GET /v1/members', 200)).data;
    const sign = () => call(`POST /v1/organizations/${id}/session`, 200, { audience: AUDIENCE });
    const { token } = await sign();
    const backend = new Backend({ baseUrl: api, audience: AUDIENCE });
    const check = (of: string) => () => call(`GET /v1/access/check?member=${of}&permission=member:update`, 200);
    const verified = await timeOf(() => backend.verifySession(token));
    return [
      { what: 'statement verified in the backend', figure: 1000 * verified, unit: 'µs' },
      { what: 'statement signed, one at a time', figure: await timeOf(sign), unit: 'ms' },
      { what: 'check by member id, one at a time', figure: await timeOf(check(member.id)), unit: 'ms' },
      { what: 'check by user id, one at a time', figure: await timeOf(check(member.userId)), unit: 'ms' },
    ];
  });
}

/** Returns the median duration in milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  await repeat(1, seconds(SECONDS), work);
  return (await repeat(1, seconds(SECONDS), work)).ms;
}
