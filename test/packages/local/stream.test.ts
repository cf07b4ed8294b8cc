import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Outcome } from '../../../packages/local/functions.ts';
import type { Attributes } from '../../../packages/local/parts.ts';
import { createTableStream, matches, type TableStream } from '../../../packages/local/stream.ts';

const root = mkdtempSync(join(tmpdir(), 'muster-stream-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Sent {
  readonly Records: {
    readonly eventName: string;
    readonly dynamodb: {
      readonly SequenceNumber: string;
      readonly ApproximateCreationDateTime: number;
      readonly Keys: Attributes;
      readonly NewImage: Attributes;
    };
  }[];
}

const image = (sk: string, type = 'AuditEntry'): Attributes => ({ pk: { S: 'P' }, sk: { S: sk }, type: { S: type } });
const keysOf = ({ Records }: Sent) => Records.map(({ dynamodb }) => dynamodb.NewImage.sk?.S);
const done: Outcome = { ok: true, payload: '{"batchItemFailures":[]}' };
const failed = (...positions: (string | undefined)[]): Outcome => ({
  ok: true,
  payload: JSON.stringify({ batchItemFailures: positions.map((itemIdentifier) => ({ itemIdentifier })) }),
});

/** Starts a stream, whose function is `handle`. */
function streamOf(
  handle: (event: Sent) => Outcome | Promise<Outcome>,
  {
    directory = mkdtempSync(join(root, 'stack-')),
    table = [] as Attributes[],
    now = Date.now,
    batchSize = 3,
    window = 0,
  } = {},
) {
  const batches: (string | undefined)[][] = [];
  const lines: string[] = [];
  const stream: TableStream = createTableStream({
    directory,
    streams: [
      {
        function: 'f',
        batchSize,
        maximumAge: 3600,
        filters: [{ eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['AuditEntry'] } } } }],
      },
    ],
    region: 'eu-central-1',
    keyNames: ['pk', 'sk'],
    window,
    now,
    invoke: async (_, event) => {
      batches.push(keysOf(event as Sent) as string[]);
      return handle(event as Sent);
    },
    log: (_, line) => void lines.push(line),
    scan: async ([pattern]) => table.filter((item) => matches(pattern ?? {}, item)),
  });
  return { stream, batches, lines, directory };
}

test('new items that match come in batches, in their order, each once', async () => {
  const { stream, batches } = streamOf(() => done);
  stream.append([image('1'), image('other', 'Member'), image('2')]);
  for (const sk of ['3', '4', '5']) stream.append([image(sk)]);
  // The answer of the transaction was lost, and it was repeated.
  stream.append([image('5')]);
  expect(await stream.settled()).toBe(true);
  expect(batches).toEqual([
    ['1', '2'],
    ['3', '4', '5'],
  ]);
});

test('within a window they wait for others, unless somebody waits for them', async () => {
  const { stream, batches } = streamOf(() => done, { window: 50 });
  stream.append([image('1')]);
  stream.append([image('2')]);
  expect(batches).toEqual([]);
  await expect.poll(() => batches).toEqual([['1', '2']]);
  const patient = streamOf(() => done, { window: 3600_000 });
  patient.stream.append([image('1')]);
  expect(await patient.stream.settled()).toBe(true);
  expect(patient.batches).toEqual([['1']]);
  patient.stream.close();
});

test('a record has the form of DynamoDB’s', async () => {
  let sent: Sent | undefined;
  const { stream } = streamOf((event) => {
    sent = event;
    return done;
  });
  stream.append([image('1')]);
  await stream.settled();
  expect(sent?.Records).toEqual([
    {
      ...{ eventID: 'P|1', eventName: 'INSERT', eventVersion: '1.1', eventSource: 'aws:dynamodb' },
      awsRegion: 'eu-central-1',
      dynamodb: {
        ...{ ApproximateCreationDateTime: expect.any(Number), SizeBytes: expect.any(Number) },
        ...{ Keys: { pk: { S: 'P' }, sk: { S: '1' } }, NewImage: image('1'), StreamViewType: 'NEW_IMAGE' },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
      },
    },
  ]);
});

test('what comes from the first failed record on comes again, until it is handled', async () => {
  let runs = 0;
  const { stream, batches } = streamOf(({ Records }) => {
    runs += 1;
    return runs === 1 ? failed(Records[1]?.dynamodb.SequenceNumber) : done;
  });
  stream.append([image('1'), image('2'), image('3')]);
  expect(await stream.settled()).toBe(true);
  expect(batches).toEqual([
    ['1', '2', '3'],
    ['2', '3'],
  ]);
});

test('a batch whose function fails comes again', async () => {
  let runs = 0;
  const { stream, batches } = streamOf(() => {
    runs += 1;
    return runs < 3 ? { ok: false, reason: 'killed', message: 'Killed' } : done;
  });
  stream.append([image('1')]);
  expect(await stream.settled()).toBe(true);
  expect(batches).toEqual([['1'], ['1'], ['1']]);
});

test('what is too old is given up, and the rest goes on', async () => {
  let at = 0;
  const { stream, lines } = streamOf(() => ({ ok: false, reason: 'error', message: 'Failed' }), { now: () => at });
  stream.append([image('1')]);
  at = 3600_000;
  await expect.poll(() => lines).toEqual(['1 records of the stream are given up.']);
  expect(await stream.settled()).toBe(true);
});

test('after a restart, what wasn’t handled comes, also what was committed just before a kill', async () => {
  const never = new Promise<Outcome>(() => undefined);
  const first = streamOf(({ Records }) => (Records.length === 2 ? done : never));
  first.stream.append([image('1'), image('2')]);
  first.stream.append([image('3')]);
  await expect.poll(() => first.batches).toHaveLength(2);
  first.stream.close();

  const table = ['1', '2', '3', '4'].map((sk) => image(sk));
  const { directory } = first;
  const second = streamOf(() => done, { directory, table });
  expect(await second.stream.settled()).toBe(true);
  expect(second.batches.flat()).toEqual(['3', '4']);
  second.stream.close();

  const third = streamOf(() => done, { directory, table });
  expect(await third.stream.settled()).toBe(true);
  expect(third.batches).toEqual([]);
});

test('a cleared stream forgets its records, also those in progress', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const { stream, batches } = streamOf(({ Records }) => (Records[0]?.dynamodb.NewImage.sk?.S === '1' ? promise : done));
  stream.append([image('1')]);
  stream.clear();
  resolve({ ok: false, reason: 'killed', message: 'Interrupted' });
  stream.append([image('2')]);
  expect(await stream.settled()).toBe(true);
  expect(batches).toEqual([['1'], ['2']]);
});

test('a filter with more than equality is refused', () => {
  const pattern = { eventName: [{ prefix: 'INS' }] };
  expect(() => matches(pattern, { eventName: 'INSERT' })).toThrow('filters of equality only');
});
