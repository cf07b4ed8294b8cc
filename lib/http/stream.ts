import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import { type Attributes, unmarshall } from '../table/attributes.ts';
import type { StreamDeclaration } from './declaration.ts';

interface Spec {
  /** The types of the items that it gets when they are written for the first time. */
  readonly items: readonly string[];
  readonly table?: TableAccess;
  readonly events?: boolean;
  readonly timeout: number;
  /** @returns the new items that have to be delivered again. Those after them are delivered again too */
  handle(written: readonly NewItem[], invocation: StreamInvocation): Promise<readonly NewItem[]>;
}

/** An item that a transaction has written for the first time. */
export interface NewItem {
  /** Its position in the stream. */
  readonly position: string;
  /** When it was written, to the second. */
  readonly at: Date;
  readonly item: Readonly<Record<string, unknown>>;
}

/** An invocation with a part of the stream. */
export interface StreamInvocation {
  readonly requestId: string;
  /** Returns the milliseconds until the time-out. */
  remaining(): number;
}

export type StreamFunction = StreamDeclaration & {
  readonly handler: (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>;
};

/**
 * Declares a function that gets the new items of some types from the table's stream: each at least once, those of one
 * partition in the order of their transactions.
 */
export function onStream({ handle, table = {}, events = false, ...declared }: Spec): StreamFunction {
  return {
    kind: 'stream',
    ...declared,
    table,
    events,
    due: false,
    email: false,
    handler: async ({ Records }, context) => {
      const written = Records.map(({ dynamodb = {} }): NewItem => {
        const { SequenceNumber: position = '', ApproximateCreationDateTime: seconds = 0, NewImage = {} } = dynamodb;
        return { position, at: new Date(seconds * 1000), item: unmarshall(NewImage as Attributes) };
      });
      const remaining = () => context.getRemainingTimeInMillis();
      try {
        const failed = await handle(written, { requestId: context.awsRequestId, remaining });
        return { batchItemFailures: failed.map(({ position }) => ({ itemIdentifier: position })) };
      } catch (error) {
        // A new error: Lambda logs all fields of a thrown error. The whole part is delivered again.
        throw new Error(loggable(error).error);
      }
    },
  };
}
