import { CHECKING, checkPage, MENDING } from '../../lib/consistency/check.ts';
import { forOperator } from '../../lib/http/operator.ts';
import { union } from '../../lib/table/access.ts';
import type { Key } from '../../lib/table/keys.ts';

/** How long one invocation walks, in seconds, if the event doesn't say: the AWS CLI waits a minute for an answer. */
const SECONDS = 45;

/** The time for a page and the answer, in milliseconds. */
const RESERVE = 60_000;

/** Lambda answers with 6 MB at most. */
const LINES = 5000;

/**
 * Checks the table as `npm run check-table` does, from `after` on, as far as the time goes. The event is
 * `{"after": {"pk": "...", "sk": "..."}, "repair": true, "remove": true, "seconds": 45}`; all of it may be left out.
 * `remove` is for walks after those that only wrote lost rows again.
 *
 * Invoke it again with its `next` as `after` until there is none.
 */
export const operator = forOperator({
  table: union(CHECKING, MENDING),
  scans: true,
  timeout: 900,
  async handle({ after, repair = false, remove = false, seconds = SECONDS }, { requestId, remaining }) {
    const end = Math.max(RESERVE, remaining() - Number(seconds) * 1000);
    const answer = { checked: 0, errors: [] as string[], mended: [] as string[], next: after as Key | undefined };
    do {
      const context = {
        now: new Date(),
        by: { type: 'operator', id: 'check-table' },
        origin: { requestId, sourceAddress: null },
      } as const;
      const page = await checkPage(answer.next, repair === true ? { context, removes: remove === true } : undefined);
      answer.checked += page.checked;
      answer.errors.push(...page.errors);
      answer.mended.push(...page.mended);
      answer.next = page.next;
    } while (answer.next && remaining() > end && answer.errors.length + answer.mended.length < LINES);
    return answer;
  },
});
export const { handler } = operator;
