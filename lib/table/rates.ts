import { createHash } from 'node:crypto';
import { mailboxOf } from '../domain/address.ts';
import {
  type Counters,
  dayOf,
  type Limits,
  type MailPlace,
  type MailsOfDay,
  mailAllowance,
  mailRooms,
  pickRandom,
  type Room,
} from '../domain/limits.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import type { TableAccess } from './access.ts';
import { countMails, readCounters } from './counters.ts';
import { itemReader } from './items.ts';
import { keys } from './keys.ts';
import { get, query } from './read.ts';
import type { Update } from './write.ts';

/** How long a window of mails to one mailbox is, in seconds. */
const MAILS_SECONDS = 600;

/** By whom mails are caused: somebody, in an organization, unless it is the holder of a link. */
export interface Cause {
  readonly organizationId: string;
  readonly userId?: string;
}

/**
 * The parts of a transaction that count mails to addresses, one for each mailbox: those of the organization, those of the
 * person wherever they are, and those of all. So that nobody's mails take the place of others', an organization's share
 * is counted by itself.
 *
 * Windows are fixed: each has a row of its own, so that nothing has to be read before. The row has a hash of the mailbox,
 * since it outlives its window by some time. It has an attribute for each who counts, no more than mails that all may
 * cause.
 *
 * @throws Refusal `recipient_rate_exceeded`, also by the parts
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
    ...(userId === undefined ? [] : [[userId, mailsToAddress] as const]),
  ];
  return [...Map.groupBy(addresses, mailboxOf)].map(([mailbox, { length: times }]) => {
    // What isn't counted yet has nothing that could refuse.
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

/** The attribute that counts somebody's mails: a row outlives its window, and whoever is forgotten isn't to be in it. */
function attributeOf(of: string): string {
  return of === 'all' ? of : createHash('sha256').update(of).digest('hex').slice(0, 24);
}

/** Rows of the mails of a day of all: whatever an organization sends meets those of others there. */
const DEPLOYMENT_ROWS = 64;
const DEPLOYMENT = 'all';

/** What the limits of a day go by. */
export interface Usage {
  readonly counters: readonly Counters[];
  /** Mails of the day: of the person who invites, and of all. */
  readonly ofPerson: MailsOfDay;
  readonly ofAll: MailsOfDay;
}

/** What `readUsage` does to the table. */
export const READ_USAGE: TableAccess = { Query: ['ORG', 'LIMIT'] };

/** Reads what is counted of an organization, and of the mails of the day. */
export async function readUsage({ organizationId, userId }: Required<Cause>, now: Date): Promise<Usage> {
  const [counters, ofPerson, ofAll] = await Promise.all([
    readCounters(organizationId),
    readMails(userId, now),
    readMails(DEPLOYMENT, now),
  ]);
  return { counters, ofPerson, ofAll };
}

async function readMails(of: string, now: Date): Promise<MailsOfDay> {
  const rows = await query({ pk: keys.mailsOfDay(of, dayOf(now), 0).pk });
  return new Map(rows.map(({ sk, count }) => [Number(sk), Number(count)]));
}

/** Mails that are to be counted among those of the day. */
export interface MailCount {
  readonly usage: Usage;
  /** Where the organization's are counted. */
  readonly place: MailPlace;
  readonly limits: Limits;
  readonly now: Date;
  /** How many; undefined: one. */
  readonly times?: number;
}

/**
 * The parts of a transaction that count mails among those of the day.
 *
 * @throws Refusal `mail_rate_exceeded`
 */
export function countMailsOfDay(
  { organizationId, userId }: Required<Cause>,
  { usage: { counters, ofPerson, ofAll }, place, limits, now, times = 1 }: MailCount,
): Update[] {
  // Of many new organizations nobody has more than of one.
  const most = Math.min(limits.mailsOfPerson, mailAllowance(counters, limits));
  const own = pickRandom(mailRooms(ofPerson, most, times));
  const common = pickRandom(mailRooms(ofAll, limits.mailsOfDeployment, times, DEPLOYMENT_ROWS));
  if (!own || !common) throw rateExceeded('mail_rate_exceeded', endOfDay(now), now);
  const counted = (of: string, { row, share }: Room): Update => ({
    type: 'update',
    key: keys.mailsOfDay(of, dayOf(now), row),
    set: { type: 'MailsOfDay', ttl: endOfDay(now).getTime() / 1000 },
    add: { count: times },
    when: [{ attribute: 'count', below: share - times + 1 }],
  });
  return [countMails(organizationId, place, times), counted(userId, own), counted(DEPLOYMENT, common)];
}

/** The end of a day of UTC. */
export function endOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** The refusal of what happened too often, until a moment. */
export function rateExceeded(code: RefusalCode, until: Date, now: Date): Refusal {
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

const INVITE_RATE = itemReader<InviteWindow>('InviteRate', { count: 'number', end: 'string' });

/** The latest window of somebody's invites to sites, over or not. */
export async function getInviteWindow(userId: string): Promise<InviteWindow | undefined> {
  return INVITE_RATE.one(await get(keys.inviteRate(userId)));
}

/**
 * Counts an invite that somebody makes: in the window that is open, else it opens one.
 *
 * Unlike `countMailsTo` it goes by a row that was read: that is what a window takes which opens with the first.
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
