import { type Row, timed } from './measure.ts';
import { type Service, withService } from './service.ts';

const ORGANIZATIONS = 20;
/** Each. */
const INVITATIONS = 100;

/** How many due rows a second the scheduled function does: mails that weren't sent, then invitations that expired. */
export function sweep(): Promise<Row[]> {
  return withService(async (service) => {
    for (let number = 0; number < ORGANIZATIONS; number += 1) {
      const { id, call } = await service.organization();
      const [owner] = (await call('GET /v1/members', 200)).data;
      await service.addInvitations(id, owner.userId, INVITATIONS);
    }
    // Nothing is due yet: this starts the function.
    await service.call('POST /_local/sweep', 200);
    return [await row(service, 'mails', '1h', 'sent'), await row(service, 'expired invitations', '8d', 'expired')];
  });
}

/** Rows a second, once so much time has passed. */
async function row({ call }: Service, what: string, offset: string, kind: string): Promise<Row> {
  await call('POST /_local/clock', 200, { offset });
  let counts: Record<string, number> = {};
  const ms = await timed(async () => {
    counts = await call('POST /_local/sweep', 200);
  });
  const { [kind]: done = 0, ...others } = counts;
  if (Object.values(others).some((count) => count > 0)) {
    throw new Error(`The sweep did other things than ${what}: ${JSON.stringify(counts)}`);
  }
  return { what: `sweep, ${what}`, figure: (1000 * done) / ms, unit: '/s', goal: { atLeast: 300 } };
}
