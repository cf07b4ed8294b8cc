import { type Row, repeat, timed, times } from './measure.ts';
import { withService } from './service.ts';

const PEOPLE = 200;

/** Measures 200 people who accept invitations to one organization at the same moment. */
export function accept(): Promise<Row[]> {
  return withService(async ({ call, organization }) => {
    const acme = await organization();
    let invited = 0;
    await repeat(8, times(PEOPLE), () => {
      invited += 1;
      return acme.call('POST /v1/invitations', 201, { email: `jane.${invited}@example.com`, role: 'USER' });
    });
    const mails = (await call('GET /_local/mail', 200)) as { text: string }[];
    const tokens = mails.map(({ text }) => /[?&]token=([\w-]{64})/.exec(text)?.[1]);
    const ms = await timed(() =>
      Promise.allSettled(tokens.map((token) => call('POST /v1/invitations/accept', 200, { token }))),
    );
    const { meta } = await acme.call('GET /v1/members', 200);
    const missing = PEOPLE + 1 - meta.total;
    return [
      { what: `${PEOPLE} people accept at once, until all are members`, figure: ms / 1000, unit: 's' },
      {
        what: `${PEOPLE} people accept at once, not members afterwards`,
        figure: missing,
        unit: 'people',
        goal: { atMost: 0 },
      },
    ];
  });
}
