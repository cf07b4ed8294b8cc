import { configuration } from '../configuration.ts';
import { isPaused, type Sending } from '../domain/brake.ts';
import { dayOf } from '../domain/limits.ts';
import { loggable } from '../domain/log.ts';
import { MailError, sendMail } from '../email/ses.ts';
import { countLate, readSending } from '../table/returned.ts';

// The brake: SES pauses an account whose mails bounce or are complained about. Before that, the mails of invitations
// wait in the outbox, as if SES had refused them.

/** The code of the error, and so the reason in the delivery. An alarm counts it. */
export const PAUSED = 'sending_paused';

/** Returns `sendMail` for the invitation of a request, on the counts that the request has read. */
export function unlessPaused(sending: Sending, now: Date): typeof sendMail {
  return isPaused(sending, configuration().limits, now) ? refuse : sendMail;
}

/**
 * Returns a `sendMail` for a run of the sweep. It reads the counts once for each organization, when it first mails. It
 * refuses only mails with the tag of an organization: those of invitations. It counts those that the day's limits don't.
 */
export function braked(send: typeof sendMail): typeof sendMail {
  const decisions = new Map<string, Promise<boolean>>();
  const decide = async (organizationId: string) => {
    const now = new Date();
    return isPaused(await readSending(organizationId, now), configuration().limits, now);
  };
  return async (mail, tags) => {
    const { organization, day } = tags;
    if (organization === undefined) return send(mail, tags);
    const decision = decisions.get(organization) ?? decide(organization);
    decisions.set(organization, decision);
    if (await decision) return refuse();
    const sent = await send(mail, tags);
    const now = new Date();
    try {
      if (day !== dayOf(now)) await countLate(organization, now);
    } catch (error) {
      // The mail is sent, and mustn't be sent again for this. Without the count, the brake holds earlier.
      console.error({ message: 'Mail not counted', organization, ...loggable(error) });
    }
    return sent;
  };
}

async function refuse(): Promise<never> {
  throw new MailError(PAUSED, 'Too many mails came back.');
}
