import { interleaved, median, type Row, timed } from '../measure.ts';
import type { Functions } from '../peers/muster.ts';
import { type Operation, operationsOf } from './operations.ts';
import { type Grown, grow } from './organization.ts';

/** The sizes of the organizations: members, pending invitations and audit entries, each. Teams: at most 1,000. */
const SIZES = (process.env.MUSTER_GROWTH ?? '0,100,1000,10000,100000').split(',').map(Number);
/** The passes, the runs of each operation in a pass, and the runs before the first: V8 optimizes code. */
const MANY = { passes: 7, runs: 10, warmUp: 25 };
/** For operations that grow: they are slow, and their ratios far from the goal. */
const FEW = { passes: 3, runs: 5, warmUp: 5 };
/** The maximum ratio of the time in the largest organization to that in a small one. */
const MAX_RATIO = 1.05;

/** Measures each operation in organizations of several sizes, in turns. */
export async function compare(functions: Functions): Promise<Row[]> {
  const organizations: Grown[] = [];
  for (const size of SIZES) organizations.push(await grow(functions, size));
  const operations = await Promise.all(organizations.map(operationsOf));
  const rows: Row[] = [];
  for (const [index, { what }] of (operations[0] ?? []).entries()) {
    const same = SIZES.map((size, at) => ({ size, operation: operations[at]?.[index] as Operation }));
    try {
      rows.push(await rowOf(same));
    } catch (error) {
      throw new Error(`Growth, ${what}: ${(error as Error).message}`, { cause: error });
    }
  }
  return rows;
}

interface Sized {
  readonly size: number;
  readonly operation: Operation;
}

async function rowOf(all: readonly Sized[]): Promise<Row> {
  const { what, from, grows } = (all[0] as Sized).operation;
  const compared = all.filter(({ size }) => size >= from);
  const measures = Object.fromEntries(compared.map((one) => [one.size, () => timeOf(one.operation)]));
  const times = grows ? FEW : MANY;
  await interleaved(times.warmUp, measures);
  const passes: Readonly<Record<string, number>>[] = [];
  while (passes.length < times.passes) passes.push(await interleaved(times.runs, measures));
  const [small, large] = [compared[0], compared.at(-1)] as [Sized, Sized];
  const timeAt = (size: number) => median(passes.map((pass) => pass[size] as number));
  return {
    what: `growth to ${large.size}: ${what}${grows ? ` (${grows})` : ''}`,
    figure: timeAt(large.size),
    unit: 'ms',
    reference: { what: `with ${small.size}`, figure: timeAt(small.size) },
    ratios: passes.map((pass) => (pass[large.size] as number) / (pass[small.size] as number)),
    points: compared.map(({ size }) => ({ size, ratio: timeAt(size) / timeAt(small.size) })),
    // A page number isn't a page of a cursor: it may grow.
    ...(!what.includes('page number') && { goal: { atMost: MAX_RATIO } }),
  };
}

async function timeOf({ prepare }: Operation): Promise<number> {
  const run = await prepare();
  return timed(run);
}
