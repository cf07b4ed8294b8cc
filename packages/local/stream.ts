import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './functions.ts';
import { readLines } from './lines.ts';
import type { Attributes } from './parts.ts';

/** A function that gets records of the table's stream. */
export interface LocalStream {
  readonly function: string;
  readonly batchSize: number;
  /** Patterns of records: a record that matches one of them is delivered. */
  readonly filters: readonly Pattern[];
  /** Records older than this are given up, in seconds. */
  readonly maximumAge: number;
}

/** Objects have patterns of their fields; a list has the accepted values. */
export type Pattern = { readonly [field: string]: Pattern | readonly unknown[] };

/** A new item in the stream. */
interface StreamRecord {
  /** `pk|sk` */
  readonly key: string;
  readonly image: Attributes;
  /** When it was written, in milliseconds of the stack's clock. */
  readonly at: number;
}

/** A line of the journal: a record, or that a function has handled one. */
type Line = StreamRecord | { readonly done: string; readonly by: string };

export interface TableStream {
  /** Takes new items of a transaction that has committed, in the order of its parts. */
  append(images: readonly Attributes[]): void;
  /**
   * Waits until every record is delivered: also those of items that were written by another process, or whose transaction
   * committed just before a kill.
   *
   * @returns false if records still wait, since their function fails
   */
  settled(): Promise<boolean>;
  /** Forgets all records. */
  clear(): void;
  close(): void;
}

export interface TableStreamOptions {
  readonly directory: string;
  readonly streams: readonly LocalStream[];
  readonly region: string;
  /** The names of the table's key attributes. */
  readonly keyNames: readonly string[];
  /** How long a new item waits for others of its batch, in milliseconds; default: not at all. */
  readonly window?: number | undefined;
  now(): number;
  invoke(functionName: string, event: unknown): Promise<Outcome>;
  log(functionName: string, line: string): void;
  /** Reads the items of the table that match one of the patterns of images, in the order of their keys. */
  scan(patterns: readonly Pattern[]): Promise<readonly Attributes[]>;
}

/** How long `settled` waits while nothing is delivered, and the pauses after failures, in milliseconds. */
const LONGEST_WAIT = 5000;
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

/**
 * The stream of the table with its event source mappings. The engines' own streams aren't used: the proxy sees each
 * transaction, and a journal in `<directory>/stream.jsonl` survives a kill.
 *
 * Only new items are in it. Records of a mapping are delivered one batch after the other, in the order of the commits,
 * until the function has handled them.
 */
