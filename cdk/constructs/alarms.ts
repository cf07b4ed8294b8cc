import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { PUT_ASIDE } from '../../lib/http/mail-events.ts';
import { RUN } from '../../lib/http/schedule.ts';

interface AlarmsProps {
  readonly apiId: string;
  /** The functions that schedules start, by name. */
  readonly scheduled: ReadonlyMap<string, LambdaFunction>;
  /** The functions that get what SES tells of the mails, by name. */
  readonly mailEvents: ReadonlyMap<string, LambdaFunction>;
  /** Who gets them; undefined: they are only to be seen in CloudWatch. */
  readonly email: string | undefined;
}

/** What somebody should look at. Each alarm names the article of docs/operations.md that says what to do. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { apiId, scheduled, mailEvents, email }: AlarmsProps) {
    super(scope, id);
    let action: IAlarmAction | undefined;
    if (email) {
      const topic = new Topic(this, 'Topic', { displayName: Stack.of(this).stackName });
      topic.addSubscription(new EmailSubscription(email));
      action = new SnsAction(topic);
    }
    const alarm = (name: string, article: string, metric: Metric, fires: Firing) => {
      const made = new Alarm(this, name, {
        alarmDescription: `${article}. What to do: docs/operations.md, "${article}".`,
        metric,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        ...fires,
      });
      if (action) made.addAlarmAction(action);
    };

    alarm('ApiErrors', 'The API answers 5xx', sum('AWS/ApiGateway', '5xx', { ApiId: apiId }), { threshold: 5 });
    // Without dimensions: the limit on concurrent executions is the account's.
    alarm('Throttles', 'Functions are throttled', sum('AWS/Lambda', 'Throttles'), { threshold: 10 });
    /** A number of what a function logs, as a metric of its own for each stage. */
    const logged = (name: string, logGroup: ILogGroup, message: string, value?: string) =>
      new MetricFilter(this, name, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.message.message', '=', message),
        metricNamespace: Stack.of(this).stackName,
        metricName: name,
        ...(value && { metricValue: `$.message.${value}` }),
      });
    for (const [name, { functionName: FunctionName, logGroup }] of scheduled) {
      const id = name.replaceAll('/', '-');
      const lag = logged(`${id}-Lag`, logGroup, RUN, 'lagSeconds');
      alarm(`${id}-Late`, 'Due work is late', lag.metric({ ...FIVE_MINUTES, statistic: Stats.MAXIMUM }), {
        threshold: 300,
        evaluationPeriods: 2,
      });
      const failed = logged(`${id}-Failed`, logGroup, RUN, 'failed');
      alarm(`${id}-PutOff`, 'Due work is put off', failed.metric(FIVE_MINUTES), { threshold: 1 });
      alarm(`${id}-Errors`, 'The scheduled function fails', sum('AWS/Lambda', 'Errors', { FunctionName }), {
        threshold: 3,
      });
      alarm(`${id}-Stopped`, "The scheduled function doesn't run", sum('AWS/Lambda', 'Invocations', { FunctionName }), {
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
    for (const [name, { functionName: FunctionName, logGroup }] of mailEvents) {
      const id = name.replaceAll('/', '-');
      // As often as Lambda tries one event.
      alarm(`${id}-Errors`, "Mail events aren't recorded", sum('AWS/Lambda', 'Errors', { FunctionName }), {
        threshold: 3,
      });
      const putAside = logged(`${id}-PutAside`, logGroup, PUT_ASIDE);
      alarm(`${id}-Unread`, 'Mail events are put aside', putAside.metric(FIVE_MINUTES), { threshold: 1 });
    }
  }
}

type Firing = {
  threshold: number;
  evaluationPeriods?: number;
  comparisonOperator?: ComparisonOperator;
  treatMissingData?: TreatMissingData;
};

const FIVE_MINUTES = { statistic: Stats.SUM, period: Duration.minutes(5) };

function sum(namespace: string, metricName: string, dimensionsMap: Record<string, string> = {}): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, ...FIVE_MINUTES });
}
