import type { LinkToken } from './link.ts';
import { knowsSecret } from './link.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { may, type Role } from './roles.ts';

/** The states of an invitation; which moves there are is in the chart of `docs/operations.md`. */
export const INVITATION_STATUSES = ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED', 'DECLINED'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

/** What became of an invitation's latest mail. */
export const DELIVERY_STATES = ['QUEUED', 'SENT', 'DELIVERED', 'BOUNCED', 'COMPLAINED', 'FAILED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly state: DeliveryState;
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
  /** When a mail last left; undefined before the first. */
  readonly sentAt?: string;
  readonly delivery: Delivery;
  /** Hashes of the secrets that are good for accepting. */
  readonly secrets: readonly string[];
  /** Hashes of secrets that a resend has replaced, the latest first, at most `REPLACED_SECRETS`. */
  readonly replacedSecrets: readonly string[];
  /** The counter row that holds the invitation's seat. */
  readonly seat: number;
  /** Whom it made a member; set with ACCEPTED. */
  readonly accepted?: { readonly userId: string; readonly memberId: string };
}

/** How many replaced secrets still tell their holder that a newer mail was sent. */
export const REPLACED_SECRETS = 10;

const DAY = 24 * 60 * 60 * 1000;

/** The end of a period of so many days that begins now. */
export function periodEnd(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY).toISOString();
}

/** The state now: EXPIRED is decided by the clock, on every read and every accept; the sweep only records it. */
export function statusAt(invitation: Pick<Invitation, 'status' | 'expiresAt'>, now: Date): InvitationStatus {
  return invitation.status === 'PENDING' && invitation.expiresAt <= now.toISOString() ? 'EXPIRED' : invitation.status;
}

/** Refuses to revoke what isn't pending. */
export function refuseUnlessPending(invitation: Invitation, now: Date): void {
  if (statusAt(invitation, now) !== 'PENDING') throw new Refusal('invitation_not_pending');
}

/** What stands in the place of an address that was erased. */
export const ERASED = 'erased@erased.invalid';

/** Refuses to resend what is over for good, or has nobody to go to; an expired invitation is revived. */
export function refuseUnlessResendable(invitation: Invitation, now: Date): void {
  const status = statusAt(invitation, now);
  if ((status !== 'PENDING' && status !== 'EXPIRED') || invitation.email === ERASED)
    throw new Refusal('invitation_not_resendable');
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

/**
 * Finds out what a link's holder may know. Strangers learn nothing: an unknown invitation and a forged secret are the
 * same 404. Whoever holds a secret that was once sent is told apart.
 *
 * @returns the invitation and its state now, for a secret that is good
 */
export function openLink(
  invitation: Invitation | undefined,
  token: LinkToken,
  now: Date,
): { invitation: Invitation; status: 'PENDING' | 'ACCEPTED' } {
  if (!invitation) throw new Refusal('invitation_not_found');
  const live = knowsSecret(invitation.secrets, token.secret);
  if (!live && !knowsSecret(invitation.replacedSecrets, token.secret)) throw new Refusal('invitation_not_found');
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
      if (!live) throw new Refusal(status === 'ACCEPTED' ? 'invitation_used' : 'invitation_superseded');
      return { invitation, status };
  }
}

/** Refuses when the inviter may no longer invite (GitLab #26801): another admin's resend brings the invitation back. */
export function refuseUnlessInviterMay(inviter: { role: Role } | undefined): void {
  if (!inviter || !may(inviter.role, 'invitation:create')) throw new Refusal('inviter_removed');
}
