import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * Hands the events of SES to a function.
 *
 * Lambda tries an event three times, and for six hours where it can't start the function. What fails for longer is lost
 * but for an alarm: there is no queue for it, since a bounce that was missed comes again with the next mail to an address
 * that SES suppresses by then.
 */
export class MailEvents extends Construct {
  constructor(scope: Construct, id: string, { topic, target }: { topic: ITopic; target: IFunction }) {
    super(scope, id);
    // Not by LambdaSubscription: it makes the function's stack depend on the topic's, which that one is nested in.
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
