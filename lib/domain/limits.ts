/** Counts that are never exceeded, also by parallel requests; each can be set at deployment. */
export const DEFAULT_LIMITS = {
  /** Members of an organization; a pending invitation reserves its seat. */
  members: 100_000,
  /** Pending invitations of an organization. */
  pendingInvitations: 10_000,
  /** Organizations that a person is in. */
  organizationsOfPerson: 40,
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
}

/** The sum of one counter over all rows. */
export function total(counters: readonly Counters[], field: 'members' | 'pending' | 'seats' | 'invitations'): number {
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

/**
 * Finds a row in which one more member, or one more invitation, has a seat: at random among those with room.
 *
 * Each row may hold its share of a limit, and the shares add up to the limit: rows kept below their shares keep the
 * organization below its limit without a row that everybody writes. What rows out of use still hold (a limit was
 * lowered) only shrinks, so that what is left for the others is exact too.
 *
 * @returns the seat, or the limit that is reached
 */
export function findSeat(
  counters: readonly Counters[],
  limits: Limits,
): Seat | 'member_limit_reached' | 'invitation_limit_reached' {
  const least = Math.min(limits.members, limits.pendingInvitations);
  const rows = Math.max(1, Math.min(COUNTER_ROWS, Math.floor(least / LEAST_SHARE)));
  const unused = counters.filter(({ row }) => row >= rows);
  const share = (limit: number, row: number) => Math.floor(limit / rows) + (row < limit % rows ? 1 : 0);
  const seats: Seat[] = Array.from({ length: rows }, (_, row) => ({
    row,
    seats: share(limits.members - total(unused, 'seats'), row),
    pending: share(limits.pendingInvitations - total(unused, 'pending'), row),
  }));
  const used = new Map(counters.map((counter) => [counter.row, counter]));
  const withSeat = seats.filter(({ row, seats }) => (used.get(row)?.seats ?? 0) < seats);
  if (withSeat.length === 0) return 'member_limit_reached';
  const free = withSeat.filter(({ row, pending }) => (used.get(row)?.pending ?? 0) < pending);
  return free[Math.floor(Math.random() * free.length)] ?? 'invitation_limit_reached';
}
