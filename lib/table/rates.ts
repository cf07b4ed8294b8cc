import { createHash } from 'node:crypto';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { keys } from './keys.ts';
import { get } from './read.ts';
import type { Update } from './write.ts';

/** How long a window of mails to one address is, in seconds. */
const MAILS_SECONDS = 600;

/**
 * The part of a transaction that counts a mail that somebody causes to an address, whatever the organization.
 *
 * Windows are fixed: each has a row of its own, so that nothing has to be read before. The row has the address's hash,
 * since it outlives its window by some time.
 */
export function countMailTo(email: string, limit: number, now: Date): Update {
  const seconds = Math.floor(now.getTime() / 1000);
  const end = seconds - (seconds % MAILS_SECONDS) + MAILS_SECONDS;
  const hash = createHash('sha256').update(email).digest('base64url');
  return {
    type: 'update',
    key: keys.rate('mails', hash, end),
    set: { type: 'Rate', v: 1, ttl: end },
    add: { count: 1 },
    when: [{ attribute: 'count', below: limit }],
    refuse: tooMany('recipient_rate_exceeded', new Date(end * 1000), now),
  };
}

/** The refusal of what happened too often, until a moment. */
export function tooMany(code: RefusalCode, until: Date, now: Date): Refusal {
  return new Refusal(code, undefined, { 'retry-after': String(Math.ceil((until.getTime() - now.getTime()) / 1000)) });
}

/** How many invites to sites somebody may make in a window, and how long that is, in milliseconds. */
const INVITES = 5;
const INVITES_WINDOW = 60_000;

/** A window that opened with somebody's first invite. */
export interface InviteWindow {
  readonly count: number;
  /** A moment, in its ISO form. */
  readonly end: string;
}

/** The latest window of somebody's invites to sites, over or not. */
export async function getInviteWindow(userId: string): Promise<InviteWindow | undefined> {
  return (await get(keys.inviteRate(userId))) as unknown as InviteWindow | undefined;
}

/**
 * Counts an invite that somebody makes: in the window that is open, else it opens one.
 *
 * Unlike `countMailTo` it goes by a row that was read: that is what a window takes which opens with the first.
 *
 * @param found what was read
 * @returns the part of a transaction, and Laravel's headers of the answer
 * @throws Refusal `request_rate_exceeded`
 */
export function countInvite(
  userId: string,
  found: InviteWindow | undefined,
  now: Date,
): { readonly write: Update; readonly headers: Readonly<Record<string, string>> } {
  const present = found && found.end > now.toISOString() ? found : undefined;
  const end = new Date(present ? present.end : now.getTime() + INVITES_WINDOW);
  const count = (present?.count ?? 0) + 1;
  const headers = {
    'x-ratelimit-limit': String(INVITES),
    'x-ratelimit-remaining': String(Math.max(0, INVITES - count)),
  };
  if (count > INVITES) {
    const { code, headers: wait } = tooMany('request_rate_exceeded', end, now);
    const reset = String(Math.ceil(end.getTime() / 1000));
    throw new Refusal(code, undefined, { ...wait, ...headers, 'x-ratelimit-reset': reset });
  }
  return {
    headers,
    write: {
      type: 'update',
      key: keys.inviteRate(userId),
      set: { type: 'InviteRate', v: 1, count, end: end.toISOString(), ttl: Math.ceil(end.getTime() / 1000) },
      when: found
        ? [
            { attribute: 'count', is: found.count },
            { attribute: 'end', is: found.end },
          ]
        : [{ absent: 'pk' }],
    },
  };
}
