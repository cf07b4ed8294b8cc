import { createHash } from 'node:crypto';
import { mailboxOf } from '../domain/address.ts';
import { isId } from '../domain/ids.ts';
import {
  type Counters,
  dayOf,
  type Held,
  type Limits,
  type MailRow,
  type MailsOfDay,
  mailAllowance,
  pickRandom,
  type RowCapacity,
  rowsWithCapacity,
} from '../domain/limits.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import type { TableAccess } from './access.ts';
import { countMails, readCounters } from './counters.ts';
import { itemReader } from './items.ts';
import { keys } from './keys.ts';
import { get, type Item, query } from './read.ts';
import type { Update } from './write.ts';

/** The length of a window for mails to one mailbox, in seconds. */
const MAILS_SECONDS = 600;

/** The organization and the user, integration or operator's key that cause mails. The holder of a link has no user id. */
export interface Cause {
  readonly organizationId: string;
  readonly userId?: string;
}

/**
 * Returns the parts of a transaction that count mails to addresses, one for each mailbox. A mailbox has counters for
 * the organization, for the person in all organizations, and for the deployment. So one organization's mails don't use
 * up the limit of another.
 *
 * Windows are fixed. Each has its own row, so nothing has to be read first. The key has a hash of the mailbox, since
 * TTL deletes the row only some time after its window. The limit of the deployment also bounds the number of attributes.
 *
 * @throws Refusal `recipient_rate_exceeded`, also from the conditions of the parts
 */
export function countMailsTo(
  { organizationId, userId }: Cause,
  {
    addresses,
    limits: { mailsToAddress, mailsToAddressOfAll },
    now,
  }: { readonly addresses: readonly string[]; readonly limits: Limits; readonly now: Date },
): Update[] {
  const seconds = Math.floor(now.getTime() / 1000);
  const end = seconds - (seconds % MAILS_SECONDS) + MAILS_SECONDS;
  const refuse = rateExceeded('recipient_rate_exceeded', new Date(end * 1000), now);
  const limits: readonly (readonly [string, number])[] = [
    ['all', mailsToAddressOfAll],
    [organizationId, mailsToAddress],
    ...(userId === undefined || !isBounded(userId) ? [] : [[userId, mailsToAddress] as const]),
  ];
  return [...Map.groupBy(addresses, mailboxOf)].map(([mailbox, { length: times }]) => {
    // The condition on a row accepts a missing counter, so it can't refuse this.
    if (limits.some(([, limit]) => times > limit)) throw refuse;
    return {
      type: 'update',
      key: keys.rate('mails', createHash('sha256').update(mailbox).digest('base64url'), end),
      set: { type: 'Rate', ttl: end },
      add: Object.fromEntries(limits.map(([of]) => [attributeOf(of), times])),
      when: limits.map(([of, limit]) => ({ attribute: attributeOf(of), below: limit - times + 1 })),
      refuse,
    };
  });
}

/**
 * Whether the mails of a cause are bounded in all organizations together: those of a person and of an integration, not
 * those of an operator's key, which serves all organizations.
 */
function isBounded(userId: string): boolean {
  return !isId('operatorKey', userId);
}

/** Returns the attribute that counts for an id. It is hashed: the row may outlive the erasure of a person. */
function attributeOf(of: string): string {
  return of === 'all' ? of : createHash('sha256').update(of).digest('hex').slice(0, 24);
}

/**
 * Counter rows for the daily mails of the deployment. They are shared by all organizations, so there are more of them.
 */
export const DEPLOYMENT_ROWS = 64;
export const DEPLOYMENT = 'all';

/** The counts that the daily limits are checked against. */
export interface Usage {
  readonly counters: readonly Counters[];
  /** The day's mails of the inviter, and of the deployment. */
  readonly ofPerson: MailsOfDay;
  readonly ofAll: MailsOfDay;
  /** What holds the mails of invitations of the deployment. */
  readonly heldOfAll: readonly Held[];
}

/** The table access of `readUsage`. */
export const READ_USAGE: TableAccess = { Query: ['ORG', 'LIMIT'] };

/**
 * Reads the counters of an organization, and the day's mails of the person and the deployment.
 *
 * @param mails whether the request sends mails; otherwise the day's mails are not read
 */
export async function readUsage(
  { organizationId, userId }: Required<Cause>,
  now: Date,
  { mails = true }: { readonly mails?: boolean } = {},
): Promise<Usage> {
  const [counters, ofPerson, ofAll] = await Promise.all([
    readCounters(organizationId),
    mails && isBounded(userId) ? readMails(userId, now) : NO_MAILS,
    mails ? readMails(DEPLOYMENT, now) : NO_MAILS,
  ]);
  return { counters, ofPerson: ofPerson.sent, ofAll: ofAll.sent, heldOfAll: ofAll.held };
}

