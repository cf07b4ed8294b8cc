import { type Invitation, nextDue, statusAt } from '../domain/invitation.ts';
import type { Membership } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { may } from '../domain/roles.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getInviterRole, getSender, type Sender } from '../organizations/senders.ts';
import { claim, giveUp, recordUnsent } from '../outbox/outbox.ts';
import type { Outcome, Run, Work } from '../outbox/sweep.ts';
import { type DueItem, dueAttributes } from '../table/due.ts';
import { CorruptItem, itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { recordIf } from '../table/write.ts';
import { expireInvitation } from './ending.ts';
import { INVITATION_FIELDS } from './invitations.ts';
import { type DueInvitation, INVITATIONS, isClaimed, newMailSecrets, nextMail, sendInvitation } from './mail.ts';

const DUE_INVITATION = itemReader<DueInvitation>('Invitation', { ...INVITATION_FIELDS, dueAt: 'string' });

/** Returns the work for a due invitation: send its mail or a reminder, or record its expiry. */
export async function dueInvitation(item: DueItem, now: Date): Promise<Work> {
  const invitation = DUE_INVITATION.one(item);
  if (invitation.status !== 'PENDING') throw new CorruptItem(item, 'has ended and is due');
  if (statusAt(invitation, now) === 'EXPIRED') {
    return async (auditContext) => {
      await expireInvitation(auditContext, invitation);
      return 'expired';
    };
  }
  const { organizationId, inviterId } = invitation;
  const [organization, inviter, membership] = await Promise.all([
    getOrganization(organizationId),
    getSender(inviterId, organizationId),
    getInviterRole(inviterId, organizationId),
  ]);
  return (auditContext, run) => mailOrSettle(invitation, { organization, inviter, membership }, auditContext.now, run);
}

/** On whose behalf an invitation is sent; undefined: deleted or removed in the meantime. */
interface Inviting {
  readonly organization: Organization | undefined;
  readonly inviter: Sender | undefined;
  readonly membership: Pick<Membership, 'role'> | undefined;
}

async function mailOrSettle(invitation: DueInvitation, inviting: Inviting, now: Date, run: Run): Promise<Outcome> {
  const { delivery, remindersStoppedAt } = invitation;
  const isQueued = delivery?.state === 'QUEUED';
  if (!isClaimed(invitation) || (!isQueued && nextDue(invitation) > now.toISOString())) {
    await settle(invitation);
    return 'settled';
  }
  if (isQueued && delivery.kind === 'reminder' && remindersStoppedAt !== undefined) {
    // The invitee stopped reminders while this one was queued.
    await giveUp(INVITATIONS, invitation, now, 'reminders_stopped');
    return 'settled';
  }
  const secrets = newMailSecrets();
  const claimed = await claim(INVITATIONS, invitation, now, nextMail(invitation, now, secrets));
  const { organization, inviter, membership } = inviting;
  if (!organization || !inviter || !membership || !may(membership.role, 'invitation:create')) {
    // The link would be refused. The mail stays in the outbox: another admin may resend the invitation.
    await recordUnsent(INVITATIONS, claimed, now, organization ? 'inviter_removed' : 'organization_not_found');
    return 'unsent';
  }
  const sent = await sendInvitation(claimed, { organization, inviter, secrets }, run.send);
  return sent.delivery.state === 'SENT' ? 'sent' : 'unsent';
}

/** Moves an invitation without a mail to send now to its next due time in the index. */
async function settle(invitation: Invitation & { readonly dueAt: string }): Promise<void> {
  const { id, organizationId } = invitation;
  await recordIf({
    type: 'update',
    key: keys.invitation(organizationId, id),
    set: { dueAt: dueAttributes(id, nextDue(invitation)).dueAt },
    when: [{ attribute: 'dueAt', is: invitation.dueAt }],
  });
}
