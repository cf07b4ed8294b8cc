import { randomBytes } from 'node:crypto';
import { type Delivery, type Invitation, nextDue, remindersDue } from '../domain/invitation.ts';
import { hashSecret, newSecret } from '../domain/link.ts';
import type { User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { SiteAccess } from '../domain/site-access.ts';
import type { SiteInvite } from '../domain/site-invite.ts';
import type { Team } from '../domain/team.ts';
import { DUE_SHARDS, type Key, keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { record, Stale } from '../table/write.ts';

/**
 * The attributes that put an item into the index; `at` is the earliest moment at which there is something to do. No two
 * places are the same, so that whoever has claimed a row knows it for theirs.
 */
export function dueAttributes(id: string, at: string): { due: string; dueAt: string } {
  return {
    due: `DUE#${Number.parseInt(id.slice(-1), 32) % DUE_SHARDS}`,
    dueAt: `${at}#${id}#${randomBytes(3).toString('hex')}`,
  };
}

/** An invitation that has something due, with its place in the index: whoever changes it has claimed the row. */
export type DueInvitation = Invitation & { readonly dueAt: string };

/** An invitation that has a mail, which whoever holds it has in hand. */
export type ClaimedInvitation = DueInvitation & { readonly delivery: Delivery };

/** Whether an invitation has a mail. */
export function isClaimed(invitation: DueInvitation): invitation is ClaimedInvitation {
  return invitation.delivery !== undefined;
}

/**
 * How long whoever claimed a mail has to send it, in milliseconds; after that the sweep takes it to be lost and sends
 * another. Longer than any of our functions may run.
 */
const LEASE = 60_000;

/** When what is claimed now may be claimed by others. */
export function leaseEnd(now: Date): string {
  return new Date(now.getTime() + LEASE).toISOString();
}

/** The secrets of one mail: that of its link, and that by which reminders are stopped. They are in the mail alone. */
export interface MailSecrets {
  readonly link: Buffer;
  readonly stop: Buffer;
}

/** New secrets for a mail. */
export function newMailSecrets(): MailSecrets {
  return { link: newSecret(), stop: newSecret() };
}

/**
 * Marks an invitation's mail as due: written before it is tried, so that it can't be lost.
 *
 * @param mail its number
 * @param when who sends it: the request that writes it, which has it in hand at once, or the sweep
 */
export function queuedMail(
  id: string,
  mail: number,
  now: Date,
  when: 'request' | 'sweep' = 'request',
): { delivery: Delivery; due: string; dueAt: string } {
  const at = now.toISOString();
  return {
    delivery: { state: 'QUEUED', kind: 'invitation', mail, attempts: 0, at },
    ...dueAttributes(id, when === 'request' ? leaseEnd(now) : at),
  };
}

/** A membership that has ended and left something behind. */
export interface MembershipJob {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
}

/** A site that was deleted, with rows of who had access to it; or that went to a team of another organization. */
export interface SiteJob {
  readonly siteId: string;
  /** The id of the charger behind which identities are still to be moved to the other organization. */
  readonly movedTo?: string;
}

export type Job = MembershipJob | SiteJob;

/** A mail that waits to be sent and isn't an invitation's. It has ids only: names and addresses are read when it is sent. */
export interface WaitingMail {
  readonly id: string;
  readonly delivery: Pick<Delivery, 'state' | 'attempts' | 'at' | 'reason'>;
  readonly dueAt: string;
}

/** A mail to an inviter, whom the holder of an expired link asks for another. */
export interface AskingMail extends WaitingMail {
  readonly organizationId: string;
  readonly invitationId: string;
  /** The inviter. */
  readonly userId: string;
}

/** A mail to somebody who manages the team that owns a site, whom another team asks for its sensitive data. */
export interface RequestMail extends WaitingMail {
  readonly siteId: string;
  readonly requestId: string;
  /** The team that asks. */
  readonly teamId: string;
  /** Of the team that owned the site then. */
  readonly organizationId: string;
  /** Whom it goes to. */
  readonly userId: string;
}

/** A mail to an owner of a team whose grant of sensitive data has ended. */
export interface GrantEndMail extends WaitingMail {
  readonly siteId: string;
  readonly teamId: string;
  /** Of that team. */
  readonly organizationId: string;
  /** Whom it goes to. */
  readonly userId: string;
  /** When the grant ended. */
  readonly endedAt: string;
}

/** A mail to a member to whom the owner offers the organization. */
export interface OfferMail extends WaitingMail {
  readonly organizationId: string;
  /** Whom it goes to. */
  readonly userId: string;
  /** When the offer was made: another one since has a mail of its own. */
  readonly offeredAt: string;
}

/** A team's access to a site whose grant of sensitive data has an end. */
export type DueAccess = SiteAccess & { readonly dueAt: string };

/** An invite to a site: its mail is to be sent, or it is to be forgotten. */
export type DueInvite = SiteInvite & { readonly dueAt: string };

/**
 * Whatever has something due: an invitation, an invite to a site, a mail, a grant that ends, a placeholder, an
 * organization or a team to clear, or what a membership or a site left behind.
 */
export type DueItem = { readonly pk: string; readonly sk: string; readonly dueAt: string } & (
  | ({ readonly type: 'Invitation' } & DueInvitation)
  | ({ readonly type: 'Organization' } & Organization)
  | ({ readonly type: 'User' } & User)
  | ({ readonly type: 'Mail' } & AskingMail)
  | ({ readonly type: 'RequestMail' } & RequestMail)
  | ({ readonly type: 'GrantEndMail' } & GrantEndMail)
  | ({ readonly type: 'OfferMail' } & OfferMail)
  | ({ readonly type: 'SiteInvite' } & DueInvite)
  | ({ readonly type: 'SiteAccess' } & DueAccess)
  | ({ readonly type: 'Job' } & Job)
  | ({ readonly type: 'DiscardedTeam' } & Team)
);

/** Reads a row that the index lists; undefined when nothing of it is due any more. */
export async function getDue(key: Key, now: Date): Promise<DueItem | undefined> {
  const item = (await get(key)) as unknown as DueItem | undefined;
  return item?.dueAt !== undefined && item.dueAt < now.toISOString() ? item : undefined;
}

/** How long a row is left alone whose work failed for a reason of ours, in milliseconds. */
const PUT_OFF = 15 * 60_000;

/** Puts a row off, so that it doesn't hold up the others; unless somebody else has it in hand by now. */
export async function postpone({ pk, sk, dueAt }: DueItem, now: Date): Promise<void> {
  const [, id = ''] = dueAt.split('#');
  const later = dueAttributes(id, new Date(now.getTime() + PUT_OFF).toISOString()).dueAt;
  await recordIf({ pk, sk }, { dueAt: later }, [{ attribute: 'dueAt', is: dueAt }]);
}

/** Live secrets that are kept, the latest: each try of a mail adds one, and those of tries long past never left. */
const LIVE_SECRETS = 20;

/** Secrets with one more, the latest last. */
export function withSecret(hashes: readonly string[], secret: Buffer): string[] {
  return [...hashes, hashSecret(secret)].slice(-LIVE_SECRETS);
}

/**
 * Claims a due mail for a lease, with secrets of its own: the plain ones of an earlier try are kept nowhere. A mail that
 * has left before is followed by a reminder.
 *
 * @returns the invitation as claimed, or undefined when somebody else was faster
 */
export async function claimMail(
  invitation: ClaimedInvitation,
  now: Date,
  { link, stop }: MailSecrets,
): Promise<ClaimedInvitation | undefined> {
  const { delivery } = invitation;
  const mail = delivery.mail + 1;
  const claimed = {
    secrets: withSecret(invitation.secrets, link),
    stopSecrets: withSecret(invitation.stopSecrets, stop),
    delivery:
      delivery.state === 'QUEUED'
        ? { ...delivery, mail }
        : ({ state: 'QUEUED', kind: 'reminder', mail, attempts: 0, at: now.toISOString() } as const),
    reminders: remindersDue(invitation, now),
    dueAt: dueAttributes(invitation.id, leaseEnd(now)).dueAt,
  };
  const isMine = await recordIf(keyOf(invitation), claimed, [{ attribute: 'dueAt', is: invitation.dueAt }]);
  return isMine ? { ...invitation, ...claimed } : undefined;
}

/** Records that an invitation's mail left; what is due next is a reminder or the end of its period. */
export async function recordSent(invitation: ClaimedInvitation, now: Date): Promise<Invitation> {
  const at = now.toISOString();
  const { delivery } = invitation;
  const sentAt = { sentAt: at };
  const sent = { ...delivery, state: 'SENT' as const, attempts: delivery.attempts + 1, at };
  delete (sent as { reason?: string }).reason;
  const { dueAt } = dueAttributes(invitation.id, nextDue(invitation));
  const isMine = { attribute: 'dueAt', is: invitation.dueAt };
  const isUntold = { attribute: 'delivery', is: delivery };
  const key = keyOf(invitation);
  (await recordIf(key, { ...sentAt, delivery: sent, dueAt }, [isMine, isUntold])) ||
    // The provider has told what became of it already.
    (await recordIf(key, { ...sentAt, dueAt }, [isMine])) ||
    // Accepted before this was recorded: then nothing is due any more, and nothing must become due again.
    (await recordIf(key, { ...sentAt, delivery: sent }, [{ exists: 'pk' }, { absent: 'dueAt' }, isUntold]));
  return { ...invitation, ...sentAt, delivery: sent };
}

/** Pauses between tries of a mail: doubling from a minute to six hours, so that a long outage costs few tries. */
const SHORTEST_RETRY = 60_000;
const LONGEST_RETRY = 6 * 60 * 60_000;

/** When a mail that couldn't be sent is tried again, after so many tries, in milliseconds from then. */
export function retryPause(attempts: number): number {
  return Math.min(LONGEST_RETRY, SHORTEST_RETRY * 2 ** (attempts - 1));
}

/** Records that a mail couldn't be sent: it is tried again, with growing pauses, until the period ends. */
export async function recordUnsent(invitation: ClaimedInvitation, now: Date, reason: string): Promise<Invitation> {
  const attempts = invitation.delivery.attempts + 1;
  const delivery: Delivery = { ...invitation.delivery, attempts, at: now.toISOString(), reason };
  const next = new Date(Math.min(now.getTime() + retryPause(attempts), Date.parse(invitation.expiresAt)));
  const isMine = { attribute: 'dueAt', is: invitation.dueAt };
  (await recordIf(keyOf(invitation), { delivery, dueAt: dueAttributes(invitation.id, next.toISOString()).dueAt }, [
    isMine,
    { attribute: 'delivery', is: invitation.delivery },
  ])) || // It did leave, as the provider has told: the answer to the call was lost.
    (await recordIf(keyOf(invitation), { dueAt: dueAttributes(invitation.id, nextDue(invitation)).dueAt }, [isMine]));
  return { ...invitation, delivery };
}

/**
 * Puts an invitation where it belongs in the index that has no mail to send now.
 *
 * @param delivery of a reminder that is given up
 */
export async function reschedule(invitation: DueInvitation, delivery?: Delivery): Promise<void> {
  const { dueAt } = dueAttributes(invitation.id, nextDue(invitation));
  await recordIf(keyOf(invitation), { dueAt, ...(delivery && { delivery }) }, [
    { attribute: 'dueAt', is: invitation.dueAt },
  ]);
}

function keyOf({ organizationId, id }: Invitation): Key {
  return keys.invitation(organizationId, id);
}

/** Records something if conditions hold. @returns whether they did */
export async function recordIf(
  key: Key,
  set: Readonly<Record<string, unknown>>,
  when: NonNullable<Parameters<typeof record>[0]['when']>,
): Promise<boolean> {
  try {
    await record({ type: 'update', key, set, when });
    return true;
  } catch (error) {
    if (error instanceof Stale) return false;
    throw error;
  }
}
