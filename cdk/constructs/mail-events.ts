import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

interface MailEventsProps {
  readonly topic: ITopic;
  readonly target: IFunction;
  /** Gets the events that SNS can't hand to Lambda. */
  readonly missed: IQueue;
}

/**
 * Subscribes a function to SES's events.
 *
 * Lambda tries an event three times, or for six hours if it can't start the function. After that the event is in the
 * queue of missed events, and an alarm fires.
 */
export class MailEvents extends Construct {
  constructor(scope: Construct, id: string, { topic, target, missed }: MailEventsProps) {
    super(scope, id);
    // LambdaSubscription would make the nested stack depend on its parent, which contains the topic.
    target.addPermission('MailEvents', {
      principal: new ServicePrincipal('sns.amazonaws.com'),
      sourceArn: topic.topicArn,
    });
    new Subscription(this, 'Subscription', {
      topic,
      protocol: SubscriptionProtocol.LAMBDA,
      endpoint: target.functionArn,
      deadLetterQueue: missed,
    });
  }
}
