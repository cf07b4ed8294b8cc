import { parseMailEvent } from '../../lib/domain/mail-event.ts';
import { onMailEvents, PUT_ASIDE } from '../../lib/http/mail-events.ts';

/**
 * Records what became of a mail, as SES tells it.
 */
export const mailEvents = onMailEvents({
  table: {},
  timeout: 30,
  async handle({ id, text, publishedAt }) {
    const event = parseMailEvent(text, publishedAt);
    if (typeof event === 'string') console.warn({ message: PUT_ASIDE, notification: id, why: event });
  },
});
export const { handler } = mailEvents;
