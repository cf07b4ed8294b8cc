import type { Context } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import type { ScheduleDeclaration } from './declaration.ts';

interface Spec {
  readonly schedule: string;
  readonly table: TableAccess;
  readonly due?: boolean;
  readonly email?: boolean;
  readonly timeout: number;
  /** @returns the report, for the log and the caller, and the error of a part that failed */
  handle(invocation: Invocation): Promise<{ readonly did: RunReport; readonly error?: unknown }>;
}

/** One invocation of a scheduled function. */
export interface Invocation {
  readonly requestId: string;
  /** Returns the milliseconds until the time-out. */
  remaining(): number;
}

/** The log message of each run. The alarms' metrics are made from it. */
export const RUN = 'Scheduled run';

/** The report of a run: counts by kind. */
export type RunReport = Readonly<Record<string, number>> & {
  /** How long the longest-due item was due, in seconds. */
  readonly lagSeconds: number;
  /** How many items failed. */
  readonly failed: number;
};

export type Scheduled = ScheduleDeclaration & {
  readonly handler: (event: unknown, context: Context) => Promise<unknown>;
};

/** Declares a scheduled function. */
export function onSchedule({ handle, due = false, email = false, ...declared }: Spec): Scheduled {
  return {
    kind: 'schedule',
    ...declared,
    due,
    email,
    handler: async (_event, context) => {
      const remaining = () => context.getRemainingTimeInMillis();
      const { did, error } = await handle({ requestId: context.awsRequestId, remaining });
      console.log({ message: RUN, ...did });
      // A new error: Lambda logs all fields of a thrown error.
      if (error) throw new Error(loggable(error).error);
      return did;
    },
  };
}
