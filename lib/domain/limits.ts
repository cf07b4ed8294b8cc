/** Limits that parallel requests can't exceed either. Each can be set at deployment. */
export const DEFAULT_LIMITS = {
  /** Members of an organization; a pending invitation reserves its seat. */
  members: 100_000,
  /** Pending invitations of an organization. */
  pendingInvitations: 10_000,
  /**
   * Mails of invitations and of invites to sites that the members of an organization cause in a UTC day. Retries,
   * reminders and all other mails don't count.
   */
  mailsOfOrganization: 10_000,
  /**
   * The initial value of `mailsOfOrganization` for an organization that nobody has joined yet. Each member who accepted
   * adds ten. It protects deployments where everybody may create organizations from strangers who send spam.
   */
  mailsOfNewOrganization: 500,
  /** Such mails that one person causes in a UTC day, in all organizations. */
  mailsOfPerson: 10_000,
  /** Such mails of the whole deployment in a UTC day: SES's default daily quota. */
  mailsOfDeployment: 50_000,
  /**
   * Hard bounces and complaints among a thousand mails of a UTC day, of an organization or of the deployment, at which
   * mails of invitations are paused.
   */
  bouncesPerThousand: 50,
  complaintsPerThousand: 1,
  /** Mails to one mailbox in 10 minutes, by one organization, and by one person. */
  mailsToAddress: 10,
  /** Mails to one mailbox in 10 minutes, by the whole deployment. */
  mailsToAddressOfAll: 50,
  /** Organizations of a person. */
  organizationsOfPerson: 40,
  /** Teams of an organization, including the default team. */
  teams: 1000,
  /** Members of a team. */
  membersOfTeam: 10_000,
  /** Sites that a team owns. The same limit applies to the sites that are shared with it. */
  sitesOfTeam: 1000,
  /** Chargers of a site. */
  chargersOfSite: 10_000,
  /** Teams that have access to a site, including its owner. */
  teamsOfSite: 50,
  /** Chargers that a team's access to a site names, if it is limited to some. */
  assetsOfAccess: 500,
  /** Access tokens of a member. */
  accessTokensOfMember: 100,
  /** Integrations of an organization. */
  integrationsOfOrganization: 50,
  /** Webhooks of an organization. */
  webhooks: 20,
};
export type Limits = Readonly<typeof DEFAULT_LIMITS>;

/**
 * Counters of an organization are sharded over this many rows, so that 200 people can accept at once (docs/adr/0003).
 */
export const COUNTER_ROWS = 16;

/**
 * The highest shares of a UTC day that were above the limits, among a thousand mails. They are stored, so that mails that
 * are created meanwhile, and wait, don't end the pause.
 */
export interface Held {
  /** `yyyy-mm-dd`; on another day the shares are stale. */
  readonly day: string;
  readonly bounced: number;
  readonly complained: number;
}

/** One counter row. `seats` is `members` + `pending`. */
export interface Counters {
  readonly row: number;
  readonly members: number;
  readonly pending: number;
  readonly seats: number;
  /** Stored invitations in any state. */
  readonly invitations: number;
  /** Mails of `day`. On another day the value is stale. */
  readonly mails: number;
  readonly day: string | undefined;
  /** What holds the mails of invitations on a day. */
  readonly held: Held | undefined;
  readonly teams: number;
}

/** Returns the sum of one counter over all rows. */
export function total(
  counters: readonly Counters[],
  field: 'members' | 'pending' | 'seats' | 'invitations' | 'teams',
): number {
  return counters.reduce((sum, row) => sum + row[field], 0);
}

/** A counter row with free capacity, and its maxima: they are the condition of the write that takes a seat. */
export interface Seat {
  readonly row: number;
  readonly seats: number;
  readonly pending: number;
}

/** The minimum share of a row. Small limits use fewer rows: they see few parallel writes. */
const LEAST_SHARE = 64;

/** Divides a limit among rows. The shares add up to the limit. */
function sharesOf(limit: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => Math.floor(limit / rows) + (row < limit % rows ? 1 : 0));
}

function rowsFor(limit: number, most = COUNTER_ROWS): number {
  return Math.max(1, Math.min(most, Math.floor(limit / LEAST_SHARE)));
}