export function createTableStream(options: TableStreamOptions): TableStream {
  const { window = 0 } = options;
  const file = join(options.directory, 'stream.jsonl');
  const seen = new Set<string>();
  const queues = options.streams.map((stream) => ({
    stream,
    records: [] as StreamRecord[],
    isBusy: false,
    isWaiting: false,
    failures: 0,
  }));
  type Queue = (typeof queues)[number];
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;
  /** Batches of an earlier generation don't count: the table was emptied meanwhile. */
  let generation = 0;
  let sequence = 0;

  restore();

  function restore(): void {
    const lines = readLines<Line>(file);
    const done = new Set(lines.flatMap((line) => ('done' in line ? `${line.by}\n${line.done}` : [])));
    const records = lines.filter((line): line is StreamRecord => 'image' in line);
    for (const record of records) {
      seen.add(record.key);
      for (const queue of queues) {
        if (!done.has(`${queue.stream.function}\n${record.key}`)) enqueue(queue, record);
      }
    }
    for (const line of lines) if ('done' in line) seen.add(line.done);
    // Images of handled records aren't needed any more.
    const waiting = new Set(queues.flatMap(({ records: left }) => left.map(({ key }) => key)));
    const kept = lines.filter((line) => !('image' in line) || waiting.has(line.key));
    writeFileSync(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  function enqueue(queue: Queue, record: StreamRecord): void {
    if (queue.stream.filters.some((pattern) => matches(pattern, recordOf(record)))) queue.records.push(record);
  }

  function recordOf({ image, at }: StreamRecord) {
    const Keys = Object.fromEntries(options.keyNames.map((name) => [name, image[name]]));
    return {
      eventName: 'INSERT',
      dynamodb: { ApproximateCreationDateTime: Math.floor(at / 1000), Keys, NewImage: image },
    };
  }

  function append(images: readonly Attributes[]): void {
    const found = images.flatMap((image): StreamRecord[] => {
      const key = options.keyNames.map((name) => Object.values(image[name] ?? {})[0]).join('|');
      const record = { key, image, at: options.now() };
      const isWanted = options.streams.some(({ filters }) => filters.some((each) => matches(each, recordOf(record))));
      return isWanted && !seen.has(key) ? [record] : [];
    });
    if (found.length === 0) return;
    // On disk before the function that wrote it gets the answer.
    appendFileSync(file, found.map((record) => `${JSON.stringify(record)}\n`).join(''));
    for (const record of found) {
      seen.add(record.key);
      for (const queue of queues) enqueue(queue, record);
    }
    for (const queue of queues) deliverSoon(queue);
  }

  function deliverSoon(queue: Queue): void {
    if (window === 0) return void deliver(queue);
    if (queue.isWaiting || isClosed || queue.records.length === 0) return;
    queue.isWaiting = true;
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.isWaiting = false;
      void deliver(queue);
    }, window);
    timers.add(timer);
  }

  async function deliver(queue: Queue): Promise<void> {
    const { stream } = queue;
    if (queue.isBusy || isClosed || queue.records.length === 0) return;
    queue.isBusy = true;
    const started = generation;
    const batch = queue.records.slice(0, stream.batchSize);
    const outcome = await options.invoke(stream.function, { Records: batch.map(asSent) });
    queue.isBusy = false;
    if (started !== generation || isClosed) return void deliver(queue);
    const handled = Math.min(handledBy(outcome, batch), batch.length);
    const tooOld = batch.slice(handled).findIndex(({ at }) => options.now() - at < stream.maximumAge * 1000);
    const givenUp = handled === batch.length ? 0 : tooOld < 0 ? batch.length - handled : tooOld;
    if (givenUp > 0) options.log(stream.function, `${givenUp} records of the stream are given up.`);
    const over = queue.records.splice(0, handled + givenUp);
    const lines = over.map(({ key }) => `${JSON.stringify({ done: key, by: stream.function })}\n`);
    if (over.length > 0) appendFileSync(file, lines.join(''));
    queue.failures = handled === batch.length ? 0 : queue.failures + 1;
    if (queue.failures === 0) return deliverSoon(queue);
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        void deliver(queue);
      },
      Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (queue.failures - 1)),
    );
    timers.add(timer);
  }

  /** Returns a record as Lambda gets it. */
  function asSent(record: StreamRecord): object {
    const { eventName, dynamodb } = recordOf(record);
    return {
      ...{
        eventID: record.key,
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: options.region,
        eventName,
      },
      dynamodb: {
        ...{ ...dynamodb, StreamViewType: 'NEW_IMAGE', SizeBytes: JSON.stringify(record.image).length },
        SequenceNumber: sequenceOf(record),
      },
    };
  }

  const sequences = new WeakMap<StreamRecord, string>();
  function sequenceOf(record: StreamRecord): string {
    const known = sequences.get(record);
    if (known !== undefined) return known;
    sequence += 1;
    const made = String(sequence).padStart(21, '0');
    sequences.set(record, made);
    return made;
  }

  /** Returns how many records of a batch are handled: those before the first failed one. */
  function handledBy(outcome: Outcome, batch: readonly StreamRecord[]): number {
    if (!outcome.ok) return 0;
    const { batchItemFailures = [] } = (JSON.parse(outcome.payload) ?? {}) as {
      batchItemFailures?: readonly { itemIdentifier: string }[];
    };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = batch.findIndex((record) => failed.has(sequenceOf(record)));
    return first < 0 ? batch.length : first;
  }

  async function catchUp(): Promise<void> {
    const patterns = options.streams.flatMap(({ filters }) => filters.flatMap(imagePattern));
    if (patterns.length === 0) return;
    const started = generation;
    const images = await options.scan(patterns);
    if (started === generation) append(images);
  }

  return {
    append,
    async settled() {
      await catchUp();
      for (const queue of queues) void deliver(queue);
      const waiting = () => queues.reduce((sum, { records }) => sum + records.length, 0);
      let end = performance.now() + LONGEST_WAIT;
      for (let left = waiting(); left > 0; ) {
        if (performance.now() > end || isClosed) return false;
        const now = waiting();
        if (now < left) end = performance.now() + LONGEST_WAIT;
        left = now;
        // Without waiting for others. What has failed has a pause of its own.
        for (const queue of queues) if (queue.failures === 0) void deliver(queue);
        await new Promise((done) => setTimeout(done, 5));
      }
      return true;
    },
    clear() {
      generation += 1;
      seen.clear();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      for (const queue of queues) Object.assign(queue, { failures: 0, isWaiting: false, records: [] });
      rmSync(file, { force: true });
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Returns the pattern of the new image in the pattern of a record. */
function imagePattern(pattern: Pattern): Pattern[] {
  const { dynamodb } = pattern as { dynamodb?: { NewImage?: Pattern } };
  return dynamodb?.NewImage ? [dynamodb.NewImage] : [];
}

/**
 * Tells whether a value has what a pattern names: all fields of an object, one of the values of a list.
 *
 * @throws Error for a pattern with more than equality
 */
export function matches(pattern: Pattern | readonly unknown[], value: unknown): boolean {
  if (Array.isArray(pattern)) {
    const other = pattern.find((each) => typeof each === 'object' && each !== null);
    if (other) throw new Error(`The local stack knows filters of equality only, not ${JSON.stringify(other)}.`);
    return pattern.includes(value);
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern as Pattern).every(([field, of]) =>
    matches(of, (value as Record<string, unknown>)[field]),
  );
}
