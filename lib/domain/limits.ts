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
  /**
   * The same of an organization into which nobody has accepted yet: each who has, and stays, adds ten. Without it a
   * deployment where everybody may create organizations would mail whatever a stranger wants.
   */
  mailsOfNewOrganization: 500,
  /** The same that one person causes, in whatever organizations. */
  mailsOfPerson: 10_000,
  /** The same of all together: as many as SES sends a day, before more are asked for. */
  mailsOfDeployment: 50_000,
  /** Mails that an organization's people cause to one mailbox in 10 minutes, and that one person causes. */
  mailsToAddress: 10,
  /** The same of all together. */
  mailsToAddressOfAll: 50,
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

/** What each row of a count may hold that is spread over so many: the shares add up to the limit. */
function sharesOf(limit: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => Math.floor(limit / rows) + (row < limit % rows ? 1 : 0));
}

function rowsFor(limit: number, most = COUNTER_ROWS): number {
  return Math.max(1, Math.min(most, Math.floor(limit / LEAST_SHARE)));
}

/** Mails of a day, by the rows that count them. */
export type MailsOfDay = ReadonlyMap<number, number>;

/** A row with room, and how many it may hold. */
export interface Room {
  readonly row: number;
  readonly share: number;
}

/**
 * Finds the rows in which so many mails more may be counted. What rows out of use hold, since the limit was higher, is
 * taken from what the others may.
 *
 * @param most how many rows there are at most
 */
export function mailRooms(used: MailsOfDay, limit: number, count: number, most = COUNTER_ROWS): Room[] {
  // Rows may hold more than their shares by now: the limit was another, and so were the rows.
  if ([...used.values()].reduce((sum, mails) => sum + mails, 0) + count > limit) return [];
  const rows = rowsFor(limit, most);
  const unused = [...used].reduce((sum, [row, mails]) => sum + (row >= rows ? mails : 0), 0);
  return sharesOf(limit - unused, rows)
    .map((share, row) => ({ row, share }))
    .filter(({ row, share }) => (used.get(row) ?? 0) + count <= share);
}

/** How many mails more an organization may cause in a day for each who has accepted into it. */
const MAILS_BY_ACCEPTANCE = 10;

/** How many mails an organization may cause in a day: few while nobody wanted any, more with each who accepted. */
export function mailAllowance(counters: readonly Counters[], limits: Limits): number {
  // Who made it is a member too, and has accepted nothing.
  const accepted = Math.max(0, total(counters, 'members') - 1);
  return Math.min(limits.mailsOfOrganization, limits.mailsOfNewOrganization + MAILS_BY_ACCEPTANCE * accepted);
}

/** The day of UTC that a moment is in. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
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
  const day = dayOf(now);
  const days = new Map(counters.map((counter) => [counter.row, counter.day]));
  const today = new Map(counters.filter((counter) => counter.day === day).map(({ row, mails }) => [row, mails]));
  return mailRooms(today, mailAllowance(counters, limits), count).map(({ row, share }) => ({
    ...{ row, day, lastDay: days.get(row), mails: share },
  }));
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
  return pickRandom(places.filter(({ row, teams }) => (used.get(row) ?? 0) < teams));
}

/** One of several at random: so that those who come at once rarely meet. */
export function pickRandom<T>(choices: readonly T[]): T | undefined {
  return choices[Math.floor(Math.random() * choices.length)];
}