/** The mails of a day in each counter row. */
export type MailsOfDay = ReadonlyMap<number, number>;

/** A counter row with free capacity, and its maximum. */
export interface RowCapacity {
  readonly row: number;
  readonly share: number;
}

/**
 * Finds the rows that can count `count` more mails. Rows that were in use under a higher limit reduce the shares of the
 * others.
 *
 * @param most the maximum number of rows
 */
export function rowsWithCapacity(used: MailsOfDay, limit: number, count: number, most = COUNTER_ROWS): RowCapacity[] {
  // After a change of the limit, rows may hold more than their shares.
  if ([...used.values()].reduce((sum, mails) => sum + mails, 0) + count > limit) return [];
  const rows = rowsFor(limit, most);
  const unused = [...used].reduce((sum, [row, mails]) => sum + (row >= rows ? mails : 0), 0);
  return sharesOf(limit - unused, rows)
    .map((share, row) => ({ row, share }))
    .filter(({ row, share }) => (used.get(row) ?? 0) + count <= share);
}

/** How many more mails an organization may send in a day for each member who accepted an invitation. */
const MAILS_BY_ACCEPTANCE = 10;

/** Returns how many mails an organization may send in a day: few at first, more with each accepted invitation. */
export function mailAllowance(counters: readonly Counters[], limits: Limits): number {
  // The creator is a member too, without an invitation.
  const accepted = Math.max(0, total(counters, 'members') - 1);
  return Math.min(limits.mailsOfOrganization, limits.mailsOfNewOrganization + MAILS_BY_ACCEPTANCE * accepted);
}

/** Returns the UTC day of a moment (`yyyy-mm-dd`). */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/** A counter row that can count more mails of a day. */
export interface MailRow {
  readonly row: number;
  readonly day: string;
  /** The day that the row counts at present; undefined: it has counted none yet. */
  readonly lastDay: string | undefined;
  /** The row's maximum for the day. */
  readonly mails: number;
}

/**
 * Finds the rows of an organization that can count `count` more mails today, a UTC day.
 */
export function freeMailRows(counters: readonly Counters[], limits: Limits, now: Date, count = 1): MailRow[] {
  const day = dayOf(now);
  const days = new Map(counters.map((counter) => [counter.row, counter.day]));
  const today = new Map(counters.filter((counter) => counter.day === day).map(({ row, mails }) => [row, mails]));
  return rowsWithCapacity(today, mailAllowance(counters, limits), count).map(({ row, share }) => ({
    ...{ row, day, lastDay: days.get(row), mails: share },
  }));
}

/**
 * Finds the rows with seats for `count` more invitations, or members.
 *
 * Each row holds at most its share of a limit, so the organization stays below the limit without a hot row. Rows that a
 * lowered limit took out of use can only shrink, so the shares of the others stay exact.
 *
 * @param of.isMember whether members take the seats at once, without an invitation
 * @returns the rows, or the code of the limit that is reached
 */
export function freeSeats(
  counters: readonly Counters[],
  limits: Limits,
  count = 1,
  { isMember = false }: { readonly isMember?: boolean } = {},
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
  if (isMember) return withSeats.map((seat) => ({ ...seat, pending: Number.POSITIVE_INFINITY }));
  const free = withSeats.filter((seat) => (used.get(seat.row)?.pending ?? 0) + count <= seat.pending);
  return free.length > 0 ? free : 'invitation_limit_reached';
}

/** Returns a row that can count one more team, and its maximum; undefined: the limit is reached. */
export function freeTeamRow(counters: readonly Counters[], limits: Limits): { row: number; teams: number } | undefined {
  const used = new Map(counters.map(({ row, teams }) => [row, teams]));
  const rows = sharesOf(limits.teams, rowsFor(limits.teams)).map((teams, row) => ({ row, teams }));
  return pickRandom(rows.filter(({ row, teams }) => (used.get(row) ?? 0) < teams));
}

/** Returns a random choice, so that parallel requests rarely conflict. */
export function pickRandom<T>(choices: readonly T[]): T | undefined {
  return choices[Math.floor(Math.random() * choices.length)];
}
