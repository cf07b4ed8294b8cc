import { table } from '../../../docs/markdown.ts';
import { exceeded, type Limit, limits, nearest, requestsOfCustomer, TIMES, usage } from './capacity.ts';
import { acceptAtOnce, clearBacklog, readPartition } from './hot-spots.ts';
import { averageRequest, CUSTOMER } from './load.ts';
import { type Dollars, dollarsOf, dollarsOfMails, dollarsOfMix, dollarsWithoutMail, sum } from './money.ts';

/** The people who accept at once, and the counter rows, in the simulation. */
const CROWDS = [1, 10, 50, 200, 1000];
const ROWS = [1, 16, 64];
/** The members of the organization whose partition is simulated, and how many times as busy they are as today's. */
const MEMBERS = 100_000;
const BUSY = [1, 1.25, 1.5, 2];
/** The due rows of a backlog, and the milliseconds of each: a claim or a record, and the read of its part. */
const BACKLOGS = [1000, 10_000, 100_000, 1_000_000];
const MS_OF_ROW = 20;
/** The goal of the sweep: rows a second of a core. */
const OF_CORE = 1000;

/** Tables by their names: a head, and rows. */
type Tables = Readonly<Record<string, readonly (readonly string[])[]>>;

/** The numbers of requests and mails in the page about costs. */
const AMOUNTS = [1000, 100_000, 10_000_000];

/** Returns the tables of the page about costs. */
export function tablesOfCost(): Tables {
  const invitation = dollarsOf('invitations/create');
  const row = (name: string, million: number) => [name, ...AMOUNTS.map((amount) => money((million * amount) / 1e6))];
  return {
    money: [
      ['what', ...AMOUNTS.map((amount) => amount.toLocaleString('en'))],
      row('invitations without a mail', sum(dollarsWithoutMail())),
      row('invitations with a mail, but for the mail itself', sum(invitation)),
      row('mails of invitations, with their events', dollarsOfMails()),
      row('acceptances by a link', sum(dollarsOf('invitations/accept'))),
      row('new organizations', sum(dollarsOf('organizations/create'))),
      row('pages of members', sum(dollarsOf('members/list'))),
      row('reads of the own profile', sum(dollarsOf('me/read'))),
      row('requests of the mix in [scale.md](scale.md), without mails', sum(dollarsOfMix())),
    ],
    million: [
      ['a million invitations', 'without a mail', 'with a mail, but for the mail itself'],
      ...Object.entries(NAMES).map(([part, name]) => [
        name,
        ...[dollarsWithoutMail(), invitation].map((each) => money(each[part as keyof Dollars])),
      ]),
      ['together', money(sum(dollarsWithoutMail())), money(sum(invitation))],
    ],
  };
}

const NAMES: Readonly<Record<keyof Dollars, string>> = {
  writes: 'write units',
  reads: 'read units',
  gateway: 'API Gateway',
  functions: 'Lambda',
  logs: 'logs',
};

/** Returns the tables of the page about scale. */
export function tablesOfScale(): Tables {
  return {
    limits: [
      ['limit', 'of', 'capacity', 'needed today', ...TIMES.slice(1).map((times) => `at ${number(times)} times`)],
      ...limits().map((limit) => [
        limit.what + (limit.isRaised ? '' : ' (fixed)'),
        `one ${limit.of}`,
        `${number(limit.capacity)} ${limit.unit}`,
        number(limit.needed),
        ...TIMES.slice(1).map((times) => percent(usage(limit, times))),
      ]),
    ],
    first: [
      ['customers', 'requests/s', 'largest use', 'gives way'],
      ...TIMES.map((times) => [
        `${number(times)} times today's`,
        number(requestsOfCustomer() * times),
        `${nameOf(nearest(times))}, ${percent(usage(nearest(times), times))}`,
        exceeded(times).map(nameOf).join('; ') || 'nothing',
      ]),
    ],
    partition: [
      ['requests/s', 'read units/s', 'delayed', 'refused'],
      ...BUSY.map((times) => {
        const perSecond = (MEMBERS / CUSTOMER.secondsBetweenRequests) * times;
        const units = averageRequest().organizationRead;
        const { delayed, failed } = readPartition(perSecond, units);
        return [number(perSecond), number(perSecond * units), percent(delayed), percent(failed)];
      }),
    ],
    crowd: [
      ['people', ...ROWS.map((rows) => `${rows} ${rows === 1 ? 'row' : 'rows'}`)],
      ...CROWDS.map((people) => [
        number(people),
        ...ROWS.map((rows) => {
          const { seconds, lost } = acceptAtOnce(people, rows);
          return `${seconds.toFixed(2)} s${lost > 0 ? `, ${lost} refused` : ''}`;
        }),
      ]),
    ],
    backlog: [
      ['due rows', 'minutes, 16 shards', 'minutes, 1 shard'],
      ...BACKLOGS.map((rows) => [
        number(rows),
        clearBacklog(rows, MS_OF_ROW, OF_CORE).toFixed(1),
        clearBacklog(rows, MS_OF_ROW, OF_CORE, 1).toFixed(1),
      ]),
    ],
  };
}

/** Returns a page with the present tables: each is after a comment with its name, and ends at an empty line. */
export function withTables(page: string, tables: Tables): string {
  return Object.entries(tables).reduce((text, [name, [head = [], ...rows]]) => {
    const start = `<!-- table: ${name} -->\n\n`;
    const from = text.indexOf(start) + start.length;
    if (from < start.length) throw new Error(`The page has no table ${name}.`);
    return text.slice(0, from) + table(head, rows) + text.slice(text.indexOf('\n\n', from));
  }, page);
}

function nameOf({ of, what }: Limit): string {
  return `${what} of the ${of}`;
}

/** Rounds to three digits. */
function number(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
  return rounded.toLocaleString('en');
}

/** Returns dollars with two decimals, or fewer than a cent. */
function money(dollars: number): string {
  if (dollars < 0.005) return '< $0.01';
  return `$${dollars.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function percent(part: number): string {
  if (part > 0 && part < 0.001) return '< 0.1%';
  return `${part >= 0.1 ? Math.round(part * 100).toLocaleString('en') : Number((part * 100).toPrecision(1))}%`;
}
