import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../../packages/local/aws.ts';
import { median, type Row } from './measure.ts';
import { withService } from './service.ts';

/** Changes that are measured, after the first ones, which start the function. */
const CHANGES = 100;
const FIRST = 10;

/** The goal, in milliseconds: a page that reacts seems to react at once. Most of it is AWS's own time there. */
const MOST = 100;

/**
 * Measures the time from the commit of a change until the bus has its event. The local stack hands items on at once; in
 * AWS, Lambda reads the stream four times a second.
 */
export function events(): Promise<Row[]> {
  return withService(async (service) => {
    const { call } = await service.organization();
    for (let made = 0; made < FIRST + CHANGES; made += 1) {
      await call('POST /v1/teams', 201, { name: `Team ${made}` });
      // One after the other, so that each is measured by itself.
      await sleep(20);
    }
    await service.call('GET /_local/events', 200);
    const times = async (name: string, operation: string) => {
      const calls: Call[] = await service.call(`GET /_local/calls?function=${name}`, 200);
      const each = new Map(calls.filter((one) => one.operation === operation).map((one) => [one.call, one]));
      return [...each.values()].map(({ startedAt, ms }) => Date.parse(startedAt) + ms);
    };
    const commits = (await times('teams/create', 'TransactWriteItems')).slice(-CHANGES);
    const published = (await times('events/publish', 'PutEvents')).slice(-CHANGES);
    const figure = median(commits.map((at, index) => (published[index] ?? Number.NaN) - at));
    return [{ what: 'change to event, but for the wait for the stream', figure, unit: 'ms', goal: { atMost: MOST } }];
  });
}
