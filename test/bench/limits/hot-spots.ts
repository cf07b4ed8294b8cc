import { COUNTER_ROWS } from '../../../lib/domain/limits.ts';
import { DUE_SHARDS } from '../../../lib/table/due.ts';
import { LONGEST_PAUSE, RETRY_PERIOD, SHORTEST_PAUSE } from '../../../lib/table/write.ts';
import { ASSUMED, QUOTAS } from './quotas.ts';

/** Returns random numbers below 1. The same seed gives the same numbers (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The attempts of a throttled read, and the pause before the first repetition, as of lib/table/read.ts, in ms. */
const [READ_TRIES, READ_PAUSE] = [6, 20];

/** The result of requests to one partition. */
export interface PartitionRun {
  /** The part of the requests that waited for a throttled read at least once, and the part that gave up. */
  readonly delayed: number;
  readonly failed: number;
}

/**
 * Simulates requests that read one partition, without capacity kept for bursts. A read that exceeds the partition's
 * units of the present second is throttled, and repeated after a pause with jitter.
 *
 * @param perSecond requests a second
 * @param units read units of a request
 */
export function readPartition(perSecond: number, units: number, seconds = 30, random = randomFrom(1)): PartitionRun {
  const ends = seconds * 1000;
  /** The reads that begin in each millisecond, by the number of their attempt. */
  const arrivals: number[][] = Array.from({ length: ends + 10_000 }, () => []);
  const requests = Math.round(perSecond * seconds);
  for (let index = 0; index < requests; index += 1) arrivals[Math.floor(random() * ends)]?.push(1);
  let [delayed, failed, left] = [0, 0, 0];
  for (const [ms, attempts] of arrivals.entries()) {
    if (ms % 1000 === 0) left = QUOTAS.partition.read;
    for (const attempt of attempts) {
      if (left >= units) {
        left -= units;
        continue;
      }
      if (attempt === 1) delayed += 1;
      if (attempt === READ_TRIES) failed += 1;
      else arrivals[ms + 1 + Math.floor(random() * READ_PAUSE * 2 ** attempt)]?.push(attempt + 1);
    }
  }
  return { delayed: delayed / requests, failed: failed / requests };
}

/** The result of people who accept at once. */
export interface CrowdRun {
  /** Seconds until the last of them is a member. */
  readonly seconds: number;
  /** How many were told to try again, after the time for retries. */
  readonly lost: number;
}

/**
 * Simulates people who accept at once. Each transaction writes the counter row of their invitation, and conflicts with
 * any transaction in progress on that row: then it is repeated after a pause with jitter.
 */
export function acceptAtOnce(people: number, rows: number = COUNTER_ROWS, random = randomFrom(1)): CrowdRun {
  const busyUntil = new Float64Array(rows);
  const waiting = Array.from({ length: people }, () => ({ at: 0, row: Math.floor(random() * rows), attempt: 1 }));
  let [seconds, lost] = [0, 0];
  while (waiting.length > 0) {
    waiting.sort((one, other) => other.at - one.at);
    const next = waiting.pop() as (typeof waiting)[number];
    const { at, row, attempt } = next;
    if ((busyUntil[row] as number) <= at) {
      busyUntil[row] = at + ASSUMED.transaction;
      seconds = Math.max(seconds, (at + ASSUMED.transaction) / 1000);
    } else {
      const pause = random() * Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** attempt);
      // A refused transaction takes as long as another.
      const again = at + ASSUMED.transaction + pause;
      if (again > RETRY_PERIOD) lost += 1;
      else waiting.push({ at: again, row, attempt: attempt + 1 });
    }
  }
  return { seconds, lost };
}

/** Seconds of a run of the scheduled function in which it begins rows, and the period of its runs. */
const [WORKING, PERIOD] = [45, 60];

/**
 * Simulates a backlog of due rows. Each shard works on its rows one after another, and a core does so many rows a second.
 *
 * @param rowMs milliseconds of a row: its transactions
 * @param ofCore rows a second of CPU time
 * @returns minutes until nothing is due
 */
export function clearBacklog(rows: number, rowMs: number, ofCore: number, shards: number = DUE_SHARDS): number {
  const perSecond = Math.min((shards * 1000) / rowMs, ofCore);
  const whole = Math.floor(rows / (perSecond * WORKING));
  return (whole * PERIOD + (rows - whole * perSecond * WORKING) / perSecond) / 60;
}
