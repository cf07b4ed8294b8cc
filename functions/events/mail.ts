import { parseMailEvent } from '../../lib/domain/mail-event.ts';
import { onMailEvents, PUT_ASIDE } from '../../lib/http/mail-events.ts';
import { RECORD_MAIL_EVENTS, recordMailEvent, storeUnreadEvent } from '../../lib/invitations/mail-events.ts';

/**
 * Records the delivery events of mails that SES publishes: sent, delivered, bounced, complained about, refused.
 *
 * Each event is recorded once, and events may arrive in any order. A hard bounce or a complaint stops all further mail
 * of the invitation. An unreadable event is stored for an operator, and doesn't block others.
 */
export const mailEvents = onMailEvents({
  table: RECORD_MAIL_EVENTS,
  timeout: 30,
  async handle({ id, text, publishedAt, requestId }) {
    const now = new Date();
    const event = parseMailEvent(text, publishedAt);
    if (typeof event === 'string') {
      await storeUnreadEvent(id, text, now);
      console.warn({ message: PUT_ASIDE, notification: id, why: event });
    } else if (event) {
      const isRecorded = await recordMailEvent(event, { now, requestId });
      if (!isRecorded) console.log({ message: 'Mail event without effect', notification: id, kind: event.kind });
    }
  },
});
export const { handler } = mailEvents;
