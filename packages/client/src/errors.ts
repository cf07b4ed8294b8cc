import type { ApiErrorCode } from './generated/types.ts';

/**
 * Why a call failed: a code of the API, or
 *
 * - `network_error`: no answer arrived; the request may have taken effect
 * - `timed_out`: no answer arrived in time; the request may have taken effect
 * - `unexpected_answer`: something other than the API answered, such as a proxy
 */
export type ErrorCode = ApiErrorCode | 'network_error' | 'timed_out' | 'unexpected_answer';

/** The answer that an error is about. */
interface Answer {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly details?: MusterError['details'];
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A call that failed. */
export class MusterError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MusterError';
  /** Why: a stable code. The message may be reworded. */
  readonly code: Code;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** The id of the request in the API's logs, if the answer has one. */
  readonly requestId: string | undefined;
  /** The mistakes of a request that is refused with `validation_failed`: path of the field -> sentences. */
  readonly details: Readonly<Record<string, readonly string[]>> | undefined;
  /** The number of seconds after which the call may be repeated, if the answer says it. */
  readonly retryAfter: number | undefined;

  constructor(code: Code, message: string, { status, requestId, details, retryAfter, cause }: Answer) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/**
 * Tells whether a call failed, with one of the codes if any are given. It also recognizes errors of another copy of this
 * package, which `instanceof` doesn't.
 *
 * ```ts
 * if (isMusterError(error, 'already_member', 'already_invited')) return 'This person is in already.';
 * ```
 */
export function isMusterError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is MusterError<Code> {
  return (
    error instanceof Error &&
    error.name === 'MusterError' &&
    (codes.length === 0 || codes.includes((error as MusterError<Code>).code))
  );
}
