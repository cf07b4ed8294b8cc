import type { AuditContext } from '../domain/audit.ts';
import { type Invitation, isHanded, type Link, refuseUnlessPending } from '../domain/invitation.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { actorMay } from '../organizations/members.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { type Condition, transact, type Update, type Write } from '../table/write.ts';

/** Returns writes that record an invitation's expiry. An unsent mail becomes FAILED. */
export function expiryWrites(auditContext: AuditContext, { organizationId, id, delivery }: Invitation): Write[] {
  const now = auditContext.now.toISOString();
  return [
    {
      type: 'update',
      key: keys.invitation(organizationId, id),
      set: {
        status: 'EXPIRED',
        updatedAt: now,
        ...(delivery?.state === 'QUEUED' && { delivery: { ...delivery, state: 'FAILED', at: now } }),
      },
      remove: ['due', 'dueAt'],
      when: [
        { attribute: 'status', is: 'PENDING' },
        { attribute: 'expiresAt', atMost: now },
      ],
    },
    audit(auditContext, { action: 'invitation.expire', organizationId, resource: { type: 'invitation', id } }),
  ];
}

/**
 * Returns the write that ends a pending invitation before its expiry. An unsent mail becomes FAILED.
 *
 * @param link how the invitee came to it; undefined: somebody else ends it
 */
export function endWrite(invitation: Invitation, now: Date, set: Partial<Invitation>, link?: Link): Update {
  const { organizationId, id, delivery } = invitation;
  const at = now.toISOString();
  // A person who accepts has received the mail, even if its delivery isn't recorded.
  const unsent = delivery?.state === 'QUEUED' && set.status !== 'ACCEPTED' ? delivery : undefined;
  return {
    type: 'update',
    key: keys.invitation(organizationId, id),
    set: { ...set, updatedAt: at, ...(unsent && { delivery: { ...unsent, state: 'FAILED', at } }) },
    remove: ['due', 'dueAt'],
    when: [
      { attribute: 'status', is: 'PENDING' },
      { attribute: 'expiresAt', above: at },
      ...(unsent ? [{ attribute: 'delivery', is: unsent }] : []),
      ...(link ? [isStill(link)] : []),
    ],
  };
}

/** Returns the condition that a link is still valid. A resend replaces its secret, and the inviter who was checked. */
function isStill(link: Link): Condition {
  const { secret, invitation } = link;
  if (!secret) return { attribute: 'inviterId', is: invitation.inviterId };
  return { attribute: isHanded(link) ? 'handedSecrets' : 'secrets', contains: hashSecret(secret) };
}

/** Returns the write that releases the address for another invitation. */
export function addressRelease({ email, organizationId, id }: Invitation): Write {
  return {
    type: 'update',
    key: keys.invited(email, organizationId),
    remove: ['invitationId'],
    when: [{ attribute: 'invitationId', is: id }],
  };
}

/** Revokes a pending invitation. */
export async function revokeInvitation(
  auditContext: AuditContext,
  actor: Actor,
  invitation: Invitation,
): Promise<void> {
  refuseUnlessPending(invitation, auditContext.now);
  await transact([
    ...actorMay(actor, 'invitation:revoke'),
    endWrite(invitation, auditContext.now, { status: 'REVOKED' }),
    addressRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
    audit(auditContext, {
      action: 'invitation.revoke',
      organizationId: invitation.organizationId,
      resource: { type: 'invitation', id: invitation.id },
    }),
  ]);
}

/** Records an invitation's expiry, and releases its address and its seat. */
export async function expireInvitation(auditContext: AuditContext, invitation: Invitation): Promise<void> {
  await transact([
    ...expiryWrites(auditContext, invitation),
    addressRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
  ]);
}
