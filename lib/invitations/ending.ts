import type { Occasion } from '../domain/audit.ts';
import { type Invitation, isHanded, type Link, refuseUnlessPending } from '../domain/invitation.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { actorMay } from '../organizations/members.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { transact, type Update, type Write } from '../table/write.ts';

/** The parts that record that a period is over; a mail that never left is given up. */
export function expiryWrites(occasion: Occasion, { organizationId, id, delivery }: Invitation): Write[] {
  const now = occasion.now.toISOString();
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
    audit(occasion, { action: 'invitation.expire', organizationId, resource: { type: 'invitation', id } }),
  ];
}

/**
 * Ends a pending invitation otherwise than by its period. A mail that has not left is given up.
 *
 * @param link by which it is done, whose secret must still be good
 */
export function ending(invitation: Invitation, now: Date, set: Partial<Invitation>, link?: Link): Update {
  const { organizationId, id, delivery } = invitation;
  const at = now.toISOString();
  // Whoever accepts by its link has got the mail, whatever was recorded of it.
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
      ...(link ? [{ attribute: isHanded(link) ? 'handedSecrets' : 'secrets', contains: hashSecret(link.secret) }] : []),
    ],
  };
}

/** Gives the address free for another invitation. */
export function guardRelease({ email, organizationId, id }: Invitation): Write {
  return {
    type: 'update',
    key: keys.invited(email, organizationId),
    remove: ['invitationId'],
    when: [{ attribute: 'invitationId', is: id }],
  };
}

/** Revokes a pending invitation. */
export async function revokeInvitation(occasion: Occasion, actor: Actor, invitation: Invitation): Promise<void> {
  refuseUnlessPending(invitation, occasion.now);
  await transact([
    ...actorMay(actor, 'invitation:revoke'),
    ending(invitation, occasion.now, { status: 'REVOKED' }),
    guardRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
    audit(occasion, {
      action: 'invitation.revoke',
      organizationId: invitation.organizationId,
      resource: { type: 'invitation', id: invitation.id },
    }),
  ]);
}

/** Records that an invitation's period is over: frees its address and its seat. */
export async function expireInvitation(occasion: Occasion, invitation: Invitation): Promise<void> {
  await transact([
    ...expiryWrites(occasion, invitation),
    guardRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
  ]);
}
