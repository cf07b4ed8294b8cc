import { table } from '../../../docs/markdown.ts';
import { exceeded, type Limit, limits, nearest, requestsOfCustomer, TIMES, usage } from './capacity.ts';
import { acceptAtOnce, clearBacklog, readPartition } from './hot-spots.ts';
import { averageRequest, CUSTOMER } from './load.ts';

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

/** Returns the tables of the page about scale, by their names: a head, and rows. */
export function tables(): Readonly<Record<string, readonly (readonly string[])[]>> {
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
export function withTables(page: string): string {
  return Object.entries(tables()).reduce((text, [name, [head = [], ...rows]]) => {
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

function percent(part: number): string {
  if (part > 0 && part < 0.001) return '< 0.1%';
  return `${part >= 0.1 ? Math.round(part * 100).toLocaleString('en') : Number((part * 100).toPrecision(1))}%`;
}
