import type { Language } from './language.ts';
import type { LinkToken } from './link.ts';
import { knowsSecret } from './link.ts';
import type { Organization } from './organization.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { may, type Role } from './roles.ts';

/** The states of an invitation. The chart in `docs/invitations.md` shows the transitions. */
export const INVITATION_STATUSES = ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED', 'DECLINED'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

/** The delivery states of an invitation's latest mail. */
export const DELIVERY_STATES = ['QUEUED', 'SENT', 'DELIVERED', 'BOUNCED', 'COMPLAINED', 'FAILED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly state: DeliveryState;
  readonly kind: 'invitation' | 'reminder';
  /** The number of the mail among the invitation's mails, from 1. The provider's events carry it. */
  readonly mail: number;
  /** How often the mail was handed to the provider. */
  readonly attempts: number;
  /** When the state was reached. */
  readonly at: string;
  /** The provider's reason, if it gave one. */
  readonly reason?: string;
}

export interface Invitation {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly role: Role;
  /** As last written. Use `statusAt` for decisions: an invitation expires without a write. */
  readonly status: InvitationStatus;
  /** The user who created or last resent the invitation. It needs their permission to invite. */
  readonly inviterId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  /** How many days it is valid, from its creation and from each resend. */
  readonly days: number;
  /** The language that the inviter chose; undefined: mails have the organization's language, pages the reader's. */
  readonly language?: Language;
  /** The inviter's message to the invitee. */
  readonly message?: string;
  /** The teams that the invitee joins by accepting. */
  readonly teams?: readonly string[];
  /** Where the invitee's browser goes in the end. Its origin is checked again when it is used. */
  readonly redirectUrl?: string;
  /** When a mail was last sent; undefined before the first. */
  readonly sentAt?: string;
  /** The delivery of the latest mail; undefined where no mail was requested. */
  readonly delivery?: Delivery;
  /** Why no further mail may be sent: a hard bounce, or a complaint of the recipient. */
  readonly mailStopped?: 'bounce' | 'complaint';
  /** Set when the invitee blocks the organization: mails don't reach them, and the inviter isn't told. */
  readonly muted?: true;
  /** Reminders that were due in this period, sent or not. */
  readonly reminders: number;
  /** When the invitee asked for no more reminders. */
  readonly remindersStoppedAt?: string;
  /** Hashes of the secrets that stop reminders: one for each mail. */
  readonly stopSecrets: readonly string[];
  /** When the holder of an expired link requested a new invitation, in this period. */
  readonly renewalRequestedAt?: string;
  /**
   * Hashes of the valid mailed secrets. A mailed secret proves access to the mailbox, so it accepts without sign-in.
   */
  readonly secrets: readonly string[];
  /**
   * Hashes of the valid secrets from answers of the API. The inviter knows them too, so accepting with one needs
   * sign-in with the invited address.
   */
  readonly handedSecrets: readonly string[];
  /** Hashes of secrets that a resend replaced, the latest first, at most `REPLACED_SECRETS`. */
  readonly replacedSecrets: readonly string[];
  /** The counter row that holds the invitation's seat. */
  readonly seat: number;
  /** Who accepted, and which of its teams they joined; set with ACCEPTED. */
  readonly accepted?: {
    readonly userId: string;
    readonly memberId: string;
    readonly joinedTeams: readonly string[];
  };
}

/** What lists show of an invitation. */
export type ListedInvitation = Omit<
  Invitation,
  | ('secrets' | 'handedSecrets' | 'replacedSecrets' | 'stopSecrets')
  | ('days' | 'seat' | 'muted' | 'mailStopped' | 'renewalRequestedAt')
>;

/** Replaces an erased address. It can't receive mail. */
export const ERASED = 'erased@erased.invalid';

/** How many replaced secrets are kept, so that their holder is told that a newer mail was sent. */
export const REPLACED_SECRETS = 10;

const DAY = 24 * 60 * 60 * 1000;

/** Returns the end of a period of `days` days that begins now. */
export function periodEnd(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY).toISOString();
}

/** Returns when the period of an invitation began: when it was created or last resent. */
export function periodStart({ expiresAt, days }: Pick<Invitation, 'expiresAt' | 'days'>): Date {
  return new Date(Date.parse(expiresAt) - days * DAY);
}

/** Returns when an invitation's reminders are due: after half of its period, and a day before its end. */
function reminderTimes({ expiresAt, days }: Pick<Invitation, 'expiresAt' | 'days'>): string[] {
  const end = Date.parse(expiresAt);
  const times = [...new Set([end - (days * DAY) / 2, end - DAY])].filter((time) => time > end - days * DAY);
  return times.map((time) => new Date(time).toISOString());
}

/**
 * Returns how many reminders of an invitation are due by now. A late sweep sends one mail for several due reminders.
 */
export function remindersDue(invitation: Pick<Invitation, 'expiresAt' | 'days'>, now: Date): number {
  return reminderTimes(invitation).filter((time) => time <= now.toISOString()).length;
}

