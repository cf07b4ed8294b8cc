import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Events } from './events.ts';

interface StreamProps {
  readonly events: Events;
  readonly target: IFunction;
  /** The types of the items that the function gets when they are written for the first time. */
  readonly items: readonly string[];
}

/** The most records of an invocation. */
const BATCH = 100;

/**
 * How long a record is retried, in seconds. The stream forgets it after 24 hours, without a notice: so it is given up
 * an hour before, with one.
 */
const MAXIMUM_AGE = 23 * 60 * 60;

/**
 * Hands new items from the stream of the table to a function.
 *
 * A partition's items come in their order. What the function doesn't take is delivered again, and holds back what came
 * later in its part of the stream.
 */
export class Stream extends Construct {
  constructor(scope: Construct, id: string, { events, target, items }: StreamProps) {
    super(scope, id);
    const pattern = { eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: items } } } };
    // EventSourceMapping would add grants to the role, beside those of the declaration.
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: target.functionArn,
      eventSourceArn: events.streamArn,
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] },
      batchSize: BATCH,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: MAXIMUM_AGE,
      destinationConfig: { onFailure: { destination: events.missed.queueArn } },
    });
  }
}
