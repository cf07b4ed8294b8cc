import { type Row, repeat, seconds } from './measure.ts';
import { withService } from './service.ts';

const AT_ONCE = 16;
/** What each figure is measured for, after as long unmeasured: code takes thousands of calls to become fast. */
const SECONDS = 4;

/** What a request takes over HTTP: an invitation with its mail, and a list of 100 members. */
export function requests(): Promise<Row[]> {
  return withService(async ({ organization, addMembers }) => {
    const acme = await organization();
    await addMembers(acme.id, 99);
    const list = () => acme.call('GET /v1/members?perPage=100', 200);
    if ((await list()).data.length !== 100) throw new Error('The list has other than 100 members.');
    // Of different organizations: one person's own invitations wait for each other.
    const owners = await Promise.all(Array.from({ length: AT_ONCE }, organization));
    let invited = 0;
    const invite = async (lane: number) => {
      invited += 1;
      const body = { email: `jane.${invited}@example.com`, role: 'USER' };
      await owners[lane]?.call('POST /v1/invitations', 201, body);
    };
    return [...(await rowsOf('invite', invite)), ...(await rowsOf('list of 100', list))];
  });
}

async function rowsOf(what: string, work: (lane: number) => Promise<unknown>): Promise<Row[]> {
  await repeat(AT_ONCE, seconds(SECONDS), work);
  const alone = await repeat(1, seconds(SECONDS), work);
  const crowd = await repeat(AT_ONCE, seconds(SECONDS), work);
  return [
    { what: `${what}, one at a time`, figure: alone.ms, unit: 'ms' },
    { what: `${what}, one at a time`, figure: alone.perSecond, unit: '/s' },
    { what: `${what}, ${AT_ONCE} at once`, figure: crowd.ms, unit: 'ms' },
    { what: `${what}, ${AT_ONCE} at once`, figure: crowd.perSecond, unit: '/s' },
  ];
}
