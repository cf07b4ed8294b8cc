import { type Row, timed } from './measure.ts';
import { type Service, type Sweeper, withService } from './service.ts';

/** The number of invitations of each organization. */
const INVITATIONS = 100;

const DAY = 24 * 60 * 60_000;

/** The goal of due rows a second of CPU time. */
const PER_SECOND = 1000;

/** The due rows of the short and the long backlog. A million takes an hour, so it is run only on request. */
const [SHORT, LONG] = [1000, Number(process.env.MUSTER_BACKLOG ?? 100_000)];

/** Measures how many due rows a second the scheduled function processes: unsent mails, then expired invitations. */
export function sweep(): Promise<Row[]> {
  return withSweeper(async (service, sweeper) => {
    await prepare(service, 2000);
    // Nothing is due yet. This run opens the connections.
    await sweeper.run(0);
    return [
      ...rates('mails', await sweepAll(sweeper, DAY / 24, 'sent')),
      ...rates('expired invitations', await sweepAll(sweeper, 8 * DAY, 'expired')),
    ];
  });
}

/**
 * Measures the rate of a long backlog, and its memory compared with a short one. `MUSTER_BACKLOG` has another length of
 * the long one, such as `1000000`.
 */
export function backlog(): Promise<Row[]> {
  return withSweeper(async (service, sweeper) => {
    await prepare(service, SHORT);
    const few = await sweepAll(sweeper, 8 * DAY, 'expired');
    await prepare(service, LONG);
    const many = await sweepAll(sweeper, 8 * DAY, 'expired');
    const megabyte = 1024 * 1024;
    return [
      ...rates(`${count(LONG)} expired invitations`, many),
      {
        what: `heap of the sweep after ${count(LONG)} due rows`,
        figure: many.heap / megabyte,
        unit: 'MB',
        reference: { what: `after ${count(SHORT)}`, figure: few.heap / megabyte },
        goal: { atMost: 1.2 },
      },
    ];
  });
}

/** Returns a number with thousands separators. */
function count(rows: number): string {
  return rows.toLocaleString('en');
}

function withSweeper<T>(work: (service: Service, sweeper: Sweeper) => Promise<T>): Promise<T> {
  return withService(async (service) => {
    const sweeper = await service.sweeper();
    try {
      return await work(service, sweeper);
    } finally {
      await sweeper.close();
    }
  });
}

/** Creates invitations whose mails are due in a minute, 100 in each organization. */
async function prepare(service: Service, count: number): Promise<void> {
  for (let made = 0; made < count; made += INVITATIONS) {
    const { id, call } = await service.organization();
    const [owner] = (await call('GET /v1/members', 200)).data;
    await service.addInvitations(id, owner.userId, INVITATIONS);
  }
}

interface SweepTotal {
  readonly rows: number;
  readonly ms: number;
  /** CPU time of the function in milliseconds. */
  readonly cpu: number;
  /** Heap after the last run in bytes. */
  readonly heap: number;
}

/** Runs the scheduled function, with its clock ahead by `offset` milliseconds, until nothing is due. */
async function sweepAll(sweeper: Sweeper, offset: number, kind: string): Promise<SweepTotal> {
  let [rows, cpu, heap] = [0, 0, 0];
  const ms = await timed(async () => {
    for (let done = 1; done > 0; rows += done) {
      const run = await sweeper.run(offset);
      const { lagSeconds, [kind]: count = 0, ...others } = run.result;
      if (Object.values(others).some((other) => other > 0)) {
        throw new Error(`Beside ${kind}, the sweep counted ${JSON.stringify(others)}`);
      }
      done = count;
      cpu += run.cpu;
      heap = run.heap;
    }
  });
  return { rows, ms, cpu, heap };
}

/** Returns the rates by elapsed time, which includes the engine and SES, and by the CPU time of the function. */
function rates(what: string, { rows, ms, cpu }: SweepTotal): Row[] {
  return [
    { what: `sweep, ${what}`, figure: (1000 * rows) / ms, unit: '/s' },
    { what: `sweep, ${what}, by CPU time`, figure: (1000 * rows) / cpu, unit: '/s', goal: { atLeast: PER_SECOND } },
  ];
}
