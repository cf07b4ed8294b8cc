import { configuration } from '../configuration.ts';
import { type Delivery, type Invitation, nextDue, remindersDue } from '../domain/invitation.ts';
import { formatToken, newSecret, withSecret } from '../domain/link.ts';
import { nameOf, type Profile } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { INVITATION_PATH, STOP_PATH } from '../domain/page-paths.ts';
import { invitationMail } from '../email/invitation.ts';
import { mutedMail } from '../email/muted.ts';
import type { sendMail } from '../email/ses.ts';
import { deliver, type OutboxKind, queued } from '../outbox/outbox.ts';
import type { DueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';

/** An invitation with its place in the index: its mail is to be sent, a reminder is due, or its period ends. */
export type DueInvitation = Invitation & Pick<DueAttributes, 'dueAt'>;

/** An invitation that has a mail, which whoever holds it has in hand. */
export type ClaimedInvitation = DueInvitation & { readonly delivery: Delivery };

/** Whether an invitation has a mail. */
export function isClaimed(invitation: DueInvitation): invitation is ClaimedInvitation {
  return invitation.delivery !== undefined;
}

/** Invitations as they are sent: tried until their period ends, and reminded of once they have left. */
export const INVITATIONS: OutboxKind<ClaimedInvitation> = {
  name: 'invitation',
  key: ({ organizationId, id }) => keys.invitation(organizationId, id),
  end: ({ expiresAt }) => expiresAt,
  next: nextDue,
  tags: ({ organizationId, id, delivery }) => ({
    organization: organizationId,
    invitation: id,
    mail: String(delivery.mail),
  }),
  hasSentAt: true,
};

/** The link by which an invitation is opened. */
export function invitationLink(invitation: Invitation, secret: Buffer): string {
  return linkTo(INVITATION_PATH, invitation, secret);
}

function linkTo(path: string, { organizationId, id }: Invitation, secret: Buffer): string {
  return `${configuration().publicUrl}${path}?token=${formatToken({ organizationId, invitationId: id, secret })}`;
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
 * The attributes of an invitation whose mail is due.
 *
 * @param mail its number
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
 * What changes with the next try of an invitation's mail. It has secrets of its own: the plain ones of an earlier try are
 * kept nowhere. A mail that has left before is followed by a reminder.
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
 * Sends the mail of an invitation that is claimed, as `deliver` does.
 *
 * @param secrets the plain secrets for its links; they go into the mail and nowhere else
 * @returns the invitation with its delivery
 */
export function sendInvitation(
  invitation: ClaimedInvitation,
  about: { readonly organization: Organization; readonly inviter: Profile; readonly secrets: MailSecrets },
  send?: typeof sendMail,
): Promise<ClaimedInvitation> {
  const { product } = configuration();
  // Who wants no more gets nothing, and whoever invites can't tell.
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
    ...{ organizationName: organization.name, inviterName: nameOf(inviter), inviterAddress: inviter.email },
    ...{ role, email, expiresAt, message },
    link: invitationLink(invitation, secrets.link),
    stopLink: linkTo(STOP_PATH, invitation, secrets.stop),
    product: configuration().product,
  });
}
