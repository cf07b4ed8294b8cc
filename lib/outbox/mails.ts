import { idTime, newId } from '../domain/ids.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';
import { dueAttributes, leaseEnd, recordIf, retryPause, type WaitingMail } from './due.ts';

/** How long a mail that isn't an invitation's is tried, in milliseconds. */
const TRIED_FOR = 7 * 24 * 60 * 60_000;

/** When such a mail is given up. */
function endOf({ id }: WaitingMail): number {
  return idTime(id).getTime() + TRIED_FOR;
}

/** Whether a mail has been tried for long enough. */
export function isGivenUp(mail: WaitingMail, now: Date): boolean {
  return endOf(mail) <= now.getTime();
}

/**
 * What a new mail begins with.
 *
 * @param when who sends it: the request that writes it, which has it in hand at once, or the sweep
 */
export function newMail(now: Date, when: 'request' | 'sweep'): WaitingMail & { readonly due: string } {
  const at = now.toISOString();
  const id = newId('mail', now);
  return {
    id,
    delivery: { state: 'QUEUED', attempts: 0, at },
    ...dueAttributes(id, when === 'request' ? leaseEnd(now) : at),
  };
}

/** The part that writes a mail down as due. */
export function mailWrite(type: 'Mail' | 'RequestMail' | 'GrantEndMail' | 'OfferMail', mail: WaitingMail): Write {
  return { type: 'put', key: keys.mail(mail.id), item: { type, v: 1, ...mail }, when: [{ absent: 'pk' }] };
}

/** Claims a due mail for a lease. @returns it as claimed, or undefined when somebody else was faster */
export async function claimWaiting<T extends WaitingMail>(mail: T, now: Date): Promise<T | undefined> {
  const { dueAt } = dueAttributes(mail.id, leaseEnd(now));
  const isMine = await recordIf(keys.mail(mail.id), { dueAt }, [{ attribute: 'dueAt', is: mail.dueAt }]);
  return isMine ? { ...mail, dueAt } : undefined;
}

/** Forgets a mail that has left, or that is needed no more. */
export async function forgetMail({ id }: WaitingMail): Promise<void> {
  await transact([{ type: 'delete', key: keys.mail(id) }]);
}

/** Records that a mail couldn't be sent: it is tried again, with growing pauses, until it is given up. */
export async function recordMailUnsent(mail: WaitingMail, now: Date, reason: string): Promise<void> {
  const attempts = mail.delivery.attempts + 1;
  const next = new Date(Math.min(now.getTime() + retryPause(attempts), endOf(mail)));
  const set = {
    delivery: { state: 'QUEUED', attempts, at: now.toISOString(), reason },
    dueAt: dueAttributes(mail.id, next.toISOString()).dueAt,
  };
  await recordIf(keys.mail(mail.id), set, [{ attribute: 'dueAt', is: mail.dueAt }]);
}
