import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operatorCommand } from '../../support/command.ts';
import { newAddress, useService } from '../../support/service.ts';

const service = useService();

/** The details of what a bus was given. */
const given: { id: string; type: string; organizationId: string }[] = [];
/** Whether the bus answers with an error. */
let fails = false;

const bus = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as {
      Entries: { EventBusName: string; Detail: string }[];
    };
    expect(Entries.map(({ EventBusName }) => EventBusName)).toEqual(Entries.map(() => 'Muster-production'));
    if (!fails) given.push(...Entries.map(({ Detail }) => JSON.parse(Detail)));
    const taken = Entries.map(() => (fails ? { ErrorCode: 'InternalFailure' } : { EventId: 'taken' }));
    outgoing.end(JSON.stringify({ FailedEntryCount: fails ? taken.length : 0, Entries: taken }));
  });
});
beforeAll(() => new Promise<void>((done) => void bus.listen(0, '127.0.0.1', done)));
afterAll(() => new Promise((done) => bus.close(done)));

async function replay(...options: string[]) {
  given.length = 0;
  const endpoint = `http://127.0.0.1:${(bus.address() as AddressInfo).port}`;
  return operatorCommand(service, 'cdk/operator/replay-events.ts', options, [], {
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
  });
}

test('publishes the events of a time again, in order, with the ids that they had', async () => {
  const before = await service.organization();
  const from = new Date().toISOString();
  const { id, owner } = await service.organization();
  const invite = () => owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
  for (let made = 0; made < 12; made += 1) await invite();
  const to = new Date(Date.now() + 1).toISOString();
  await service.clock('1h');
  await before.owner.call('GET /v1/me');
  await invite();
  await service.clock(0);
  const events = (await service.events()).map(({ detail }) => detail);
  const wanted = events.filter(({ time }) => time >= from && time < to);

  const all = ['--table', service.stack.table, '--bus', 'Muster-production', '--from', from, '--to', to];
  expect(await replay(...all)).toEqual({ code: 0, out: `Published ${wanted.length} events.\n`, err: '' });
  expect(wanted).toHaveLength(13);
  expect(given).toEqual(wanted.filter(({ organizationId }) => organizationId === id));

  fails = true;
  const failed = await replay(...all);
  fails = false;
  expect([failed.code, failed.out]).toEqual([1, 'Published 0 events, 13 failed: run it again.\n']);
});

test.each([
  [['--from', '2026-11-28', '--to', '2026-11-29'], 'Name the table by --table and the bus by --bus.'],
  [['--table', 'T', '--bus', 'B', '--to', '2026-11-29'], '--from must be a time such as 2026-11-28T09:00:00Z.'],
  [['--table', 'T', '--bus', 'B', '--from', 'x', '--to', '2026-11-29'], '--from must be a time'],
])('refuses %j', async (options, why) => {
  const { code, err } = await replay(...options);
  expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  expect(given).toEqual([]);
});
