import { idTime, newId } from '../domain/ids.ts';
import type { Mail } from '../email/mime.ts';
import { keys } from '../table/keys.ts';
import type { Write } from '../table/write.ts';
import { claim, deliver, giveUp, type OutboxKind, type Outgoing, queued } from './outbox.ts';
import type { Work } from './sweep.ts';

/** A mail that is an item of its own, until it has left. It has ids only: names and addresses are read when it is sent. */
export interface WaitingMail extends Outgoing {
  /** Whom it goes to. */
  readonly userId: string;
}

/** The fields that each of them has. */
export const MAIL_FIELDS = { id: 'string', delivery: 'object', dueAt: 'string', userId: 'string' } as const;

/** How long such a mail is tried, in milliseconds. */
const TRIED_FOR = 7 * 24 * 60 * 60_000;

/** The mails that are items of their own. SES's events name none of them: they are about invitations. */
export const MAILS: OutboxKind<WaitingMail> = {
  name: 'mail',
  key: ({ id }) => keys.mail(id),
  end: ({ id }) => new Date(idTime(id).getTime() + TRIED_FOR).toISOString(),
  next: () => undefined,
};

/** What a new mail begins with. @param sender as of `queued` */
export function newMail(
  now: Date,
  userId: string,
  sender: Parameters<typeof queued>[2],
): WaitingMail & ReturnType<typeof queued> {
  const id = newId('mail', now);
  return { id, userId, ...queued(id, now, sender) };
}

/** The part that writes a mail down as due. */
export function mailWrite(type: 'Mail' | 'RequestMail' | 'GrantEndMail' | 'OfferMail', mail: WaitingMail): Write {
  return { type: 'put', key: keys.mail(mail.id), item: { type, ...mail }, when: [{ absent: 'pk' }] };
}

/**
 * The work about a mail that is due: it is sent, or forgotten where it is needed no more or has been tried for long enough.
 *
 * @param compose writes the mail, once it is claimed; false or undefined: it is needed no more
 */
export function mailWork<T extends WaitingMail>(
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
