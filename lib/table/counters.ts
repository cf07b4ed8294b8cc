import { COUNTER_ROWS, type Counters, type MailPlace, type Seat } from '../domain/limits.ts';
import { keys, prefixes } from './keys.ts';
import { query } from './read.ts';
import type { Update, Write } from './write.ts';

/** Reads all counter rows of an organization: one Query, beside the list that needs their sum. */
export async function readCounters(organizationId: string): Promise<Counters[]> {
  const items = await query({ pk: keys.organization(organizationId).pk, prefix: prefixes.counter });
  return items.map((item) => ({
    row: Number(item.sk.slice(prefixes.counter.length)),
    members: Number(item.members ?? 0),
    pending: Number(item.pending ?? 0),
    seats: Number(item.seats ?? 0),
    invitations: Number(item.invitations ?? 0),
    mails: Number(item.mails ?? 0),
    day: item.day as string | undefined,
    teams: Number(item.teams ?? 0),
  }));
}

/** What each event adds to the counters of the row that holds the seat. */
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
 * The part of a transaction that counts an event.
 *
 * @param room for events that take seats: what the row may hold, so that parallel requests don't exceed a limit
 * @param times how often it happens
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
    ...(room && {
      when: [
        { attribute: 'seats', below: room.seats - times + 1 },
        { attribute: 'pending', below: room.pending - times + 1 },
      ],
    }),
  };
}

/** The conditions that an organization has the members that were counted: nobody has joined or left since. */
export function membersAre(organizationId: string, counters: readonly Counters[]): Write[] {
  return Array.from({ length: COUNTER_ROWS }, (_, row) => {
    const members = counters.find((one) => one.row === row)?.members ?? 0;
    return {
      type: 'check',
      key: keys.counter(organizationId, row),
      // A row that never had a member has no number of them.
      when: members === 0 ? [{ attribute: 'members', below: 1 }] : [{ attribute: 'members', is: members }],
    };
  });
}

/** The part of a transaction that counts mails of the day: it starts anew with the first of another day. */
export function countMails(organizationId: string, { row, day, lastDay, mails }: MailPlace, times = 1): Update {
  const goesOn = lastDay === day;
  return {
    type: 'update',
    key: keys.counter(organizationId, row),
    set: { type: 'Counters', ...(!goesOn && { day, mails: times }) },
    ...(goesOn && { add: { mails: times } }),
    when: [
      lastDay === undefined ? { absent: 'day' } : { attribute: 'day', is: lastDay },
      ...(goesOn ? [{ attribute: 'mails', below: mails - times + 1 }] : []),
    ],
  };
}
