import { randomUUID } from 'node:crypto';

/**
 * Returns the event that SES's mailbox simulator makes of a mail, without the data of the mail; undefined for every other
 * address, and for those of the simulator whose mail just arrives.
 *
 * Source: Amazon SES developer guide, "Using the mailbox simulator". A label (`bounce+1@...`) makes no difference.
 */
export function simulatedEvent(to: readonly string[], at: Date): Readonly<Record<string, unknown>> | undefined {
  const emailAddress = to.find((address) => address.endsWith('@simulator.amazonses.com'));
  const told = { feedbackId: randomUUID(), timestamp: at.toISOString() };
  const bounce = (bounceSubType: string, status: string) => ({
    eventType: 'Bounce',
    bounce: {
      ...{ bounceType: 'Permanent', bounceSubType, ...told },
      bouncedRecipients: [{ emailAddress, action: 'failed', status }],
    },
  });
  switch (emailAddress?.split(/[+@]/)[0]) {
    case 'bounce':
      return bounce('General', '5.1.1');
    case 'suppressionlist':
      return bounce('Suppressed', '5.1.1');
    case 'complaint':
      return {
        eventType: 'Complaint',
        complaint: { complainedRecipients: [{ emailAddress }], complaintFeedbackType: 'abuse', ...told },
      };
    default:
      return undefined;
  }
}
