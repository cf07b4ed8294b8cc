import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * Subscribes a function to SES's events.
 *
 * Lambda tries an event three times, or for six hours if it can't start the function. After that the event is lost and
 * an alarm fires. There is no dead-letter queue: after a missed bounce, SES suppresses the address, and the next mail
 * to it bounces again.
 */
export class MailEvents extends Construct {
  constructor(scope: Construct, id: string, { topic, target }: { topic: ITopic; target: IFunction }) {
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
    });
  }
}
