import { type Row, repeat, seconds } from './measure.ts';
import { withService } from './service.ts';

const AT_ONCE = 16;
/** How long each figure is measured, after a warm-up of the same length: V8 optimizes code after thousands of calls. */
const SECONDS = 4;

/** Measures requests over HTTP: an invitation with its mail, and a list of 100 members. */
export function requests(): Promise<Row[]> {
  return withService(async ({ organization, addMembers }) => {
    const acme = await organization();
    await addMembers(acme.id, 99);
    const list = () => acme.call('GET /v1/members?perPage=100', 200);
    if ((await list()).data.length !== 100) throw new Error("The list doesn't have 100 members.");
    // One owner per lane: invitations of one person wait for each other.
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
  const sequential = await repeat(1, seconds(SECONDS), work);
  const parallel = await repeat(AT_ONCE, seconds(SECONDS), work);
  return [
    { what: `${what}, one at a time`, figure: sequential.ms, unit: 'ms' },
    { what: `${what}, one at a time`, figure: sequential.perSecond, unit: '/s' },
    { what: `${what}, ${AT_ONCE} at once`, figure: parallel.ms, unit: 'ms' },
    { what: `${what}, ${AT_ONCE} at once`, figure: parallel.perSecond, unit: '/s' },
  ];
}
