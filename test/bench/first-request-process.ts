/** Loads a function in a new process, and measures its first request and the later ones. */
import { createRequire } from 'node:module';
import type { Started } from './first-request.ts';
import { median } from './measure.ts';
import { eventOf, type Handler } from './peers/event.ts';

const WARM = 60;

const [file = '', token = ''] = process.argv.slice(2);
const handler: Handler = createRequire(import.meta.url)(file).handler;
const event = eventOf('GET /v1/me', '/v1/me', { headers: { authorization: `Bearer ${token}` } });

async function timed(): Promise<number> {
  const begun = performance.now();
  const { statusCode, body } = await handler(event, { awsRequestId: 'bench', getRemainingTimeInMillis: () => 20_000 });
  if (statusCode !== 200) throw new Error(`GET /v1/me answered ${statusCode} ${body}`);
  return performance.now() - begun;
}

const first = await timed();
const later: number[] = [];
for (let index = 0; index < WARM; index += 1) later.push(await timed());
const started: Started = { first, warm: median(later.slice(WARM / 2)) };
process.send?.(started, () => process.disconnect());
