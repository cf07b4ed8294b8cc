import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AwsRequest, ErrorFormat } from './aws-service.ts';

/** The operations that write one item. Their conflicts have no cancellation reasons. */
export const singleWrites: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

/** How long AWS remembers a client request token after the transaction. */
const tokenLifeMs = 10 * 60_000;

/** Returns a TransactionCanceledException, with the reason on the hit parts and None on the others. */
export function canceled(fail: ErrorFormat, hit: readonly boolean[], code: string, message: string): Answer {
  const reasons = hit.map((isHit) => (isHit ? { Code: code, Message: message } : { Code: 'None' }));
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const text = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return fail(400, 'TransactionCanceledException', text, { CancellationReasons: reasons });
}

/** Returns AWS's answer for a call whose hit parts conflict with a transaction in flight. */
export function conflict(fail: ErrorFormat, operation: string, hit: readonly boolean[]): Answer {
  const message = 'Transaction is ongoing for the item';
  return singleWrites.includes(operation)
    ? fail(400, 'TransactionConflictException', message)
    : canceled(fail, hit, 'TransactionConflict', message);
}

/**
 * Tracks the items that are being written, and refuses conflicts as AWS does: of a transaction with another one, of a
 * single write with a transaction, and of a transactional read with any write.
 *
 * @param latencyMs how long a transaction stays in flight before it is executed
 */
export function createTransactions(fail: ErrorFormat, latencyMs: number) {
  const inTransactions = new Set<string>();
  const inSingleWrites = new Map<string, number>();
  const tokensInFlight = new Set<string>();
  /** The time of success of each token's transaction, oldest first. */
  const tokensDone = new Map<string, number>();

  /** Tells whether a token's transaction has succeeded already: then the engine only repeats its answer. */
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
    /** Executes a call that may conflict, or returns the conflict. */
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
      // Releases only the items that it added: in a replay, another transaction may hold some of them.
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
