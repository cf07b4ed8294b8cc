import { type Row, repeat, timed, times } from './measure.ts';
import { type Service, withService } from './service.ts';

/** The numbers of people who accept at once, each in an organization of its own. */
const CROWDS = [1, 10, 50, 200];
/** The most seconds until everybody of the largest crowd is a member. */
const MAX_SECONDS = 2;

/**
 * Measures people who accept invitations to one organization at the same moment. Transactions conflict as in DynamoDB:
 * the local stack refuses those whose keys overlap with one in progress.
 */
export function accept(): Promise<Row[]> {
  return withService(async (service) => {
    // Starts the functions.
    await crowd(service, 5);
    const rows: Row[] = [];
    for (const people of CROWDS) rows.push(...(await rowsOf(service, people)));
    return rows;
  });
}

async function rowsOf(service: Service, people: number): Promise<Row[]> {
  const { ms, refused, missing } = await crowd(service, people);
  const isLargest = people === Math.max(...CROWDS);
  const what = people === 1 ? 'one person accepts' : `${people} people accept at once`;
  return [
    { what, figure: (1000 * people) / ms, unit: '/s' },
    {
      ...{ what: `${what}, until all are members`, figure: ms / 1000, unit: 's' },
      ...(isLargest && { goal: { atMost: MAX_SECONDS } }),
    },
    { what: `${what}, not members afterwards`, figure: missing, unit: 'people', goal: { atMost: 0 } },
    { what: `${what}, requests that failed`, figure: refused, unit: 'people', goal: { atMost: 0 } },
  ];
}

/** Invites people to a new organization, who then accept at once. */
async function crowd({ call, organization }: Service, people: number) {
  const acme = await organization();
  const emails = Array.from({ length: people }, (_, index) => `jane.${index}@${acme.id.slice(4)}.example.com`);
  const invited = new Set(emails);
  await repeat(8, times(people), () =>
    acme.call('POST /v1/invitations', 201, { email: emails.pop() as string, role: 'USER' }),
  );
  const mails = (await call('GET /_local/mail', 200)) as { to: string | string[]; text: string }[];
  const tokens = mails
    .filter(({ to }) => [to].flat().some((address) => invited.has(address)))
    .map(({ text }) => /[?&]token=([\w-]{64})/.exec(text)?.[1]);
  if (tokens.length !== people) throw new Error(`There are ${tokens.length} mails for ${people} people.`);
  let refused = 0;
  const ms = await timed(() =>
    Promise.all(
      tokens.map((token) =>
        call('POST /v1/invitations/accept', 200, { token }).catch(() => {
          refused += 1;
        }),
      ),
    ),
  );
  const { meta } = await acme.call('GET /v1/members', 200);
  return { ms, refused, missing: people + 1 - meta.total };
}
