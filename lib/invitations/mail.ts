import { configuration, roleLabels } from '../configuration.ts';
import { type Delivery, type Invitation, nextDue, periodStart, remindersDue } from '../domain/invitation.ts';
import { dayOf } from '../domain/limits.ts';
import { formatToken, newSecret, withSecret } from '../domain/link.ts';
import type { Organization } from '../domain/organization.ts';
import { INVITATION_PATH, STOP_PATH } from '../domain/page-paths.ts';
import { invitationMail } from '../email/invitation.ts';
import { mutedMail } from '../email/muted.ts';
import type { sendMail } from '../email/ses.ts';
import type { Sender } from '../organizations/senders.ts';
import { deliver, type OutboxKind, queued } from '../outbox/outbox.ts';
import type { DueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';

/** An invitation with the time of its next work: a mail, a reminder, or its expiry. */
export type DueInvitation = Invitation & Pick<DueAttributes, 'dueAt'>;

/** An invitation with a mail, claimed by the code that holds it. */
export type ClaimedInvitation = DueInvitation & { readonly delivery: Delivery };

/** Tells whether an invitation has a mail. */
export function isClaimed(invitation: DueInvitation): invitation is ClaimedInvitation {
  return invitation.delivery !== undefined;
}

/** The outbox of invitations: mails are retried until the invitation expires. Reminders follow a sent mail. */
export const INVITATIONS: OutboxKind<ClaimedInvitation> = {
  name: 'invitation',
  key: ({ organizationId, id }) => keys.invitation(organizationId, id),
  end: ({ expiresAt }) => expiresAt,
  next: nextDue,
  tags: ({ organizationId, id, delivery, expiresAt, days }) => ({
    organization: organizationId,
    invitation: id,
    mail: String(delivery.mail),
    // The UTC day whose limits count the mail: that of the request. They don't count reminders.
    ...(delivery.kind === 'invitation' && { day: dayOf(periodStart({ expiresAt, days })) }),
  }),
  hasSentAt: true,
};

/** Returns the link that opens an invitation. */
export function invitationLink(invitation: Invitation, secret: Buffer): string {
  return linkTo(INVITATION_PATH, invitation, secret);
}

function linkTo(path: string, { organizationId, id }: Invitation, secret: Buffer): string {
  return `${configuration().publicUrl}${path}?token=${formatToken({ organizationId, invitationId: id, secret })}`;
}

/** The plain secrets of one mail. Only the mail contains them. */
export interface MailSecrets {
  /** For the link that opens the invitation. */
  readonly link: Buffer;
  /** For the link that stops reminders. */
  readonly stop: Buffer;
}

export function newMailSecrets(): MailSecrets {
  return { link: newSecret(), stop: newSecret() };
}

/**
 * Returns the attributes of an invitation whose mail is due.
 *
 * @param mail the mail's number
 * @param sender as of `queued`
 */
export function queuedMail(
  id: string,
  mail: number,
  now: Date,
  sender: Parameters<typeof queued>[2] = 'request',
): DueAttributes & { readonly delivery: Delivery } {
  const { delivery, ...due } = queued(id, now, sender);
  return { delivery: { ...delivery, kind: 'invitation', mail }, ...due };
}

/**
 * Returns the changes for the next try of an invitation's mail. A try needs new secrets, since plain secrets are never
 * stored. After a sent mail, the next is a reminder.
 */
export function nextMail(
  invitation: ClaimedInvitation,
  now: Date,
  { link, stop }: MailSecrets,
): Pick<ClaimedInvitation, 'secrets' | 'stopSecrets' | 'delivery' | 'reminders'> {
  const { delivery } = invitation;
  const mail = delivery.mail + 1;
  return {
    secrets: withSecret(invitation.secrets, link),
    stopSecrets: withSecret(invitation.stopSecrets, stop),
    delivery:
      delivery.state === 'QUEUED'
        ? { ...delivery, mail }
        : { state: 'QUEUED', kind: 'reminder', mail, attempts: 0, at: now.toISOString() },
    reminders: remindersDue(invitation, now),
  };
}

/**
 * Sends the mail of a claimed invitation, as `deliver` does.
 *
 * @param secrets the plain secrets for its links; only the mail contains them
 * @returns the invitation with its delivery
 */
export function sendInvitation(
  invitation: ClaimedInvitation,
  about: { readonly organization: Organization; readonly inviter: Sender; readonly secrets: MailSecrets },
  send?: typeof sendMail,
): Promise<ClaimedInvitation> {
  const { product } = configuration();
  // An invitee who blocked the organization gets nothing, and the inviter can't notice.
  const mail = invitation.muted ? mutedMail(product) : compose(invitation, about);
  return deliver(INVITATIONS, invitation, mail, send);
}

function compose(
  invitation: ClaimedInvitation,
  { organization, inviter, secrets }: Parameters<typeof sendInvitation>[1],
) {
  const { role, email, expiresAt, message, delivery } = invitation;
  return invitationMail({
    ...{ kind: delivery.kind, language: invitation.language ?? organization.language },
    ...{ organizationName: organization.name, inviterName: inviter.name, inviterAddress: inviter.address },
    ...{ role, roleLabels: roleLabels(), email, expiresAt, message },
    link: invitationLink(invitation, secrets.link),
    stopLink: linkTo(STOP_PATH, invitation, secrets.stop),
    product: configuration().product,
  });
}
