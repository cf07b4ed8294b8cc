import { Duration } from 'aws-cdk-lib';
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
  readonly name: string;
  readonly apiId: string;
  /** The scheduled functions, by name. */
  readonly scheduled: ReadonlyMap<string, LambdaFunction>;
  /** The functions that get SES's mail events, by name. */
  readonly mailEvents: ReadonlyMap<string, LambdaFunction>;
  /** The address that gets alarms; undefined: alarms are only visible in CloudWatch. */
  readonly email: string | undefined;
}

/** The alarms. Each names its article in docs/operations.md. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { name, apiId, scheduled, mailEvents, email }: AlarmsProps) {
    super(scope, id);
    let action: IAlarmAction | undefined;
    if (email) {
      const topic = new Topic(this, 'Topic', { displayName: name });
      topic.addSubscription(new EmailSubscription(email));
      action = new SnsAction(topic);
    }
    const alarm = (id: string, article: string, metric: Metric, fires: Firing) => {
      const made = new Alarm(this, id, {
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
    // Without dimensions, since the concurrency limit applies to the whole account.
    alarm('Throttles', 'Functions are throttled', sum('AWS/Lambda', 'Throttles'), { threshold: 10 });
    /** Returns a metric of a function's log lines with a message: of their count, or of a value in them. */
    const logged = (metricName: string, logGroup: ILogGroup, message: string, value?: string) =>
      new MetricFilter(this, metricName, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.message.message', '=', message),
        metricNamespace: name,
        metricName,
        ...(value && { metricValue: `$.message.${value}` }),
      });
    for (const [path, { functionName: FunctionName, logGroup }] of scheduled) {
      const id = path.replaceAll('/', '-');
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
    for (const [path, { functionName: FunctionName, logGroup }] of mailEvents) {
      const id = path.replaceAll('/', '-');
      // Lambda tries an event three times.
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
