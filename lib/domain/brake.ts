import { type Counters, dayOf, type Limits, type MailsOfDay } from './limits.ts';

/** Mails of a day that came back: hard bounces and complaints, by the day on which the mail was sent. */
export interface Returned {
  readonly bounced: number;
  readonly complained: number;
}

/** What the brake decides on: the mails of an organization and of the deployment. */
export interface Sending {
  readonly counters: readonly Counters[];
  readonly ofAll: MailsOfDay;
  readonly returnedOfAll: Returned;
}

/**
 * Fewer than these say nothing. The deployment needs more of them, so that one organization with bad addresses is paused
 * before it pauses the others.
 */
const LEAST_OF_ORGANIZATION: Returned = { bounced: 10, complained: 3 };
const LEAST_OF_ALL: Returned = { bounced: 50, complained: 10 };

/**
 * Tells whether the mails of an organization's invitations are paused for the rest of the UTC day: too many of the
 * organization's or of the deployment's mails of the day came back. SES counts the same, and pauses the whole account.
 */
export function isPaused({ counters, ofAll, returnedOfAll }: Sending, limits: Limits, now: Date): boolean {
  const day = dayOf(now);
  const sum = (rows: readonly Counters[], field: 'mails' | 'bounced' | 'complained') =>
    rows.reduce((total, row) => total + row[field], 0);
  const returned = counters.filter(({ returnedDay }) => returnedDay === day);
  const ofOrganization = { bounced: sum(returned, 'bounced'), complained: sum(returned, 'complained') };
  const sent = sum(
    counters.filter((row) => row.day === day),
    'mails',
  );
  const sentByAll = [...ofAll.values()].reduce((total, mails) => total + mails, 0);
  return (
    isTooMuch(ofOrganization, sent, LEAST_OF_ORGANIZATION, limits) ||
    isTooMuch(returnedOfAll, sentByAll, LEAST_OF_ALL, limits)
  );
}

function isTooMuch({ bounced, complained }: Returned, sent: number, least: Returned, limits: Limits): boolean {
  return (
    (bounced >= least.bounced && 1000 * bounced >= limits.bouncesPerThousand * sent) ||
    (complained >= least.complained && 1000 * complained >= limits.complaintsPerThousand * sent)
  );
}