const NO_MAILS: { readonly sent: MailsOfDay; readonly held: readonly Held[] } = { sent: new Map(), held: [] };

async function readMails(of: string, now: Date): Promise<typeof NO_MAILS> {
  const rows = await query({ pk: keys.mailsOfDay(of, dayOf(now), 0).pk });
  return { sent: new Map(rows.map(({ sk, count }) => [Number(sk), Number(count)])), held: heldIn(rows) };
}

/** Returns what holds the mails of the deployment, from the rows of its day. */
export function heldIn(rows: readonly Item[]): Held[] {
  return rows.flatMap(({ held }) => (held ? [held as Held] : []));
}

/** Mails to count against the daily limits. */
export interface MailCount {
  readonly usage: Usage;
  /** The organization's counter row. */
  readonly mailRow: MailRow;
  readonly limits: Limits;
  readonly now: Date;
  /** The number of mails; default 1. */
  readonly times?: number;
}

/**
 * Returns the parts of a transaction that count mails against the daily limits.
 *
 * @throws Refusal `mail_rate_exceeded`
 */
export function countMailsOfDay(
  { organizationId, userId }: Required<Cause>,
  { usage: { counters, ofPerson, ofAll }, mailRow, limits, now, times = 1 }: MailCount,
): Update[] {
  // A person with many new organizations may send no more mails than with one.
  const most = Math.min(limits.mailsOfPerson, mailAllowance(counters, limits));
  const personal = pickRandom(rowsWithCapacity(ofPerson, most, times));
  const shared = pickRandom(rowsWithCapacity(ofAll, limits.mailsOfDeployment, times, DEPLOYMENT_ROWS));
  if (!personal || !shared) throw rateExceeded('mail_rate_exceeded', endOfDay(now), now);
  const counted = (of: string, { row, share }: RowCapacity): Update => ({
    type: 'update',
    key: keys.mailsOfDay(of, dayOf(now), row),
    set: { type: 'MailsOfDay', ttl: endOfDay(now).getTime() / 1000 },
    add: { count: times },
    when: [{ attribute: 'count', below: share - times + 1 }],
  });
  return [
    countMails(organizationId, mailRow, times),
    ...(isBounded(userId) ? [counted(userId, personal)] : []),
    counted(DEPLOYMENT, shared),
  ];
}

/** Returns the end of the UTC day. */
export function endOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** Returns the refusal of an exceeded rate, with `Retry-After`. @param until when the window ends */
export function rateExceeded(code: RefusalCode, until: Date, now: Date): Refusal {
  return new Refusal(code, undefined, { 'retry-after': String(Math.ceil((until.getTime() - now.getTime()) / 1000)) });
}

/** How many invites to sites a user may create in a window, and the length of the window in milliseconds. */
const INVITES = 5;
const INVITES_WINDOW = 60_000;

/** A window of a user's invites. It begins with their first invite. */
export interface InviteWindow {
  readonly count: number;
  /** ISO time. */
  readonly end: string;
}

const INVITE_RATE = itemReader<InviteWindow>('InviteRate', { count: 'number', end: 'string' });

/** Reads the latest window of a user's invites to sites. It may have ended. */
export async function getInviteWindow(userId: string): Promise<InviteWindow | undefined> {
  return INVITE_RATE.one(await get(keys.inviteRate(userId)));
}

/**
 * Counts an invite: in the open window, or in a new one.
 *
 * Unlike for the fixed windows of `countMailsTo`, the row must be read first.
 *
 * @param found the latest window, as read
 * @returns the part of a transaction, and Laravel's rate limit headers for the answer
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
    const { code, headers: wait } = rateExceeded('request_rate_exceeded', end, now);
    const reset = String(Math.ceil(end.getTime() / 1000));
    throw new Refusal(code, undefined, { ...wait, ...headers, 'x-ratelimit-reset': reset });
  }
  return {
    headers,
    write: {
      type: 'update',
      key: keys.inviteRate(userId),
      set: { type: 'InviteRate', count, end: end.toISOString(), ttl: Math.ceil(end.getTime() / 1000) },
      when: found
        ? [
            { attribute: 'count', is: found.count },
            { attribute: 'end', is: found.end },
          ]
        : [{ absent: 'pk' }],
    },
  };
}
