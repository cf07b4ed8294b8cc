/** A row of the table: a figure, its reference and its goal. */
export interface Row {
  readonly what: string;
  readonly figure: number;
  readonly unit: Unit;
  /** The figure that it is compared with, in the same unit. The row then has a ratio. */
  readonly reference?: { readonly what: string; readonly figure: number };
  /** The ratio of each pass. The row shows their median. */
  readonly ratios?: readonly number[];
  /** The goal of the ratio, or of the figure if the row has no ratio. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
  /** The figure at several sizes, as ratios to the reference, for the plot of growth. */
  readonly points?: readonly Point[];
}

/** A figure at a size, as a ratio to that at the smallest size. */
export interface Point {
  readonly size: number;
  readonly ratio: number;
}

export type Unit =
  | ('KB' | 'MB' | 'µs' | 'ms' | 's' | '/s' | 'people' | 'CPU s' | 'workers')
  | ('%' | 'requests/s' | 'units/s' | 'mails/day' | 'members');

/** Measures a part of the service. Returns the rows. */
export type Section = () => Promise<Row[]>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Returns the first and the third quartile. */
export function quartiles(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.25), at(0.75)];
}

/**
 * Runs each measurement once a round, so that other load on the machine affects all of them equally.
 *
 * @returns the median of each measurement
 */
export async function interleaved<K extends string>(
  rounds: number,
  measures: Readonly<Record<K, () => Promise<number> | number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(measures) as K[];
  const durations = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) durations.get(name)?.push(await measures[name]());
    // The next round begins with another one.
    names.push(...names.splice(0, 1));
  }
  return Object.fromEntries(names.map((name) => [name, median(durations.get(name) ?? [])])) as Record<K, number>;
}

/** Returns the duration in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Repeats `work` in parallel lanes.
 *
 * @param more whether to begin another run, by the number of begun runs
 * @returns the median duration in milliseconds, and the runs per second
 */
export async function repeat(
  lanes: number,
  more: (begun: number) => boolean,
  work: (lane: number) => Promise<unknown>,
): Promise<{ ms: number; perSecond: number }> {
  const durations: number[] = [];
  let begun = 0;
  const run = async (lane: number) => {
    while (more(begun)) {
      begun += 1;
      durations.push(await timed(() => work(lane)));
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane))));
  return { ms: median(durations), perSecond: (1000 * durations.length) / ms };
}

/** Returns a condition for `repeat`: `count` runs. */
export function times(count: number): (begun: number) => boolean {
  return (begun) => begun < count;
}

/** Returns a condition for `repeat`: `count` seconds from now on. */
export function seconds(count: number): () => boolean {
  const end = performance.now() + 1000 * count;
  return () => performance.now() < end;
}
