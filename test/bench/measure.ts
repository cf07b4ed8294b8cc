/** One line of the table: a figure, what it is compared with, and what it should be. */
export interface Row {
  readonly what: string;
  readonly figure: number;
  readonly unit: Unit;
  /** What was measured beside it, in the same unit: makes a ratio. */
  readonly beside?: { readonly what: string; readonly figure: number };
  /** The ratio in each of several passes: their median is the row's. */
  readonly ratios?: readonly number[];
  /** Of the ratio where there is one, else of the figure. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

export type Unit = 'KB' | 'MB' | 'ms' | 's' | '/s' | 'people' | 'CPU s' | 'workers';

/** Measures something, and says it in rows. */
export type Section = () => Promise<Row[]>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The first and the third quartile. */
export function quartiles(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.25), at(0.75)];
}

/**
 * Takes turns: each measures once a round, so that whatever slows the machine down slows all of them down.
 *
 * @returns the median of each
 */
export async function interleaved<K extends string>(
  rounds: number,
  measures: Readonly<Record<K, () => Promise<number> | number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(measures) as K[];
  const taken = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) taken.get(name)?.push(await measures[name]());
    // Another one comes first the next time.
    names.push(...names.splice(0, 1));
  }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name) ?? [])])) as Record<K, number>;
}

/** The milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Does something again and again, in so many lanes at once.
 *
 * @param more whether to begin another one, after so many
 * @returns the median of what one takes, in milliseconds, and how many a second there were
 */
export async function repeat(
  lanes: number,
  more: (begun: number) => boolean,
  work: (lane: number) => Promise<unknown>,
): Promise<{ ms: number; perSecond: number }> {
  const taken: number[] = [];
  let begun = 0;
  const run = async (lane: number) => {
    while (more(begun)) {
      begun += 1;
      taken.push(await timed(() => work(lane)));
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane))));
  return { ms: median(taken), perSecond: (1000 * taken.length) / ms };
}

/** For `repeat`: so often. */
export function times(count: number): (begun: number) => boolean {
  return (begun) => begun < count;
}

/** For `repeat`: so long, from now on. */
export function seconds(count: number): () => boolean {
  const end = performance.now() + 1000 * count;
  return () => performance.now() < end;
}
