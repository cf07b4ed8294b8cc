import { createHash } from 'node:crypto';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { keys } from './keys.ts';
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
