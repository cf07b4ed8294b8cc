import type { Occasion } from '../domain/audit.ts';
import { idTime, newId } from '../domain/ids.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { User } from '../domain/member.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { type AskingMail, dueAttributes, leaseEnd, recordIf, retryPause } from './due.ts';
import { keys } from './keys.ts';
import { countMailTo } from './rates.ts';
import { transact } from './write.ts';

/** What asking an inviter for another invitation does to the table. */
export const ASK: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  PutItem: ['MAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/** How long a mail to an inviter is tried, in milliseconds. */
const TRIED_FOR = 7 * 24 * 60 * 60_000;

/** When such a mail is given up. */
function endOf({ id }: AskingMail): number {
  return idTime(id).getTime() + TRIED_FOR;
}

/** Whether a mail to an inviter has been tried for long enough. */
export function isGivenUp(mail: AskingMail, now: Date): boolean {
  return endOf(mail) <= now.getTime();
}

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
  const id = newId('mail', now);
  const mail: AskingMail = {
    ...{ id, organizationId, invitationId, userId: inviter.userId },
    delivery: { state: 'QUEUED', attempts: 0, at },
    ...dueAttributes(id, leaseEnd(now)),
  };
  await transact([
    {
      type: 'update',
      key: keys.invitation(organizationId, invitationId),
      set: { askedAt: at },
      // A resend replaces the secrets, and makes the question one too many.
      when: [{ attribute: 'status', is: status }, { attribute: 'secrets', is: secrets }, { absent: 'askedAt' }],
    },
    { type: 'put', key: keys.mail(id), item: { type: 'Mail', v: 1, ...mail }, when: [{ absent: 'pk' }] },
    countMailTo(inviter.email, limits.mailsToAddress, now),
    audit(
      { now, origin, by: { type: 'link', id: invitationId } },
      { action: 'invitation.ask', organizationId, resource: { type: 'invitation', id: invitationId } },
    ),
  ]);
  return mail;
}

/** Claims a due mail for a lease. @returns it as claimed, or undefined when somebody else was faster */
export async function claimAsking(mail: AskingMail, now: Date): Promise<AskingMail | undefined> {
  const { dueAt } = dueAttributes(mail.id, leaseEnd(now));
  const isMine = await recordIf(keys.mail(mail.id), { dueAt }, [{ attribute: 'dueAt', is: mail.dueAt }]);
  return isMine ? { ...mail, dueAt } : undefined;
}

/** Forgets a mail that has left, or that is needed no more. */
export async function forgetAsking({ id }: AskingMail): Promise<void> {
  await transact([{ type: 'delete', key: keys.mail(id) }]);
}

/** Records that a mail couldn't be sent: it is tried again, with growing pauses, until it is given up. */
export async function recordAskingUnsent(mail: AskingMail, now: Date, reason: string): Promise<void> {
  const attempts = mail.delivery.attempts + 1;
  const next = new Date(Math.min(now.getTime() + retryPause(attempts), endOf(mail)));
  const set = {
    delivery: { state: 'QUEUED', attempts, at: now.toISOString(), reason },
    dueAt: dueAttributes(mail.id, next.toISOString()).dueAt,
  };
  await recordIf(keys.mail(mail.id), set, [{ attribute: 'dueAt', is: mail.dueAt }]);
}
