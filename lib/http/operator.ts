import type { Context } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import type { OperatorDeclaration } from './declaration.ts';

interface Spec {
  readonly table: TableAccess;
  /** Whether it reads the whole table. */
  readonly scans?: boolean;
  /** The time-out in seconds. */
  readonly timeout: number;
  /** @returns the answer, as JSON */
  handle(event: Readonly<Record<string, unknown>>, invocation: OperatorInvocation): Promise<object>;
}

/** An invocation by hand. */
export interface OperatorInvocation {
  readonly requestId: string;
  /** Returns the milliseconds until the time-out. */
  remaining(): number;
}

export type OperatorFunction = OperatorDeclaration & {
  readonly handler: (event: unknown, context: Context) => Promise<object>;
};

/** Declares a function that only an operator invokes. */
export function forOperator({ handle, scans = false, ...declared }: Spec): OperatorFunction {
  return {
    kind: 'operator',
    ...declared,
    scans,
    due: false,
    email: false,
    handler: async (event, context) => {
      const remaining = () => context.getRemainingTimeInMillis();
      try {
        return await handle({ ...(event as object) }, { requestId: context.awsRequestId, remaining });
      } catch (error) {
        // A new error: Lambda logs all fields of a thrown error.
        throw new Error(loggable(error).error);
      }
    },
  };
}
