import { configuration } from '../configuration.ts';
import { isPaused, type Sending } from '../domain/brake.ts';
import { MailError, sendMail } from '../email/ses.ts';
import { readSending } from '../table/rates.ts';

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
 * refuses only mails with the tag of an organization: those of invitations.
 */
export function braked(send: typeof sendMail): typeof sendMail {
  const decisions = new Map<string, Promise<boolean>>();
  const decide = async (organizationId: string) => {
    const now = new Date();
    return isPaused(await readSending(organizationId, now), configuration().limits, now);
  };
  return async (mail, tags) => {
    const { organization } = tags;
    if (organization !== undefined) {
      const decision = decisions.get(organization) ?? decide(organization);
      decisions.set(organization, decision);
      if (await decision) return refuse();
    }
    return send(mail, tags);
  };
}

async function refuse(): Promise<never> {
  throw new MailError(PAUSED, 'Too many mails came back.');
}
