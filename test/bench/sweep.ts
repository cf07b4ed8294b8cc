import { type Row, timed } from './measure.ts';
import { type Service, withService } from './service.ts';

/** Each organization's. */
const INVITATIONS = 100;

/** How many due rows a second the scheduled function does: mails that weren't sent, then invitations that expired. */
export function sweep(): Promise<Row[]> {
  return withService(async (service) => {
    await prepare(service, 2000);
    // Nothing is due yet: this starts the function.
    await service.call('POST /_local/sweep', 200);
    return [
      rate('mails', await sweepAll(service, '1h', 'sent')),
      rate('expired invitations', await sweepAll(service, '8d', 'expired')),
    ];
  });
}

/** A backlog: how fast it is done, run after run, and what memory it takes beside that of a short one. */
export function backlog(): Promise<Row[]> {
  return withService(async (service) => {
    await prepare(service, 1000);
    await sweepAll(service, '8d', 'expired');
    const few = await service.memory();
    await service.call('POST /_local/clock', 200, { offset: 0 });
    await prepare(service, 100_000);
    const all = await sweepAll(service, '8d', 'expired');
    const many = await service.memory();
    const megabyte = 1024 * 1024;
    return [
      rate('100,000 expired invitations', all),
      {
        what: 'memory after 100,000 due rows',
        figure: many / megabyte,
        unit: 'MB',
        beside: { what: 'after 1,000', figure: few / megabyte },
        goal: { atMost: 1.2 },
      },
    ];
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
}

/** Runs the scheduled function, once so much time has passed, until nothing is due. */
async function sweepAll({ call }: Service, offset: string, kind: string): Promise<Done> {
  await call('POST /_local/clock', 200, { offset });
  let rows = 0;
  const ms = await timed(async () => {
    for (let done = 1; done > 0; rows += done) {
      const { lagSeconds, [kind]: count, ...others } = await call('POST /_local/sweep', 200);
      if (Object.values(others as Record<string, number>).some((other) => other > 0)) {
        throw new Error(`The sweep did other things than ${kind}: ${JSON.stringify(others)}`);
      }
      done = count;
    }
  });
  return { rows, ms };
}

function rate(what: string, { rows, ms }: Done): Row {
  return { what: `sweep, ${what}`, figure: (1000 * rows) / ms, unit: '/s', goal: { atLeast: 300 } };
}
