import { z } from 'zod';

const kinds = [
  'throttle',
  'conflict',
  'refuse',
  'error',
  'delay',
  'hang',
  'drop-answer',
  'kill-worker-before',
  'kill-worker-after',
  'kill-process-before',
  'kill-process-after',
] as const;

/**
 * Something that goes wrong between a function and AWS, once or more often, for the calls that it is about.
 *
 * Which calls: all that match everything given.
 * - `function`: the function that calls (`invitations/create`; `test` for whoever uses the administrator's key)
 * - `action`: the call (`dynamodb:TransactWriteItems`, `ses:SendRawEmail`), or a part of it (`dynamodb:PutItem`)
 * - `key`: text that a touched key contains (`pk|sk`; of a mail, a recipient's address)
 * - `skip`: so many matching calls pass first (default 0)
 * - `times`: so many fail then (default 1; -1: all, until the faults are set anew)
 *
 * What happens, as `fault`:
 * - `throttle`: AWS's throttling error. In a transaction it is the reason of the parts that match.
 * - `conflict`: TransactionConflict on the parts that match. Passes over reads that never conflict, and mails.
 * - `refuse`: AccessDeniedException; for a mail MessageRejected.
 * - `error`: status 500.
 * - `delay`: the call takes `ms` longer; the keys of a transaction count as in flight meanwhile.
 * - `hang`: no answer ever, and nothing is done.
 * - `drop-answer`: it is done, and the connection breaks instead of an answer.
 * - `kill-worker-before`, `kill-worker-after`: the function's worker dies, before the call or when it has been done.
 * - `kill-process-before`, `kill-process-after`: the whole local stack dies as by `kill -9`, likewise.
 *
 * Of several faults that match a call, the first that isn't skipped happens.
 */
const Fault = z
  .strictObject({
    function: z.string().min(1).optional(),
    action: z
      .string()
      .regex(/^(dynamodb|ses):\w+$/, 'must be like dynamodb:PutItem or ses:SendRawEmail')
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

/** A call, as far as faults tell calls apart. */
export interface FaultyCall {
  readonly function: string;
  readonly action: string;
  readonly parts: readonly { readonly action: string; readonly keys: readonly string[] }[];
  /** Whether AWS could answer TransactionConflict. */
  readonly conflicts: boolean;
}

/**
 * Checks what somebody sent as faults.
 *
 * @throws Error that says which fault is wrong and how
 */
export function parseFaults(faults: unknown): ActiveFault[] {
  const parsed = z.array(Fault).safeParse(faults);
  if (parsed.success) return parsed.data;
  throw new Error(
    `Faults are an array like [{"action":"dynamodb:PutItem","fault":"throttle"}]; ` +
      `the kinds are ${kinds.join(', ')}.\n${z.prettifyError(parsed.error)}`,
  );
}

/** The fault that befalls a call, and which of its parts. Counts down, and drops a fault that has had its times. */
export function takeFault(faults: ActiveFault[], call: FaultyCall): { fault: ActiveFault; hit: boolean[] } | undefined {
  for (const fault of faults) {
    if (fault.function !== undefined && fault.function !== call.function) continue;
    if (fault.fault === 'conflict' && !call.conflicts) continue;
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
