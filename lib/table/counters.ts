import { COUNTER_ROWS, type Counters, type Held, type MailRow, type Seat } from '../domain/limits.ts';
import { keys, prefixes } from './keys.ts';
import { query } from './read.ts';
import type { Update, Write } from './write.ts';

/** Reads all counter rows of an organization, with one Query. */
export async function readCounters(organizationId: string): Promise<Counters[]> {
  const { pk } = keys.organization(organizationId);
  // There are no more rows. Without the limit, the local engine goes on through the rest of the partition.
  const items = await query({ pk, prefix: prefixes.counter, limit: COUNTER_ROWS });
  return items.map((item) => ({
    row: Number(item.sk.slice(prefixes.counter.length)),
    members: Number(item.members ?? 0),
    pending: Number(item.pending ?? 0),
    seats: Number(item.seats ?? 0),
    invitations: Number(item.invitations ?? 0),
    mails: Number(item.mails ?? 0),
    day: item.day as string | undefined,
    held: item.held as Held | undefined,
    teams: Number(item.teams ?? 0),
  }));
}

/** The changes of each event to the counters of a row. */
const CHANGES = {
  memberCreated: { members: 1, seats: 1 },
  memberRemoved: { members: -1, seats: -1 },
  invitationCreated: { invitations: 1 },
  /** For a pending invitation. */
  seatTaken: { pending: 1, seats: 1 },
  invitationAccepted: { pending: -1, members: 1 },
  invitationEnded: { pending: -1, seats: -1 },
  teamCreated: { teams: 1 },
  teamDeleted: { teams: -1 },
};

/**
 * Returns the part of a transaction that counts an event.
 *
 * @param room the maxima of the row, for events that take seats, so that parallel requests don't exceed a limit
 * @param times how often the event happens
 */
export function count(
  organizationId: string,
  row: number,
  event: keyof typeof CHANGES,
  { room, times = 1 }: { room?: Seat | undefined; times?: number } = {},
): Update {
  return {
    type: 'update',
    key: keys.counter(organizationId, row),
    set: { type: 'Counters' },
    add: Object.fromEntries(Object.entries(CHANGES[event]).map(([counter, by]) => [counter, by * times])),
    when: [
      // Nobody joins an organization whose only member has left.
      ...(event === 'invitationAccepted' ? [{ absent: 'closed' }] : []),
      ...(room
        ? [
            { attribute: 'seats', below: room.seats - times + 1 },
            ...(Number.isFinite(room.pending)
              ? [{ attribute: 'pending', below: room.pending - times + 1 } as const]
              : []),
          ]
        : []),
    ],
  };
}

/**
 * Returns the writes that close an organization for new members, if the counts of its members are unchanged: nobody has
 * joined or left since they were read.
 */
export function closeToMembers(organizationId: string, counters: readonly Counters[]): Write[] {
  return Array.from({ length: COUNTER_ROWS }, (_, row) => {
    const members = counters.find((one) => one.row === row)?.members ?? 0;
    return {
      type: 'update',
      key: keys.counter(organizationId, row),
      set: { type: 'Counters', closed: true },
      // A row that never had a member lacks the attribute.
      when: members === 0 ? [{ attribute: 'members', below: 1 }] : [{ attribute: 'members', is: members }],
    };
  });
}

/** Returns the part of a transaction that counts mails of the day. The first mail of a day resets the counter. */
export function countMails(organizationId: string, { row, day, lastDay, mails }: MailRow, times = 1): Update {
  const isSameDay = lastDay === day;
  return {
    type: 'update',
    key: keys.counter(organizationId, row),
    set: { type: 'Counters', ...(!isSameDay && { day, mails: times }) },
    ...(isSameDay && { add: { mails: times } }),
    when: [
      lastDay === undefined ? { absent: 'day' } : { attribute: 'day', is: lastDay },
      ...(isSameDay ? [{ attribute: 'mails', below: mails - times + 1 }] : []),
    ],
  };
}
