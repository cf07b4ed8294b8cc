import type { Language } from './language.ts';
import type { LinkToken } from './link.ts';
import { knowsSecret } from './link.ts';
import type { Organization } from './organization.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { may, type Role } from './roles.ts';

/** The states of an invitation; which moves there are is in the chart of `docs/invitations.md`. */
export const INVITATION_STATUSES = ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED', 'DECLINED'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

/** What became of an invitation's latest mail. */
export const DELIVERY_STATES = ['QUEUED', 'SENT', 'DELIVERED', 'BOUNCED', 'COMPLAINED', 'FAILED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly state: DeliveryState;
  /** What the mail is. */
  readonly kind: 'invitation' | 'reminder';
  /** Which of the invitation's mails it is, from 1: the provider's events name it by this. */
  readonly mail: number;
  /** How often the provider was asked to take the mail. */
  readonly attempts: number;
  /** When the state was reached. */
  readonly at: string;
  /** What the provider said, where it said something. */
  readonly reason?: string;
}

export interface Invitation {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly role: Role;
  /** As last written; what counts is `statusAt`, since a period ends without a write. */
  readonly status: InvitationStatus;
  /** The user whose right to invite stands behind the invitation: who made it, or who last resent it. */
  readonly inviterId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  /** How long its periods are, in days. */
  readonly days: number;
  /** What the inviter chose; undefined: mails speak the organization's language, pages the reader's. */
  readonly language?: Language;
  /** What the inviter wrote to the invitee. */
  readonly message?: string;
  /** The teams that are joined by accepting. */
  readonly teams?: readonly string[];
  /** When a mail last left; undefined before the first. */
  readonly sentAt?: string;
  /** Of the latest mail; undefined where none was asked for. */
  readonly delivery?: Delivery;
  /** Why no mail may leave any more: the provider said that the address is no good, or its owner complained. */
  readonly mailStopped?: 'bounce' | 'complaint';
  /** Set when the invitee wants no more from the organization: its mails go nowhere, and nobody is told. */
  readonly muted?: true;
  /** Reminders that were due in this period, sent or not. */
  readonly reminders: number;
  /** When the invitee asked for no more reminders. */
  readonly remindersStoppedAt?: string;
  /** Hashes of the secrets that are good for stopping reminders: one a mail. */
  readonly stopSecrets: readonly string[];
  /** When the holder of an expired link requested a new invitation, in this period. */
  readonly renewalRequestedAt?: string;
  /** Hashes of the mailed secrets that are good for accepting: they prove the mailbox, and work alone. */
  readonly secrets: readonly string[];
  /**
   * Hashes of the secrets that an answer of the API carried, so that the inviter has them too: by one of these only the
   * signed-in person accepts whose address it is.
   */
  readonly handedSecrets: readonly string[];
  /** Hashes of secrets that a resend has replaced, the latest first, at most `REPLACED_SECRETS`. */
  readonly replacedSecrets: readonly string[];
  /** The counter row that holds the invitation's seat. */
  readonly seat: number;
  /** Whom it made a member, and which of its teams they joined by it; set with ACCEPTED. */
  readonly accepted?: {
    readonly userId: string;
    readonly memberId: string;
    readonly joinedTeams: readonly string[];
  };
}

/** What stands in the place of an address that was erased: nobody gets a mail there. */
export const ERASED = 'erased@erased.invalid';

/** How many replaced secrets still tell their holder that a newer mail was sent. */
export const REPLACED_SECRETS = 10;

const DAY = 24 * 60 * 60 * 1000;

/** The end of a period of so many days that begins now. */
export function periodEnd(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY).toISOString();
}

/** When an invitation's reminders are due: at half of its period, and a day before its end. */
function reminderTimes({ expiresAt, days }: Pick<Invitation, 'expiresAt' | 'days'>): string[] {
  const end = Date.parse(expiresAt);
  const times = [...new Set([end - (days * DAY) / 2, end - DAY])].filter((time) => time > end - days * DAY);
  return times.map((time) => new Date(time).toISOString());
}

/** How many of an invitation's reminders are due by now, or were: a sweep that comes late sends one for all of them. */
export function remindersDue(invitation: Pick<Invitation, 'expiresAt' | 'days'>, now: Date): number {
  return reminderTimes(invitation).filter((time) => time <= now.toISOString()).length;
}

/** When an invitation has something due next, once its mail has left: a reminder, or the end of its period. */
export function nextDue(invitation: Invitation): string {
  const { delivery, mailStopped, remindersStoppedAt, reminders, expiresAt } = invitation;
  if (!delivery || mailStopped || remindersStoppedAt) return expiresAt;
  return reminderTimes(invitation)[reminders] ?? expiresAt;
}

/** Whether reminders of an invitation may come, now or when it is resent. */
export function remindersMayCome({ status, remindersStoppedAt }: Invitation): boolean {
  return (status === 'PENDING' || status === 'EXPIRED') && remindersStoppedAt === undefined;
}

/** The state now: EXPIRED is decided by the clock, on every read and every accept; the sweep only records it. */
export function statusAt(invitation: Pick<Invitation, 'status' | 'expiresAt'>, now: Date): InvitationStatus {
  return invitation.status === 'PENDING' && invitation.expiresAt <= now.toISOString() ? 'EXPIRED' : invitation.status;
}

