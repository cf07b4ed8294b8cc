import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_PUT_ASIDE, EVENTS_LATE } from '../../lib/events/publishing.ts';
import { PUT_ASIDE } from '../../lib/http/mail-events.ts';
import { RUN } from '../../lib/http/schedule.ts';
import { PAUSED } from '../../lib/outbox/brake.ts';
import { NOT_SENT } from '../../lib/outbox/outbox.ts';
import type { Config } from '../config.ts';
import { errorRatio, FIVE_MINUTES, latency, metric, sumOf, tableErrors, tableThrottles } from './metrics.ts';
import { DUE_INDEX, type ServiceTable } from './table.ts';

interface AlarmsProps extends Pick<Config, 'alarms' | 'alarmEmail' | 'alarmTopic' | 'concurrencyQuota'> {
  /** The mails that SES accepts in a day. */
  readonly mailQuota: number;
  readonly name: string;
  readonly apiId: string;
  readonly table: ServiceTable;
  /** The topic of SES's mail events. */
  readonly mailTopic: ITopic;
  /** The queue of notices about events that were given up; undefined: none are published. */
  readonly missedEvents: IQueue | undefined;
  /** The scheduled functions, by name. */
  readonly scheduled: ReadonlyMap<string, LambdaFunction>;
  /** The functions that get SES's mail events, by name. */
  readonly mailEvents: ReadonlyMap<string, LambdaFunction>;
  /** The functions that get items from the stream of the table, by name. */
  readonly streams: ReadonlyMap<string, LambdaFunction>;
}

/** When an alarm fires. Default: once in five minutes; without data it doesn't. */
interface Firing {
  readonly threshold: number;
  readonly evaluationPeriods?: number;
  readonly comparisonOperator?: ComparisonOperator;
  readonly treatMissingData?: TreatMissingData;
  readonly evaluateLowSampleCountPercentile?: 'ignore';
}

