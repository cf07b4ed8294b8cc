import type { AuditContext } from '../domain/audit.ts';
import { type Invitation, periodEnd, REPLACED_SECRETS, refuseUnlessResendable } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret, withSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { actorMay } from '../organizations/members.ts';
import { getAddressHolder } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { countMailsOfDay, countMailsTo, type Usage } from '../table/rates.ts';
import { transact } from '../table/write.ts';
import { getInvited } from './invitations.ts';
import { claimAddress, findRows, INVITE } from './inviting.ts';
import { type ClaimedInvitation, type MailSecrets, queuedMail } from './mail.ts';

/** Table access of `resendInvitation`. */
export const RESEND: TableAccess = { ...INVITE, PutItem: ['AUDIT'] };

/**
 * Gives an invitation a new secret and a full new period, and claims its mail for the caller to send. Earlier links are
 * superseded. The resender becomes the inviter. An expired invitation claims its address and a seat again.
 */
export async function resendInvitation(
  auditContext: AuditContext,
  {
    actor,
    invitation,
    usage,
    secrets,
    limits,
  }: {
    readonly actor: Actor;
    readonly invitation: Invitation;
    readonly usage: Usage;
    readonly secrets: MailSecrets;
    readonly limits: Limits;
  },
): Promise<ClaimedInvitation> {
  const { now } = auditContext;
  const { organizationId, id, email } = invitation;
  refuseUnlessResendable(invitation, now);
  // An invitation recorded as EXPIRED has released its address and its seat.
  const isReleased = invitation.status === 'EXPIRED';
  const [holder, invited] = isReleased
    ? await Promise.all([getAddressHolder(email), getInvited(email, organizationId)])
    : [undefined, undefined];
  const set = {
    status: 'PENDING' as const,
    inviterId: actor.userId,
    expiresAt: periodEnd(now, invitation.days),
    updatedAt: now.toISOString(),
    secrets: [hashSecret(secrets.link)],
    replacedSecrets: [...invitation.secrets.toReversed(), ...invitation.replacedSecrets].slice(0, REPLACED_SECRETS),
    stopSecrets: withSecret(invitation.stopSecrets, secrets.stop),
    reminders: 0,
    ...queuedMail(id, (invitation.delivery?.mail ?? 0) + 1, now),
  };
  // A pending invitation has its own copy of the address's block; an expired one may have missed it.
  const isMuted = isReleased ? invited?.blockedAt !== undefined : invitation.muted === true;
  const claim = isReleased ? await claimAddress(auditContext, { actor, invitation, holder, invited }) : undefined;
  const needsSeat = claim !== undefined && claim.seat === undefined;
  const { seat, mailRow } = findRows(usage, { limits, now, seats: needsSeat ? 1 : 0, mails: 1 });
  const row = seat?.row ?? claim?.seat ?? invitation.seat;
  await transact([
    ...actorMay(actor, 'invitation:resend'),
    {
      type: 'update',
      key: keys.invitation(organizationId, id),
      set: { ...set, seat: row, ...(isMuted && { muted: true }) },
      remove: ['renewalRequestedAt', ...(isMuted ? [] : ['muted'])],
      when: [
        { attribute: 'status', is: invitation.status },
        { attribute: 'secrets', is: invitation.secrets },
        { absent: 'mailStopped' },
        invitation.muted ? { exists: 'muted' } : { absent: 'muted' },
        { attribute: 'email', is: invitation.email },
      ],
    },
    ...(claim?.writes ?? []),
    ...(seat ? [count(organizationId, row, 'seatTaken', { room: seat })] : []),
    ...(mailRow ? countMailsOfDay(actor, { usage, mailRow, limits, now }) : []),
    ...countMailsTo(actor, { addresses: [email], limits, now }),
    audit(auditContext, {
      action: 'invitation.resend',
      organizationId,
      resource: { type: 'invitation', id },
      before: { expiresAt: invitation.expiresAt },
      after: { expiresAt: set.expiresAt },
    }),
  ]);
  const { muted: _, ...unmuted } = invitation;
  return { ...unmuted, ...set, seat: row, ...(isMuted && { muted: true }) };
}