/** Until when an invitation can be accepted; undefined: it can't be any more. */
export function openUntil(invitation: Invitation, now: Date): string | undefined {
  return statusAt(invitation, now) === 'PENDING' ? invitation.expiresAt : undefined;
}

/** Refuses to revoke what isn't pending. */
export function refuseUnlessPending(invitation: Invitation, now: Date): void {
  if (statusAt(invitation, now) !== 'PENDING') throw new Refusal('invitation_not_pending');
}

/** Refuses to resend what is over for good, or to an address that takes no mail; an expired invitation is revived. */
export function refuseUnlessResendable(invitation: Invitation, now: Date): void {
  const status = statusAt(invitation, now);
  const isOver = (status !== 'PENDING' && status !== 'EXPIRED') || invitation.email === ERASED;
  if (isOver) throw new Refusal('invitation_not_resendable');
  // A hard bounce or a complaint stops all further mail of the invitation.
  if (invitation.mailStopped) throw new Refusal('invitation_mail_stopped');
}

/** How a link is refused, as whoever declares an endpoint for its holder lists it. */
export const LINK_REFUSALS = [
  'invitation_not_found',
  'invitation_expired',
  'invitation_revoked',
  'invitation_declined',
  'invitation_used',
  'invitation_superseded',
  'inviter_removed',
] as const satisfies readonly RefusalCode[];

/** A link with a secret of an invitation, which was mailed or handed out. */
export interface Link {
  readonly organization: Organization;
  readonly invitation: Invitation;
  readonly secret: Buffer;
}

/**
 * Finds out whether somebody holds a secret of an invitation that was once sent. Strangers learn nothing: an unknown
 * invitation and a forged secret are the same 404.
 *
 * @param secrets those of the invitation's hashes that count
 */
export function linkOf(
  organization: Organization | undefined,
  invitation: Invitation | undefined,
  { secret }: LinkToken,
  secrets: (invitation: Invitation) => readonly string[],
): Link {
  if (!organization || !invitation || !knowsSecret(secrets(invitation), secret)) {
    throw new Refusal('invitation_not_found');
  }
  return { organization, invitation, secret };
}

/**
 * Refuses a link by which nothing can be accepted any more; its holder is told why.
 *
 * @returns the invitation's state now
 */
export function openLink({ invitation, secret }: Link, now: Date): 'PENDING' | 'ACCEPTED' {
  const status = statusAt(invitation, now);
  switch (status) {
    case 'REVOKED':
      throw new Refusal('invitation_revoked');
    case 'DECLINED':
      throw new Refusal('invitation_declined');
    case 'EXPIRED':
      throw new Refusal('invitation_expired');
    case 'PENDING':
    case 'ACCEPTED':
      if (knowsSecret([...invitation.secrets, ...invitation.handedSecrets], secret)) return status;
      throw new Refusal(status === 'ACCEPTED' ? 'invitation_used' : 'invitation_superseded');
  }
}

/** Whether a link's secret was handed to the inviter by an answer of the API, and so proves nothing of its holder. */
export function isHanded({ invitation, secret }: Link): boolean {
  return knowsSecret(invitation.handedSecrets, secret);
}

/**
 * Whether the holder of a good link has to sign in to accept or decline by it.
 *
 * @throws Refusal `invitation_superseded` where a mail has another link by now, which works without signing in
 */
export function needsSignIn(link: Link): boolean {
  if (!isHanded(link)) return false;
  if (link.invitation.secrets.length > 0) throw new Refusal('invitation_superseded');
  return true;
}

/**
 * Refuses a holder of a link who hasn't shown that they are the invited: by a secret that was mailed to them and given
 * to nobody else, or by signing in with the address.
 *
 * @param person signed in with a verified address; undefined: the link is all there is
 * @throws Refusal `invitation_for_another_address`, `sign_in_required`, and as `needsSignIn`
 */
export function refuseUnlessInvited(link: Link, person: { readonly email: string } | undefined): void {
  const { invitation } = link;
  if (person) {
    if (person.email !== invitation.email) throw new Refusal('invitation_for_another_address');
  } else if (needsSignIn(link)) {
    throw new Refusal('sign_in_required');
  }
}

/** Whether a new invitation can be requested, once this one has expired: not for somebody who was erased. */
export function isRenewable({ email }: Invitation): boolean {
  return email !== ERASED;
}

/** Refuses to ask the inviter for another invitation while this one hasn't expired. */
export function refuseUnlessExpired(link: Link, now: Date): void {
  if (statusAt(link.invitation, now) === 'EXPIRED' && isRenewable(link.invitation)) return;
  openLink(link, now);
  // No page of a link that is good has the button.
  throw new Refusal('validation_failed');
}

/** Refuses when the inviter may no longer invite (GitLab #26801): another admin's resend brings the invitation back. */
export function refuseUnlessInviterMay(inviter: { role: Role } | undefined): void {
  if (!inviter || !may(inviter.role, 'invitation:create')) throw new Refusal('inviter_removed');
}
