import { type Row, timed } from './measure.ts';
import { type Service, type Sweeper, withService } from './service.ts';

/** Each organization's. */
const INVITATIONS = 100;

const DAY = 24 * 60 * 60_000;

/** How many due rows a second the scheduled function does: mails that weren't sent, then invitations that expired. */
export function sweep(): Promise<Row[]> {
  return withSweeper(async (service, sweeper) => {
    await prepare(service, 2000);
    // Nothing is due yet: the first calls have connections to make.
    await sweeper.run(0);
    return [
      ...rates('mails', await sweepAll(sweeper, DAY / 24, 'sent')),
      ...rates('expired invitations', await sweepAll(sweeper, 8 * DAY, 'expired')),
    ];
  });
}

/** A backlog: how fast it is done, run after run, and what memory it takes beside that of a short one. */
export function backlog(): Promise<Row[]> {
  return withSweeper(async (service, sweeper) => {
    await prepare(service, 1000);
    const few = await sweepAll(sweeper, 8 * DAY, 'expired');
    await prepare(service, 100_000);
    const many = await sweepAll(sweeper, 8 * DAY, 'expired');
    const megabyte = 1024 * 1024;
    return [
      ...rates('100,000 expired invitations', many),
      {
        what: 'heap of the sweep after 100,000 due rows',
        figure: many.heap / megabyte,
        unit: 'MB',
        beside: { what: 'after 1,000', figure: few.heap / megabyte },
        goal: { atMost: 1.2 },
      },
    ];
  });
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

/** Makes so many invitations whose mails are due in a minute, in organizations of 100 each. */
async function prepare(service: Service, count: number): Promise<void> {
  for (let made = 0; made < count; made += INVITATIONS) {
    const { id, call } = await service.organization();
    const [owner] = (await call('GET /v1/members', 200)).data;
    await service.addInvitations(id, owner.userId, INVITATIONS);
  }
}

interface Done {
  readonly rows: number;
  readonly ms: number;
  /** Milliseconds of a core that the function took. */
  readonly core: number;
  /** Bytes, after the last run. */
  readonly heap: number;
}

/** Runs the scheduled function, so many milliseconds from now, until nothing is due. */
async function sweepAll(sweeper: Sweeper, offset: number, kind: string): Promise<Done> {
  let [rows, core, heap] = [0, 0, 0];
  const ms = await timed(async () => {
    for (let done = 1; done > 0; rows += done) {
      const ran = await sweeper.run(offset);
      const { lagSeconds, [kind]: count = 0, ...others } = ran.result;
      if (Object.values(others).some((other) => other > 0)) {
        throw new Error(`The sweep did other things than ${kind}: ${JSON.stringify(others)}`);
      }
      done = count;
      core += ran.core;
      heap = ran.heap;
    }
  });
  return { rows, ms, core, heap };
}

/** By the clock, in which engine, SES and function share the machine; and by what the function takes of a core. */
function rates(what: string, { rows, ms, core }: Done): Row[] {
  return [
    { what: `sweep, ${what}`, figure: (1000 * rows) / ms, unit: '/s' },
    { what: `sweep, ${what}, by a core's time`, figure: (1000 * rows) / core, unit: '/s', goal: { atLeast: 300 } },
  ];
}
