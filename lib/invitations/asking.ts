import { type Occasion, unseen } from '../domain/audit.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { User } from '../domain/member.ts';
import type { AskingMail } from '../outbox/due.ts';
import { mailWrite, newMail } from '../outbox/mails.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { countMailsTo } from '../table/rates.ts';
import { transact } from '../table/write.ts';

/** What asking an inviter for another invitation does to the table. */
export const ASK: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  PutItem: ['MAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Writes down that the holder of an expired link asks the inviter for another, once a period, and the mail by which the
 * inviter hears of it.
 *
 * @returns the mail, which the caller sends now
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function askInviter(
  { now, origin }: Omit<Occasion, 'by'>,
  invitation: Invitation,
  inviter: User,
  limits: Limits,
): Promise<AskingMail> {
  const { organizationId, id: invitationId, status, secrets } = invitation;
  const at = now.toISOString();
  const mail: AskingMail = { ...newMail(now, 'request'), organizationId, invitationId, userId: inviter.userId };
  await transact([
    {
      type: 'update',
      key: keys.invitation(organizationId, invitationId),
      set: { askedAt: at },
      // A resend replaces the secrets, and makes the question one too many.
      when: [{ attribute: 'status', is: status }, { attribute: 'secrets', is: secrets }, { absent: 'askedAt' }],
    },
    mailWrite('Mail', mail),
    ...countMailsTo({ organizationId }, [inviter.email], limits, now),
    audit(unseen({ now, origin }, invitationId), {
      action: 'invitation.ask',
      organizationId,
      resource: { type: 'invitation', id: invitationId },
    }),
  ]);
  return mail;
}
