import { type Row, repeat, timed, times } from './measure.ts';
import { type Service, withService } from './service.ts';

const ROWS = 500;
const ORGANIZATIONS = 10;

/** How many due rows a second the scheduled function does: mails that SES didn't take, then invitations that expired. */
export function sweep(): Promise<Row[]> {
  return withService(async (service) => {
    const { call } = service;
    await call('POST /_local/faults', 200, [{ action: 'ses:SendRawEmail', fault: 'throttle', times: -1 }]);
    await invite(service);
    await call('POST /_local/faults', 200, []);
    // Nothing is due yet: this starts the function.
    await call('POST /_local/sweep', 200);
    return [
      await row(service, `sweep sends ${ROWS} mails`, '1h', 'sent'),
      await row(service, `sweep expires ${ROWS} invitations`, '8d', 'expired'),
    ];
  });
}

async function invite({ organization }: Service): Promise<void> {
  const organizations = await Promise.all(Array.from({ length: ORGANIZATIONS }, organization));
  let invited = 0;
  await repeat(ORGANIZATIONS, times(ROWS), async (lane) => {
    invited += 1;
    const email = `jane.${invited}@example.com`;
    await organizations[lane]?.call('POST /v1/invitations', 201, { email, role: 'USER' });
  });
}

/** Rows a second, once so much time has passed. */
async function row({ call }: Service, what: string, offset: string, kind: string): Promise<Row> {
  await call('POST /_local/clock', 200, { offset });
  let counts: Record<string, number> = {};
  const ms = await timed(async () => {
    counts = await call('POST /_local/sweep', 200);
  });
  if (counts[kind] !== ROWS) throw new Error(`The sweep did other than ${ROWS} rows: ${JSON.stringify(counts)}`);
  return { what, figure: (1000 * ROWS) / ms, unit: '/s', goal: { atLeast: 300 } };
}
