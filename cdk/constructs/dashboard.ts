import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RUN } from '../../lib/http/schedule.ts';
import { errorRatio, latency, math, metric, tableThrottles, tableUnits } from './metrics.ts';
import { DUE_INDEX, type ServiceTable } from './table.ts';

interface DashboardProps {
  /** The name of the dashboard, and the beginning of the functions' names. */
  readonly name: string;
  readonly apiId: string;
  readonly table: ServiceTable;
  readonly scheduled: ReadonlyMap<string, LambdaFunction>;
  readonly alarms: readonly Alarm[];
}

/** One page in CloudWatch that shows whether all is well. It reads what AWS and the logs have anyway. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, apiId, table, scheduled, alarms }: DashboardProps) {
    super(scope, id);
    const api = (what: string, label: string) =>
      metric(`AWS/ApiGateway ${what}`, { dimensions: { ApiId: apiId }, label });
    const mails = (what: string) => metric(`AWS/SES ${what}`, { label: what });
    /** The ten functions with the highest sums. A function's name begins with the name of the stack. */
    const highest = (what: string) =>
      math(
        `SORT(SEARCH('{AWS/Lambda,FunctionName} MetricName="${what}" ${name}', 'Sum', 300), SUM, DESC, 10)`,
        {},
        what,
      );
    const { tableName } = table;
    const rows: (readonly IWidget[])[] = [
      alarms.length > 0 ? [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 })] : [],
      [
        graph('Requests', [api('Count', 'requests'), api('4xx', '4xx'), api('5xx', '5xx')]),
        graph('Errors of the API', [errorRatio(apiId)]),
        graph('Latency of the API, ms', [latency(apiId, 'p50'), latency(apiId, 'p99')]),
      ],
      [...scheduled.values()].flatMap(({ logGroup: { logGroupName } }) => [
        runs('Due work: lag, seconds', logGroupName, 'max(message.lagSeconds) as lag'),
        runs(
          'Due work: done',
          logGroupName,
          'sum(message.sent) as sent, sum(message.unsent) as unsent, sum(message.expired) as expired, sum(message.cleared) as cleared, sum(message.failed) as failed',
        ),
      ]),
      [
        graph('Mails of the account', [mails('Send'), mails('Delivery'), mails('Bounce'), mails('Complaint')]),
        graph('Reputation of the account', [reputation('Bounce'), reputation('Complaint')]),
        graph('Capacity units of the table', [
          tableUnits('Read', tableName, DUE_INDEX),
          tableUnits('Write', tableName, DUE_INDEX),
          tableThrottles(tableName, DUE_INDEX),
        ]),
      ],
      [
        graph('Errors of functions', [highest('Errors')]),
        graph('Throttles of functions', [highest('Throttles')]),
        graph('Concurrent executions of the account', [
          metric('AWS/Lambda ClaimedAccountConcurrency', { statistic: Stats.MAXIMUM, label: 'claimed' }),
        ]),
      ],
    ];
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.hours(6),
    });
    for (const row of rows) dashboard.addWidgets(...row);
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0, showUnits: false } });
}

/** A graph over the log lines of runs of a scheduled function. */
function runs(title: string, logGroupName: string, stats: string): LogQueryWidget {
  return new LogQueryWidget({
    title,
    logGroupNames: [logGroupName],
    view: LogQueryVisualizationType.LINE,
    queryLines: [`filter message.message = "${RUN}"`, `stats ${stats} by bin(5m)`],
    width: 12,
    height: 6,
  });
}

function reputation(kind: string): IMetric {
  return metric(`AWS/SES Reputation.${kind}Rate`, {
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
    label: `${kind.toLowerCase()} rate`,
  });
}
