import { z } from 'zod';

const kinds = [
  'throttle',
  'conflict',
  'refuse',
  'pause',
  'error',
  'delay',
  'hang',
  'drop-answer',
  'partial',
  'kill-worker-before',
  'kill-worker-after',
  'kill-process-before',
  'kill-process-after',
] as const;

/**
 * A fault between a function and AWS that is injected into matching calls.
 *
 * A call matches if it meets all given criteria:
 * - `function`: the calling function (`invitations/create`; `test` for the administrator's key)
 * - `action`: the call (`dynamodb:TransactWriteItems`, `ses:SendRawEmail`), or a part of it (`dynamodb:PutItem`)
 * - `key`: text in a touched key (`pk|sk`; for a mail, a recipient's address; for an event, its type and ids)
 * - `skip`: the number of matching calls that succeed first (default 0)
 * - `times`: the number of calls that then fail (default 1; -1: all, until the faults are replaced)
 *
 * The effect is the `fault`:
 * - `throttle`: AWS's throttling error. In a transaction it is the reason of the matching parts.
 * - `conflict`: TransactionConflict on the matching parts. Doesn't match mails and reads that never conflict.
 * - `refuse`: AccessDeniedException; for a mail MessageRejected.
 * - `pause`: for a mail, SES's answer while it has paused the account. For other calls as `refuse`.
 * - `error`: status 500.
 * - `delay`: the call takes `ms` longer. The keys of a transaction are in flight during that time.
 * - `hang`: the call isn't executed and never answered.
 * - `partial`: the call succeeds, but not for the matching entries. Matches `events:PutEvents` only.
 * - `drop-answer`: the call is executed, but the connection breaks before the answer.
 * - `kill-worker-before`, `kill-worker-after`: the function's worker dies before or after the call.
 * - `kill-process-before`, `kill-process-after`: the whole local stack dies as by `kill -9`, before or after the call.
 *
 * If several faults match a call, the first one that isn't skipped applies.
 */
const Fault = z
  .strictObject({
    function: z.string().min(1).optional(),
    action: z
      .string()
      .regex(/^(dynamodb|ses|events):\w+$/, 'must be like dynamodb:PutItem, ses:SendRawEmail or events:PutEvents')
      .optional(),
    key: z.string().min(1).optional(),
    times: z.union([z.literal(-1), z.int().min(1)], 'must be 1 or more, or -1 for all').default(1),
    skip: z.int().min(0).default(0),
    fault: z.enum(kinds),
    ms: z.int().min(0).optional(),
  })
  .refine(({ fault, ms }) => (fault === 'delay') === (ms !== undefined), 'delay, and nothing else, needs ms');

export type Fault = z.input<typeof Fault>;
export type ActiveFault = z.output<typeof Fault>;

/** The properties of a call that faults match. */
export interface FaultyCall {
  readonly function: string;
  readonly action: string;
  readonly parts: readonly { readonly action: string; readonly keys: readonly string[] }[];
  /** Whether AWS could answer TransactionConflict. */
  readonly conflicts: boolean;
}

/**
 * Validates faults.
 *
 * @throws Error that lists the invalid faults
 */
export function parseFaults(faults: unknown): ActiveFault[] {
  const parsed = z.array(Fault).safeParse(faults);
  if (parsed.success) return parsed.data;
  throw new Error(
    `Faults are an array like [{"action":"dynamodb:PutItem","fault":"throttle"}]; ` +
      `the kinds are ${kinds.join(', ')}.\n${z.prettifyError(parsed.error)}`,
  );
}

/** Returns the fault for a call and which parts it hits. Decrements its counters, and removes it when it is used up. */
export function takeFault(faults: ActiveFault[], call: FaultyCall): { fault: ActiveFault; hit: boolean[] } | undefined {
  for (const fault of faults) {
    if (fault.function !== undefined && fault.function !== call.function) continue;
    if (fault.fault === 'conflict' && !call.conflicts) continue;
    if (fault.fault === 'partial' && call.action !== 'events:PutEvents') continue;
    const hit = call.parts.map(
      ({ action, keys }) =>
        (fault.action === undefined || fault.action === call.action || fault.action === action) &&
        (fault.key === undefined || keys.some((key) => key.includes(fault.key as string))),
    );
    if (!hit.includes(true)) continue;
    if (fault.skip > 0) {
      fault.skip -= 1;
      continue;
    }
    if (fault.times > 0) fault.times -= 1;
    if (fault.times === 0) faults.splice(faults.indexOf(fault), 1);
    return { fault, hit };
  }
  return undefined;
}
