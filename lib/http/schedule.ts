import type { Context } from 'aws-lambda';
import type { TableAccess } from '../table/access.ts';
import type { ScheduleDeclaration } from './declaration.ts';

interface Spec {
  readonly schedule: string;
  readonly table: TableAccess;
  readonly due?: boolean;
  readonly email?: boolean;
  readonly timeout: number;
  /** @returns what it did, for the log and for whoever asked for it */
  handle(tick: Tick): Promise<unknown>;
}

/** One start of a scheduled function. */
export interface Tick {
  readonly requestId: string;
  /** Milliseconds until AWS ends it. */
  remaining(): number;
}

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
    handler: (_event, context) =>
      handle({ requestId: context.awsRequestId, remaining: () => context.getRemainingTimeInMillis() }),
  };
}
