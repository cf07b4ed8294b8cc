import { median, type Row } from '../measure.ts';
import { onDynamodb, onSqlite } from './better-auth.ts';
import type { Functions } from './muster.ts';
import type { Invited, Organization, Person, Side } from './side.ts';

const PASSES = 5;
const AT_ONCE = 16;
const MEMBERS = 100;
/** The warm-up requests of each kind: V8 optimizes code after thousands of calls. */
const WARM_UP = 160;
/** The requests of a pass, a multiple of `AT_ONCE`. */
const COUNT = 160;
/** The invitations of each organization, so that all organizations have the same number of pending ones. */
const PER_ORGANIZATION = 40;

/** A kind of request on one side. */
interface Work {
  readonly what: string;
  readonly lanes: number;
  /** Prepares requests. This isn't measured. */
  prepare(count: number): Promise<readonly (() => Promise<unknown>)[]>;
}

interface Measurement {
  readonly perSecond: number;
  /** CPU time of a request in milliseconds. */
  readonly cpu: number;
}

/** Measures throughput and CPU time of Muster and its peers in turns. @throws Error if a side has wrong results */
export async function compare(muster: Functions): Promise<Row[]> {
  const sides = [muster, await onSqlite(), await onDynamodb(muster.engine)] as const;
  const works = await Promise.all(sides.map(worksOf));
  const kinds = works[0]?.length ?? 0;
  for (const [index] of sides.entries()) for (const work of works[index] ?? []) await measure(work, WARM_UP);
  const measurements = works.map(() => Array.from({ length: kinds }, (): Measurement[] => []));
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (let kind = 0; kind < kinds; kind += 1) {
      // Each pass begins with another side.
      for (let turn = 0; turn < sides.length; turn += 1) {
        const side = (turn + pass) % sides.length;
        measurements[side]?.[kind]?.push(await measure(works[side]?.[kind] as Work, COUNT));
      }
    }
  }
  return Array.from({ length: kinds }, (_, kind) => rowsOf(sides, works, measurements, kind)).flat();
}

function rowsOf(
  sides: readonly Side[],
  works: readonly (readonly Work[])[],
  measurements: readonly (readonly Measurement[][])[],
  kind: number,
): Row[] {
  const what = works[0]?.[kind]?.what ?? '';
  const ours = measurements[0]?.[kind] as Measurement[];
  const cpu = { what: `${what}: CPU of a request`, figure: median(ours.map((one) => one.cpu)), unit: 'ms' } as const;
  const rows = [1, 2].map((side): Row => {
    const theirs = measurements[side]?.[kind] as Measurement[];
    const ratios = ours.map(({ perSecond }, pass) => perSecond / (theirs[pass]?.perSecond ?? Number.NaN));
    const atLeast = GOALS[what]?.[side - 1];
    return {
      what,
      figure: median(ours.map(({ perSecond }) => perSecond)),
      unit: '/s',
      reference: { what: sides[side]?.name ?? '', figure: median(theirs.map(({ perSecond }) => perSecond)) },
      ratios,
      ...(atLeast !== undefined && { goal: { atLeast } }),
    };
  });
  return [...rows, cpu];
}

/** The minimum ratios to better-auth on SQLite, and on the same DynamoDB engine. */
const GOALS: Readonly<Record<string, readonly [number, number]>> = {
  'create an organization': [1, 5],
  invite: [1.2, 8],
  [`invite, ${AT_ONCE} at once`]: [2, 12],
  accept: [1.2, 8],
  [`accept, ${AT_ONCE} at once`]: [2, 12],
  [`list of ${MEMBERS}`]: [1.2, 5],
  [`list of ${MEMBERS}, ${AT_ONCE} at once`]: [2, 6],
  'remove a member': [1, 5],
};

async function measure({ lanes, prepare }: Work, count: number): Promise<Measurement> {
  const requests = [...(await prepare(count))];
  const before = process.cpuUsage();
  const begun = performance.now();
  const lane = async () => {
    for (let next = requests.pop(); next; next = requests.pop()) await next();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (1000 * count) / ms, cpu: (user + system) / 1000 / count };
}

/** Returns all kinds of requests on one side, in the order of the table. @throws Error if a result is wrong */
async function worksOf(side: Side): Promise<Work[]> {
  let counter = 0;
  const unique = (name: string) => {
    counter += 1;
    return `${name}-${counter}`;
  };
  const address = () => `${unique('person')}@example.com`;
  const owner = await side.person(address());
  const create = () => owner.createOrganization(unique('organization'));
  const filled = await create();
  const names = Array.from({ length: MEMBERS - 1 }, address);
  await filled.addMembers(names);
  await expectCorrect(side, filled, names);

  const inviting = async (count: number) => {
    const organizations = await Promise.all(Array.from({ length: Math.ceil(count / PER_ORGANIZATION) }, create));
    return Array.from({ length: count }, (_, index) => {
      const organization = organizations[index % organizations.length] as Organization;
      return (email = address()) => organization.invite(email);
    });
  };
  const accepting = async (count: number) => {
    const invitations: (() => Promise<unknown>)[] = [];
    for (const invite of await inviting(count)) {
      const email = address();
      const [person, invitation] = (await Promise.all([side.person(email), invite(email)])) as [Person, Invited];
      invitations.push(() => person.accept(invitation));
    }
    return invitations;
  };
  const removing = async (count: number) => {
    const organization = await create();
    const members = await organization.addMembers(Array.from({ length: count }, address));
    return members.map((member) => () => organization.remove(member));
  };
  const listing = async (count: number) => Array.from({ length: count }, () => () => filled.list());
  return [
    { what: 'create an organization', lanes: 1, prepare: async (count) => Array.from({ length: count }, () => create) },
    ...[1, AT_ONCE].flatMap((lanes) => {
      const suffix = lanes === 1 ? '' : `, ${lanes} at once`;
      return [
        { what: `invite${suffix}`, lanes, prepare: inviting },
        { what: `accept${suffix}`, lanes, prepare: accepting },
        { what: `list of ${MEMBERS}${suffix}`, lanes, prepare: listing },
      ];
    }),
    { what: 'remove a member', lanes: 1, prepare: removing },
  ];
}

/** Checks that the measured operations work: accepting adds a person to the list, removing takes them off. */
async function expectCorrect(side: Side, filled: Organization, names: readonly string[]): Promise<void> {
  const expectList = async (organization: Organization, emails: readonly string[]) => {
    const listed = await organization.list();
    const found = listed.map(({ email }) => email).filter((email) => emails.includes(email));
    if (listed.length !== emails.length + 1 || found.length !== emails.length || !listed.every(({ name }) => name)) {
      throw new Error(
        `${side.name} lists ${JSON.stringify(listed).slice(0, 300)} instead of ${emails.length} people and the owner.`,
      );
    }
  };
  await expectList(filled, names);
  const one = `same-${side.name.length}@example.com`;
  const owner = await side.person(`owner-of-${one}`);
  const organization = await owner.createOrganization(`same-${side.name.length}`);
  const person = await side.person(one);
  await person.accept(await organization.invite(one));
  await expectList(organization, [one]);
  const [other = ''] = await organization.addMembers([`other-${one}`]);
  await expectList(organization, [one, `other-${one}`]);
  await organization.remove(other);
  await expectList(organization, [one]);
}
