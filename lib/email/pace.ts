import { MailError, sendMail } from './ses.ts';

/** The gap between two mails after SES first throttles, and the longest gap, in milliseconds. */
const FIRST_GAP = 20;
const LONGEST_GAP = 1000;
/** The factor of the gap after each accepted mail. */
const DECAY = 0.95;

/**
 * Returns a `sendMail` that adapts to SES's send rate: it sends without gaps until SES throttles. Then the gap grows
 * with each throttled mail, and shrinks with each accepted one. Throttled mails are retried.
 *
 * @param isOver returns whether no time is left for a retry
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
        gap = gap < 1 ? 0 : gap * DECAY;
        return sent;
      } catch (error) {
        if (!isThrottled(error) || isOver()) throw error;
        // Mails that were in flight together increase the gap only once.
        if (performance.now() - slowedAt > gap) {
          slowedAt = performance.now();
          gap = Math.min(LONGEST_GAP, Math.max(FIRST_GAP, gap * 2));
        }
        next = Math.max(next, performance.now() + gap);
      }
    }
  };
}

/** Whether SES throttled a mail by its rate per second. The daily quota is excluded: waiting doesn't help. */
function isThrottled(error: unknown): boolean {
  return (
    error instanceof MailError && /^(Throttling|TooManyRequests)/.test(error.code) && !/quota/i.test(error.message)
  );
}
