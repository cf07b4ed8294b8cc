import { MailError, sendMail } from './ses.ts';

/** The pause between two mails after SES first said that they come too fast, and the longest, in milliseconds. */
const FIRST_GAP = 20;
const LONGEST_GAP = 1000;
/** By how much the pause shrinks with each mail that is taken. */
const EASE = 0.95;

/**
 * Sends mails as fast as SES takes them: without pauses until SES says that they come too fast, then with pauses that
 * grow as long as it does, and shrink while it doesn't. A mail that came too fast is sent again in its turn.
 *
 * @param isOver whether there is no time left for another try
 */
export function paced(isOver: () => boolean): typeof sendMail {
  let gap = 0;
  let next = 0;
  let slowedAt = -Infinity;
  return async (...mail) => {
    for (;;) {
      const now = performance.now();
      const turn = Math.max(next, now);
      next = turn + gap;
      if (turn > now) await new Promise((resolve) => setTimeout(resolve, turn - now));
      try {
        const sent = await sendMail(...mail);
        gap = gap < 1 ? 0 : gap * EASE;
        return sent;
      } catch (error) {
        if (!isTooFast(error) || isOver()) throw error;
        // Those that were on their way together slow it down once.
        if (performance.now() - slowedAt > gap) {
          slowedAt = performance.now();
          gap = Math.min(LONGEST_GAP, Math.max(FIRST_GAP, gap * 2));
        }
        next = Math.max(next, performance.now() + gap);
      }
    }
  };
}

/** Whether SES refused a mail for its rate of a second; that of a day is another matter, which no waiting helps. */
function isTooFast(error: unknown): boolean {
  return (
    error instanceof MailError && /^(Throttling|TooManyRequests)/.test(error.code) && !/quota/i.test(error.message)
  );
}
