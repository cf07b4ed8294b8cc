import { expect, test } from 'vitest';
import { createClock } from '../../../packages/local/clock.ts';
import { type Controls, control } from '../../../packages/local/control.ts';
import type { Outcome } from '../../../packages/local/functions.ts';

interface Sent {
  method?: string;
  query?: string;
  body?: unknown;
}

/** Sends a request to controls that echo their arguments. */
async function send(path: string, { method = 'GET', query = '', body }: Sent = {}, overrides: Partial<Controls> = {}) {
  const controls: Controls = {
    clock: createClock(),
    template: { schedules: [], mailEvents: [] },
    events: async () => [],
    invoke: async (name, event) => ({ ok: true, payload: JSON.stringify({ name, event }) }),
    token: async (person) => JSON.stringify(person),
    mail: (to) => [to ?? 'anybody'],
    completeEvent: (event) => event,
    calls: (name) => [name ?? 'calls'],
    faults: () => ['faults'],
    setFaults: () => {},
    documents: async (path) => ({ status: 200, body: path }),
    ...overrides,
  };
  const text = body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body);
  const answer = await control({ method, path, query: new URLSearchParams(query), body: text }, controls);
  if (!('body' in answer)) throw new Error('The answer is no JSON.');
  return answer;
}

const sweep = { function: 'scheduled/sweep', everyMs: 60_000, input: {} };

test('mails, calls and faults are returned', async () => {
  expect(await send('mail', { query: 'to=jane@example.com' })).toEqual({ status: 200, body: ['jane@example.com'] });
  expect(await send('mail')).toEqual({ status: 200, body: ['anybody'] });
  expect(await send('calls')).toEqual({ status: 200, body: ['calls'] });
  expect(await send('calls', { query: 'function=me/read' })).toEqual({ status: 200, body: ['me/read'] });
  expect(await send('faults')).toEqual({ status: 200, body: ['faults'] });
});

test('documents are asked for by their path', async () => {
  for (const path of ['docs', 'docs/', 'docs/adr/index.html'])
    expect(await send(path)).toEqual({ status: 200, body: path });
  expect(await send('docs/guide.html', { method: 'HEAD' })).toMatchObject({ status: 200 });
  expect(await send('docs/', { method: 'POST' })).toMatchObject({ status: 404 });
});

test('the clock is set and returned', async () => {
  const clock = createClock();
  const answer = await send('clock', { method: 'POST', body: { offset: '8d' } }, { clock });
  expect(answer).toMatchObject({ status: 200, body: { offset: 8 * 86_400_000 } });
  expect(clock.offset()).toBe(8 * 86_400_000);
  const { now } = answer.body as { now: string };
  expect(Math.abs(Date.parse(now) - clock.now())).toBeLessThan(1000);
  expect(await send('clock', {}, { clock })).toMatchObject({ status: 200, body: { offset: clock.offset() } });
});

test('a sweep returns the result of the scheduled function', async () => {
  const one = { template: { schedules: [sweep], mailEvents: [] } };
  expect(await send('sweep', { method: 'POST' }, one)).toEqual({
    status: 200,
    body: { name: 'scheduled/sweep', event: {} },
  });
  const failing = async (): Promise<Outcome> => ({ ok: false, reason: 'error', message: 'Error: broken' });
  expect(await send('sweep', { method: 'POST' }, { ...one, invoke: failing })).toEqual({
    status: 502,
    body: { message: 'scheduled/sweep failed: Error: broken' },
  });
  const two = { template: { schedules: [sweep, { ...sweep, function: 'scheduled/other' }], mailEvents: [] } };
  expect((await send('sweep', { method: 'POST' }, two)).body).toEqual({
    'scheduled/sweep': { name: 'scheduled/sweep', event: {} },
    'scheduled/other': { name: 'scheduled/other', event: {} },
  });
});

test('an SES event reaches the subscribed function in the form of SNS', async () => {
  const received: unknown[] = [];
  const answer = await send(
    'ses-events',
    { method: 'POST', body: { eventType: 'Bounce' } },
    {
      template: {
        schedules: [],
        mailEvents: [{ topic: 'arn:aws:sns:eu-central-1:000000000000:Topic', function: 'events/ses' }],
      },
      completeEvent: (event) => ({ ...event, mail: 'as SES has it' }),
      invoke: async (name, event) => {
        received.push([name, event]);
        return { ok: true, payload: 'null' };
      },
    },
  );
  expect(answer).toEqual({ status: 200, body: { delivered: ['events/ses'] } });
  // As in AWS's guide to Lambda with SNS.
  const topic = 'arn:aws:sns:eu-central-1:000000000000:Topic';
  const Sns = {
    Type: 'Notification',
    MessageId: expect.stringMatching(/^[\da-f-]{36}$/),
    TopicArn: topic,
    Subject: 'Amazon SES Email Event Notification',
    Message: '{"eventType":"Bounce","mail":"as SES has it"}',
    Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    SignatureVersion: '1',
    Signature: expect.any(String),
    SigningCertUrl: expect.stringMatching(/^https:\/\/sns\.eu-central-1\.amazonaws\.com\//),
    UnsubscribeUrl: expect.stringContaining(`SubscriptionArn=${topic}:`),
    MessageAttributes: {},
  };
  const EventSubscriptionArn = expect.stringMatching(new RegExp(`^${topic}:[\\da-f-]{36}$`));
  expect(received).toEqual([
    ['events/ses', { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn, Sns }] }],
  ]);
});

test('a token is created for an address', async () => {
  const person = { email: 'jane@example.com', name: 'Jane Doe', unverified: true };
  const { body } = await send('token', { method: 'POST', body: person });
  expect(JSON.parse((body as { token: string }).token)).toEqual(person);
});

test.each<[string, string, Sent, number, string]>([
  ['an unknown path', 'nothing', {}, 404, 'There is no such thing here; there are: GET docs/, GET mail, GET events,'],
  ['a wrong method', 'sweep', {}, 404, 'POST sweep'],
  ['invalid JSON', 'clock', { method: 'POST', body: '{' }, 400, 'Send a JSON object as the body.'],
  ['JSON that isn’t an object', 'clock', { method: 'POST', body: '3' }, 400, 'Send a JSON object as the body.'],
  ['a wrong offset', 'clock', { method: 'POST', body: { offset: '8 weeks' } }, 400, 'Send {"offset":"8d"}'],
  ['no schedule', 'sweep', { method: 'POST' }, 404, 'The template has no schedule to run.'],
  ['no subscription', 'ses-events', { method: 'POST', body: {} }, 404, 'No function of the template is subscribed'],
  ['no address', 'token', { method: 'POST', body: { email: 'jane' } }, 400, 'Send {"email":"jane@example.com"}'],
])('%s gets an error with advice', async (_, path, sent, status, sentence) => {
  expect(await send(path, sent)).toMatchObject({ status, body: { message: expect.stringContaining(sentence) } });
});

test('invalid faults are refused with the proxy’s message', async () => {
  const setFaults = () => {
    throw new Error('A fault has an action.');
  };
  expect(await send('faults', { method: 'POST', body: [{}] }, { setFaults })).toEqual({
    status: 400,
    body: { message: 'A fault has an action.' },
  });
});
