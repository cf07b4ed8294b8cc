import { idTime, newId } from '../domain/ids.ts';
import type { Mail } from '../email/mime.ts';
import { keys } from '../table/keys.ts';
import type { Write } from '../table/write.ts';
import { claim, deliver, giveUp, type OutboxItem, type OutboxKind, queued } from './outbox.ts';
import type { Work } from './sweep.ts';

/**
 * A mail that is an item of its own until it is sent. It has ids only: names and addresses are read when it is sent.
 */
export interface OutboxMail extends OutboxItem {
  /** The recipient. */
  readonly userId: string;
}

/** The common fields of these mails, for `itemReader`. */
export const MAIL_FIELDS = { id: 'string', delivery: 'object', dueAt: 'string', userId: 'string' } as const;

/** How long such a mail is retried, in milliseconds. */
const RETRY_PERIOD = 7 * 24 * 60 * 60_000;

/** The outbox of these mails. They have no tags: only the delivery events of invitations are recorded. */
export const MAILS: OutboxKind<OutboxMail> = {
  name: 'mail',
  key: ({ id }) => keys.mail(id),
  end: ({ id }) => new Date(idTime(id).getTime() + RETRY_PERIOD).toISOString(),
  next: () => undefined,
};

/** Returns the common fields of a new mail. @param sender as in `queued` */
export function newMail(
  now: Date,
  userId: string,
  sender: Parameters<typeof queued>[2],
): OutboxMail & ReturnType<typeof queued> {
  const id = newId('mail', now);
  return { id, userId, ...queued(id, now, sender) };
}

/** Returns the part of a transaction that writes a mail to the outbox. */
export function mailWrite(
  type: 'Mail' | 'RequestMail' | 'GrantEndMail' | 'OfferMail' | 'WelcomeMail',
  mail: OutboxMail,
): Write {
  return { type: 'put', key: keys.mail(mail.id), item: { type, ...mail }, when: [{ absent: 'pk' }] };
}

/**
 * Returns the work of a due mail: it is sent, or deleted if it is no longer needed or its retry period is over.
 *
 * @param compose composes the claimed mail; false or undefined: the mail is no longer needed
 */
export function mailWork<T extends OutboxMail>(
  mail: T,
  compose: ((claimed: T) => Mail | Promise<Mail>) | false | undefined,
): Work {
  return async ({ now }, { send }) => {
    if (!compose || MAILS.end(mail) <= now.toISOString()) {
      await giveUp(MAILS, mail, now);
      return 'settled';
    }
    const claimed = await claim<T>(MAILS, mail, now);
    const { delivery } = await deliver(MAILS, claimed, await compose(claimed), send);
    return delivery.state === 'SENT' ? 'sent' : 'unsent';
  };
}
