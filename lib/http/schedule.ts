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
  /** @returns what it did, for the log and for whoever asked for it, and the error with which a part of it ended */
  handle(tick: Tick): Promise<{ readonly did: RunReport; readonly error?: unknown }>;
}

/** One start of a scheduled function. */
export interface Tick {
  readonly requestId: string;
  /** Milliseconds until AWS ends it. */
  remaining(): number;
}

/** The line that each run leaves in the log; the metrics of the alarms are made from it. */
export const RUN = 'Scheduled run';

/** What a run did: how often, by kind. */
export type RunReport = Readonly<Record<string, number>> & {
  /** For how long that has waited which was due longest, in seconds. */
  readonly lagSeconds: number;
  /** How often something was put off that failed. */
  readonly failed: number;
};

export type Scheduled = ScheduleDeclaration & {
  readonly handler: (event: unknown, context: Context) => Promise<unknown>;
};

/** Declares a function that a schedule starts. */
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
      // Lambda prints whatever hangs on an error.
      if (error) throw new Error(loggable(error).error);
      return did;
    },
  };
}