/**
 * The alarms, with a notice when they fire and when they recover. Each names its article in docs/alarms.md.
 *
 * The essential ones use the ten metrics of alarms and of logs that an account has for free.
 */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #props: AlarmsProps;
  readonly #actions: readonly IAlarmAction[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.#actions = props.alarms === 'none' ? [] : this.#actionsOf(props);
    if (props.alarms === 'none') return;
    this.#addEssential();
    if (props.alarms === 'all') this.#addOthers();
  }

  #actionsOf({ name, alarmEmail, alarmTopic }: AlarmsProps): IAlarmAction[] {
    const topics: ITopic[] = [];
    if (alarmEmail) {
      const topic = new Topic(this, 'Topic', { displayName: name });
      topic.addSubscription(new EmailSubscription(alarmEmail));
      topics.push(topic);
    }
    if (alarmTopic) topics.push(Topic.fromTopicArn(this, 'OwnTopic', alarmTopic));
    return topics.map((topic) => new SnsAction(topic));
  }

  #alarm(id: string, article: string, metric: IMetric, fires: Firing): void {
    const made = new Alarm(this, id, {
      alarmDescription: `${article}. What to do: docs/alarms.md, "${article}".`,
      metric,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...fires,
    });
    made.addAlarmAction(...this.#actions);
    made.addOkAction(...this.#actions);
    this.all.push(made);
  }

  #addEssential(): void {
    const { apiId, scheduled, mailEvents, streams } = this.#props;
    this.#alarm('ApiErrors', 'The API answers 5xx', errorRatio(apiId), { threshold: 1 });
    // Without dimensions, since the concurrency limit applies to the whole account.
    this.#alarm('Throttles', 'Functions are throttled', metric('AWS/Lambda Throttles'), { threshold: 10 });
    for (const [path, { functionName: FunctionName, logGroup }] of scheduled) {
      const id = path.replaceAll('/', '-');
      const of = (name: string) => metric(`AWS/Lambda ${name}`, { dimensions: { FunctionName } });
      const lag = this.#logged(`${id}-Lag`, logGroup, RUN, 'lagSeconds');
      this.#alarm(`${id}-Late`, 'Due work is late', lag.with({ statistic: Stats.MAXIMUM }), {
        threshold: 300,
        evaluationPeriods: 2,
      });
      const paused = this.#counted(`${id}-Held`, logGroup, PAUSED_MAIL);
      this.#alarm(`${id}-Paused`, 'Mails are paused', paused.with({ period: Duration.hours(1) }), { threshold: 1 });
      const failed = this.#logged(`${id}-Failed`, logGroup, RUN, 'failed');
      this.#alarm(`${id}-PutOff`, 'Due work is put off', failed, { threshold: 1 });
      this.#alarm(`${id}-Errors`, 'The scheduled function fails', of('Errors'), { threshold: 3 });
      this.#alarm(`${id}-Stopped`, "The scheduled function doesn't run", of('Invocations'), {
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
    for (const [path, { functionName: FunctionName, logGroup }] of mailEvents) {
      const id = path.replaceAll('/', '-');
      const errors = metric('AWS/Lambda Errors', { dimensions: { FunctionName } });
      // Lambda tries an event three times.
      this.#alarm(`${id}-Errors`, "Mail events aren't recorded", errors, { threshold: 3 });
      const putAside = this.#logged(`${id}-PutAside`, logGroup, PUT_ASIDE);
      this.#alarm(`${id}-Unread`, 'Events are put aside', putAside, { threshold: 1 });
      // They count in the same metric: an account has ten for free in alarms.
      for (const [name, { logGroup: log }] of streams) {
        this.#counted(`${id}-PutAside`, log, UNPUBLISHED, { id: `${name.replaceAll('/', '-')}-Unpublished` });
      }
    }
  }

  #addOthers(): void {
    const { apiId, table, mailTopic, mailEvents, missedEvents, streams, concurrencyQuota, mailQuota } = this.#props;
    this.#alarm('ApiSlow', 'The API is slow', latency(apiId, 'p99'), {
      threshold: 3000,
      evaluationPeriods: 3,
      // A percentile of a few requests says nothing: a cold start among them would be an alarm.
      evaluateLowSampleCountPercentile: 'ignore',
    });
    this.#alarm('TableThrottles', 'The table is throttled', tableThrottles(table.tableName, DUE_INDEX), {
      threshold: 10,
    });
    this.#alarm('TableErrors', 'The table fails', tableErrors(table.tableName), { threshold: 10 });
    // Of the account, like SES's own decision about it. SES publishes the rates when mails are sent.
    const rate = (kind: string) =>
      metric(`AWS/SES Reputation.${kind}Rate`, { statistic: Stats.MAXIMUM, period: Duration.hours(1) });
    const ofAccount = { treatMissingData: TreatMissingData.IGNORE };
    this.#alarm('Bounces', 'Too many mails bounce', rate('Bounce'), { threshold: BOUNCE_RATE, ...ofAccount });
    this.#alarm('Complaints', 'Too many recipients complain', rate('Complaint'), {
      threshold: COMPLAINT_RATE,
      ...ofAccount,
    });
    const sent = metric('AWS/SES Send', { period: Duration.days(1) });
    this.#alarm('MailQuota', 'The mail quota is nearly used', sent, { threshold: NEARLY * mailQuota });
    const concurrent = metric('AWS/Lambda ClaimedAccountConcurrency', { statistic: Stats.MAXIMUM });
    this.#alarm('Concurrency', 'The concurrency quota is nearly used', concurrent, {
      threshold: NEARLY * concurrencyQuota,
    });
    const lost = [
      metric('AWS/SNS NumberOfNotificationsFailed', { dimensions: { TopicName: mailTopic.topicName } }),
      ...[...mailEvents.values()].map(({ functionName: FunctionName }) =>
        metric('AWS/Lambda AsyncEventsDropped', { dimensions: { FunctionName } }),
      ),
    ];
    this.#alarm('EventsLost', 'Mail events are lost', sumOf('lost', lost), { threshold: 1 });
    for (const [path, { functionName: FunctionName }] of streams) {
      const dimensions = { FunctionName };
      const age = metric('AWS/Lambda IteratorAge', { dimensions, statistic: Stats.MAXIMUM });
      this.#alarm(`${path.replaceAll('/', '-')}-Late`, 'Events are late', age, { threshold: LATE_EVENT });
    }
    if (missedEvents) {
      const dimensions = { QueueName: missedEvents.queueName };
      const given = metric('AWS/SQS ApproximateNumberOfMessagesVisible', { dimensions, statistic: Stats.MAXIMUM });
      this.#alarm('EventsGivenUp', 'Events are given up', given, { threshold: 1 });
    }
  }

  /** Returns a metric of a function's log lines with a message: of their count, or of a value in them. */
  #logged(metricName: string, logGroup: ILogGroup, message: string, value?: string) {
    return this.#counted(metricName, logGroup, FilterPattern.stringValue('$.message.message', '=', message), { value });
  }

  #counted(
    metricName: string,
    logGroup: ILogGroup,
    filterPattern: IFilterPattern,
    { value, id = metricName }: { readonly value?: string | undefined; readonly id?: string } = {},
  ) {
    const filter = new MetricFilter(this, id, {
      ...{ logGroup, filterPattern, metricNamespace: this.#props.name, metricName },
      ...(value && { metricValue: `$.message.${value}` }),
    });
    return filter.metric({ statistic: Stats.SUM, period: FIVE_MINUTES });
  }
}

/** The rates at which SES reviews an account. At twice the first and five times the second, it may pause the account. */
const BOUNCE_RATE = 0.05;
const COMPLAINT_RATE = 0.001;

/** A mail that waits because the brake, SES or the account's owner has paused mails. */
const PAUSED_MAIL = FilterPattern.all(
  FilterPattern.stringValue('$.message.message', '=', NOT_SENT),
  FilterPattern.any(
    ...[PAUSED, '*SendingPaused*'].map((code) => FilterPattern.stringValue('$.message.code', '=', code)),
  ),
);

/** An event that wasn't published in time, or never will be, or a run that failed as a whole. */
const UNPUBLISHED = FilterPattern.any(
  ...[EVENT_PUT_ASIDE, EVENTS_LATE].map((message) => FilterPattern.stringValue('$.message.message', '=', message)),
  ...['error', 'failure', 'timeout'].map((status) => FilterPattern.stringValue('$.record.status', '=', status)),
);

/** The age of an event that waits, in milliseconds, at which somebody is told. */
const LATE_EVENT = 15 * 60_000;

/** The part of a quota that leaves time to get a higher one. */
const NEARLY = 0.8;
