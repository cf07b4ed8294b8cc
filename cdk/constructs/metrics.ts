import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

// The metrics that AWS publishes about a deployment, for the alarms and the dashboard. They cost nothing.

/** The period of metrics and alarms, unless they say otherwise. */
export const FIVE_MINUTES = Duration.minutes(5);

interface MetricOptions {
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Default: the sum. */
  readonly statistic?: string;
  readonly period?: Duration;
  readonly label?: string;
}

/** Returns a metric of AWS: `AWS/Lambda Errors`. */
export function metric(name: string, { dimensions = {}, label, ...options }: MetricOptions = {}): Metric {
  const [namespace = '', metricName = ''] = name.split(' ');
  return new Metric({
    namespace,
    metricName,
    dimensionsMap: { ...dimensions },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
    ...(label && { label }),
    ...options,
  });
}

/** Returns metric math over metrics: `a + b` with `{ a, b }`. */
export function math(expression: string, usingMetrics: Record<string, IMetric>, label?: string): MathExpression {
  return new MathExpression({ expression, usingMetrics, period: FIVE_MINUTES, ...(label && { label }) });
}

/**
 * Returns the sum of metrics. A metric without data counts as 0.
 *
 * @param name begins the ids of the metrics, which are unique in a graph
 */
export function sumOf(name: string, metrics: readonly Metric[], label = name): MathExpression {
  const named = Object.fromEntries(metrics.map((each, index) => [`${name}${index}`, each]));
  const terms = Object.keys(named).map((id) => `FILL(${id}, 0)`);
  return math(terms.join(' + '), named, label);
}

/** Fewer 5xx in five minutes than this are no ratio: one failed request of two isn't an outage. */
const LEAST_ERRORS = 5;

/** Returns the percentage of requests that were answered with a 5xx; 0 if these were few. */
export function errorRatio(apiId: string): MathExpression {
  const dimensions = { ApiId: apiId };
  return math(
    `IF(errors >= ${LEAST_ERRORS}, 100 * errors / requests, 0)`,
    {
      errors: metric('AWS/ApiGateway 5xx', { dimensions }),
      requests: metric('AWS/ApiGateway Count', { dimensions }),
    },
    '5xx, % of requests',
  );
}

/** Returns the time between a request's arrival and its answer, in milliseconds, at a percentile: `p99`. */
export function latency(apiId: string, percentile: string): Metric {
  return metric('AWS/ApiGateway Latency', { dimensions: { ApiId: apiId }, statistic: percentile, label: percentile });
}

/** The dimensions of the table and of its index. */
function tableAndIndex(tableName: string, indexName: string): readonly Record<string, string>[] {
  return [{ TableName: tableName }, { TableName: tableName, GlobalSecondaryIndexName: indexName }];
}

/** Returns the reads and writes that DynamoDB throttled, of the table and its index. */
export function tableThrottles(tableName: string, indexName: string): MathExpression {
  const names = ['AWS/DynamoDB ReadThrottleEvents', 'AWS/DynamoDB WriteThrottleEvents'];
  const metrics = tableAndIndex(tableName, indexName).flatMap((dimensions) =>
    names.map((name) => metric(name, { dimensions })),
  );
  return sumOf('throttled', metrics);
}

/** The operations of DynamoDB that requests, due work and mail events need. */
const OPERATIONS = ['BatchGetItem', 'Query', 'TransactWriteItems', 'UpdateItem'];

/** Returns the calls that DynamoDB answered with a 500. */
export function tableErrors(tableName: string): MathExpression {
  const metrics = OPERATIONS.map((Operation) =>
    metric('AWS/DynamoDB SystemErrors', { dimensions: { TableName: tableName, Operation } }),
  );
  return sumOf('errors', metrics);
}

/** Returns the consumed capacity units of the table and its index: `Read`, or `Write`. */
export function tableUnits(kind: 'Read' | 'Write', tableName: string, indexName: string): MathExpression {
  const metrics = tableAndIndex(tableName, indexName).map((dimensions) =>
    metric(`AWS/DynamoDB Consumed${kind}CapacityUnits`, { dimensions }),
  );
  return sumOf(kind.toLowerCase(), metrics, `${kind.toLowerCase()} units`);
}