/** Returns when the next reminder or the expiry of an invitation is due, once its mail was sent. */
export function nextDue(invitation: Invitation): string {
  const { delivery, mailStopped, remindersStoppedAt, reminders, expiresAt } = invitation;
  if (!delivery || mailStopped || remindersStoppedAt) return expiresAt;
  return reminderTimes(invitation)[reminders] ?? expiresAt;
}

/** Whether reminders of an invitation may be sent, now or after a resend. */
export function remindersMayCome({ status, remindersStoppedAt }: Invitation): boolean {
  return (status === 'PENDING' || status === 'EXPIRED') && remindersStoppedAt === undefined;
}

/** Returns the state now. The clock decides EXPIRED at each read and at acceptance; the sweep only records it. */
export function statusAt(invitation: Pick<Invitation, 'status' | 'expiresAt'>, now: Date): InvitationStatus {
  return invitation.status === 'PENDING' && invitation.expiresAt <= now.toISOString() ? 'EXPIRED' : invitation.status;
}

/** Returns until when an invitation can be accepted; undefined: it no longer can. */
export function openUntil(invitation: Invitation, now: Date): string | undefined {
  return statusAt(invitation, now) === 'PENDING' ? invitation.expiresAt : undefined;
}

/** Refuses an invitation that isn't pending. */
export function refuseUnlessPending(invitation: Invitation, now: Date): void {
  if (statusAt(invitation, now) !== 'PENDING') throw new Refusal('invitation_not_pending');
}

/** Refuses to resend a closed invitation, or to an address that takes no mail. An expired invitation may be resent. */
export function refuseUnlessResendable(invitation: Invitation, now: Date): void {
  const status = statusAt(invitation, now);
  const isOver = (status !== 'PENDING' && status !== 'EXPIRED') || invitation.email === ERASED;
  if (isOver) throw new Refusal('invitation_not_resendable');
  // A hard bounce or a complaint stops all further mail of the invitation.
  if (invitation.mailStopped) throw new Refusal('invitation_mail_stopped');
}

/** The refusals of a link, for the declarations of endpoints that take one. */
export const LINK_REFUSALS = [
  'invitation_not_found',
  'invitation_expired',
  'invitation_revoked',
  'invitation_declined',
  'invitation_used',
  'invitation_superseded',
  'inviter_removed',
] as const satisfies readonly RefusalCode[];

/** A way to an invitation: a link with its secret, or the id that its invitee was shown after signing in. */
export interface Link {
  readonly organization: Organization;
  readonly invitation: Invitation;
  /** It came by mail or in an answer of the API; undefined: the invitee is signed in, and needs none. */
  readonly secret: Buffer | undefined;
}

/**
 * Verifies that a secret belongs to an invitation. An unknown invitation and a wrong secret have the same refusal, so
 * strangers learn nothing.
 *
 * @param secrets returns the invitation's hashes to compare with
 * @throws Refusal `invitation_not_found`
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
 * Refuses a link that can no longer be accepted, with the reason.
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
      if (!secret || knowsSecret([...invitation.secrets, ...invitation.handedSecrets], secret)) return status;
      throw new Refusal(status === 'ACCEPTED' ? 'invitation_used' : 'invitation_superseded');
  }
}

/** Whether a link's secret was in an answer of the API. The inviter knows it, so it doesn't identify its holder. */
export function isHanded({ invitation, secret }: Link): boolean {
  return secret !== undefined && knowsSecret(invitation.handedSecrets, secret);
}

/**
 * Whether the holder of a valid link must sign in to accept or decline.
 *
 * @throws Refusal `invitation_superseded` if a mail with another link was sent since, which works without sign-in
 */
export function needsSignIn(link: Link): boolean {
  if (!isHanded(link)) return false;
  if (link.invitation.secrets.length > 0) throw new Refusal('invitation_superseded');
  return true;
}

/**
 * Refuses the holder of a link unless a mailed secret or a sign-in with the address proves that they are the invitee.
 *
 * @param person the signed-in person, with a verified address; undefined: nobody is signed in
 * @throws Refusal `invitation_for_another_address`, `sign_in_required`, and as `needsSignIn`
 */
export function refuseUnlessInvited(link: Link, person: { readonly email: string } | undefined): void {
  const { invitation } = link;
  if (person) {
    if (person.email !== invitation.email) throw new Refusal('invitation_for_another_address');
  } else if (!link.secret || needsSignIn(link)) {
    throw new Refusal('sign_in_required');
  }
}

/** Whether a new invitation can be requested once this one has expired: not after the invitee was erased. */
export function isRenewable({ email }: Invitation): boolean {
  return email !== ERASED;
}

/** Refuses to request a new invitation while this one hasn't expired. */
export function refuseUnlessExpired(link: Link, now: Date): void {
  if (statusAt(link.invitation, now) === 'EXPIRED' && isRenewable(link.invitation)) return;
  openLink(link, now);
  // Unreachable from our pages: the page of a valid link has no such button.
  throw new Refusal('validation_failed');
}

/**
 * Refuses if the inviter may no longer invite (GitLab #26801). A resend by another admin makes the invitation valid.
 */
export function refuseUnlessInviterMay(inviter: { role: Role } | undefined): void {
  if (!inviter || !may(inviter.role, 'invitation:create')) throw new Refusal('inviter_removed');
}
