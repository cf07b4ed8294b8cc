import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AwsRequest, ErrorFormat } from './aws-service.ts';

/** The calls that write one item; those that meet a transaction in flight are refused without a list of reasons. */
export const singleWrites: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

/** As long as AWS knows a transaction's client request token after its end. */
const tokenLifeMs = 10 * 60_000;

/** TransactionCanceledException: the reason on the parts that are hit, None on the others. */
export function canceled(fail: ErrorFormat, hit: readonly boolean[], code: string, message: string): Answer {
  const reasons = hit.map((isHit) => (isHit ? { Code: code, Message: message } : { Code: 'None' }));
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const text = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return fail(400, 'TransactionCanceledException', text, { CancellationReasons: reasons });
}

/** What AWS answers to a call of which the parts that are hit meet a transaction in flight. */
export function conflict(fail: ErrorFormat, operation: string, hit: readonly boolean[]): Answer {
  const message = 'Transaction is ongoing for the item';
  return singleWrites.includes(operation)
    ? fail(400, 'TransactionConflictException', message)
    : canceled(fail, hit, 'TransactionConflict', message);
}

/**
 * Knows which items are being written, and refuses as AWS does: a transaction that meets another one on an item, a
 * single write that meets a transaction, a transactional read that meets any write.
 *
 * @param latencyMs how long a transaction stays in flight before it is done
 */
export function createTransactions(fail: ErrorFormat, latencyMs: number) {
  const inTransactions = new Set<string>();
  const inSingleWrites = new Map<string, number>();
  const tokensInFlight = new Set<string>();
  /** Token to the time of its transaction's success, oldest first. */
  const tokensDone = new Map<string, number>();

  /** Whether a transaction with this token was done already: then the engine only tells again what came of it. */
  function isReplay(token: string): boolean {
    for (const [old, doneAt] of tokensDone) {
      if (performance.now() - doneAt < tokenLifeMs) break;
      tokensDone.delete(old);
    }
    return tokensDone.has(token);
  }

  function conflicts(operation: string, items: readonly string[]): Answer | undefined {
    const reads = operation === 'TransactGetItems';
    const hit = items.map((item) => inTransactions.has(item) || (reads && inSingleWrites.has(item)));
    return hit.includes(true) ? conflict(fail, operation, hit) : undefined;
  }

  return {
    /** Runs a call that could conflict, or answers that it does. */
    async run(
      { operation, parts }: Pick<AwsRequest, 'operation' | 'parts'>,
      token: string | undefined,
      delayMs: number,
      act: () => Promise<Answer>,
    ): Promise<Answer> {
      const items = parts.map(({ resource, keys }) => `${resource} ${keys[0] ?? ''}`);
      if (singleWrites.includes(operation)) {
        const [item = ''] = items;
        const refused = conflicts(operation, items);
        if (refused) return refused;
        inSingleWrites.set(item, (inSingleWrites.get(item) ?? 0) + 1);
        try {
          if (delayMs > 0) await sleep(delayMs);
          return await act();
        } finally {
          const others = (inSingleWrites.get(item) ?? 1) - 1;
          if (others > 0) inSingleWrites.set(item, others);
          else inSingleWrites.delete(item);
        }
      }
      if (token !== undefined && tokensInFlight.has(token)) {
        const message = 'The transaction with the given request token is already in progress.';
        return fail(400, 'TransactionInProgressException', message);
      }
      const refused = token !== undefined && isReplay(token) ? undefined : conflicts(operation, items);
      if (refused) return refused;
      if (operation === 'TransactGetItems') {
        if (delayMs > 0) await sleep(delayMs);
        return act();
      }
      // Only what it added itself: a replay may meet a transaction that still holds its items.
      const held = items.filter((item) => !inTransactions.has(item));
      for (const item of held) inTransactions.add(item);
      if (token !== undefined) tokensInFlight.add(token);
      try {
        if (delayMs + latencyMs > 0) await sleep(delayMs + latencyMs);
        const answered = await act();
        if (token !== undefined && answered.status === 200) tokensDone.set(token, performance.now());
        return answered;
      } finally {
        if (token !== undefined) tokensInFlight.delete(token);
        for (const item of held) inTransactions.delete(item);
      }
    },
  };
}
