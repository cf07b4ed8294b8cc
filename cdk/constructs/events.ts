import { Duration } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

interface EventsProps {
  /** The name of the bus that is created. */
  readonly name: string;
  /** The name of an existing bus; true: one is created. */
  readonly events: string | true;
  /** The ARN of the table's stream. */
  readonly streamArn: string;
}

/** The bus that events are published on, and what they come from. */
export class Events extends Construct {
  readonly bus: IEventBus;
  /** The stream of the table: new images. */
  readonly streamArn: string;
  /** The queue of notices about events that couldn't be published for 23 hours. It keeps them for 14 days. */
  readonly missed: IQueue;

  constructor(scope: Construct, id: string, { name, events, streamArn }: EventsProps) {
    super(scope, id);
    this.bus =
      events === true
        ? // EventBus declares optional properties differently from its interface.
          (new EventBus(this, 'Bus', { eventBusName: name }) as IEventBus)
        : EventBus.fromEventBusName(this, 'Bus', events);
    this.streamArn = streamArn;
    this.missed = new Queue(this, 'MissedEvents', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }
}
