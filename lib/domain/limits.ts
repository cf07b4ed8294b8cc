/** Counts that are never exceeded, also by parallel requests; each can be set at deployment. */
export const DEFAULT_LIMITS = {
  /** Members of an organization; a pending invitation reserves its seat. */
  members: 100_000,
  /** Pending invitations of an organization. */
  pendingInvitations: 10_000,
  /**
   * Mails of invitations, and of invites to sites, that an organization's people cause in a day of UTC; retries,
   * reminders and all other mails don't count.
   */
  mailsOfOrganization: 10_000,
  /** Mails that people cause to one address in 10 minutes, across organizations. */
  mailsToAddress: 10,
  /** Organizations that a person is in. */
  organizationsOfPerson: 40,
  /** Teams of an organization, the default team among them. */
  teams: 1000,
  /** Members of a team. */
  membersOfTeam: 10_000,
  /** Sites that a team owns, and as many that others share with it. */
  sitesOfTeam: 1000,
  /** Chargers of a site. */
  chargersOfSite: 10_000,
  /** Teams that have access to a site, its owner among them. */
  teamsOfSite: 50,
  /** Chargers that a team's access to a site names, where it isn't all of them. */
  assetsOfAccess: 500,
  /** Access tokens of a member. */
  accessTokensOfMember: 100,
};
export type Limits = Readonly<typeof DEFAULT_LIMITS>;

/** Counters of an organization are spread over so many rows: 200 people accepting at once then lose none (docs/adr/0003). */
export const COUNTER_ROWS = 16;

/** One counter row. `seats` is `members` + `pending`. */
export interface Counters {
  readonly row: number;
  readonly members: number;
  readonly pending: number;
  readonly seats: number;
  /** Every invitation that is kept, whatever its state. */
  readonly invitations: number;
  /** Mails of the day; of no meaning on another day. */
  readonly mails: number;
  readonly day: string | undefined;
  readonly teams: number;
}

/** The sum of one counter over all rows. */
export function total(
  counters: readonly Counters[],
  field: 'members' | 'pending' | 'seats' | 'invitations' | 'teams',
): number {
  return counters.reduce((sum, row) => sum + row[field], 0);
}

/** A counter row with room, and what it may hold: the condition of the write that takes a seat in it. */
export interface Seat {
  readonly row: number;
  readonly seats: number;
  readonly pending: number;
}

/** Limits below this many a row use fewer rows: where only few fit, few come at once. */
const LEAST_SHARE = 64;

/** How many rows a limit is spread over, and what each may hold: the shares add up to the limit. */
function sharesOf(limit: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => Math.floor(limit / rows) + (row < limit % rows ? 1 : 0));
}

function rowsFor(limit: number): number {
  return Math.max(1, Math.min(COUNTER_ROWS, Math.floor(limit / LEAST_SHARE)));
}

/** What is counted in a place of a mail: the day's mails in a row, and how many there may be. */
export interface MailPlace {
  readonly row: number;
  readonly day: string;
  /** The row's day before; undefined: it has counted none yet. */
  readonly lastDay: string | undefined;
  /** Of the day, at most. */
  readonly mails: number;
}

/**
 * Finds the rows in which so many mails more may be counted today.
 *
 * @param now the moment; days are UTC's
 */
export function mailPlaces(counters: readonly Counters[], limits: Limits, now: Date, count = 1): MailPlace[] {
  const day = now.toISOString().slice(0, 10);
  const used = new Map(counters.map((counter) => [counter.row, counter]));
  return sharesOf(limits.mailsOfOrganization, rowsFor(limits.mailsOfOrganization))
    .map((mails, row) => ({ row, day, lastDay: used.get(row)?.day, mails }))
    .filter(({ row, lastDay, mails }) => (lastDay === day ? (used.get(row)?.mails ?? 0) : 0) + count <= mails);
}

/**
 * Finds the rows in which so many more invitations have seats.
 *
 * Each row may hold its share of a limit: rows kept below their shares keep the organization below its limit without a
 * row that everybody writes. What rows out of use still hold (a limit was lowered) only shrinks, so that what is left
 * for the others is exact too.
 *
 * @returns the rows, or the limit that is reached
 */
export function freeSeats(
  counters: readonly Counters[],
  limits: Limits,
  count = 1,
): Seat[] | 'member_limit_reached' | 'invitation_limit_reached' {
  const rows = rowsFor(Math.min(limits.members, limits.pendingInvitations));
  const unused = counters.filter(({ row }) => row >= rows);
  const seats = sharesOf(limits.members - total(unused, 'seats'), rows);
  const pending = sharesOf(limits.pendingInvitations - total(unused, 'pending'), rows);
  const used = new Map(counters.map((counter) => [counter.row, counter]));
  const withSeats = seats
    .map((share, row): Seat => ({ row, seats: share, pending: pending[row] as number }))
    .filter((seat) => (used.get(seat.row)?.seats ?? 0) + count <= seat.seats);
  if (withSeats.length === 0) return 'member_limit_reached';
  const free = withSeats.filter((seat) => (used.get(seat.row)?.pending ?? 0) + count <= seat.pending);
  return free.length > 0 ? free : 'invitation_limit_reached';
}

/** A row in which one more team may be counted, and how many there may be; undefined: there is none. */
export function teamPlace(counters: readonly Counters[], limits: Limits): { row: number; teams: number } | undefined {
  const used = new Map(counters.map(({ row, teams }) => [row, teams]));
  const places = sharesOf(limits.teams, rowsFor(limits.teams)).map((teams, row) => ({ row, teams }));
  return anyOf(places.filter(({ row, teams }) => (used.get(row) ?? 0) < teams));
}

/** One of several at random: so that those who come at once rarely meet. */
export function anyOf<T>(choices: readonly T[]): T | undefined {
  return choices[Math.floor(Math.random() * choices.length)];
}
