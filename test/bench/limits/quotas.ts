/** Published limits of AWS, for an account with default quotas, and whether AWS raises them on request. */
export const QUOTAS = {
  /**
   * Units a second of one partition. A partition key whose items are in one partition gets no more.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
   */
  partition: { read: 3000, write: 1000 },
  /**
   * The seconds of unused capacity that a partition may keep for a burst.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
   */
  burstSeconds: 300,
  /**
   * Units a second of one on-demand table; raised on request.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
   */
  table: { read: 40_000, write: 40_000 },
  /**
   * Units a second of a new on-demand table. It then adapts to twice its previous peak within 30 minutes.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
   */
  newTable: { read: 12_000, write: 4000 },
  /**
   * Concurrent executions in a region; raised on request. New accounts may have fewer.
   * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  concurrency: 1000,
  /**
   * Requests a second for each concurrent execution: 1,000 instances accommodate 10,000 requests a second.
   * https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
   */
  requestsOfInstance: 10,
  /**
   * Requests a second of all APIs in a region; raised on request. Some regions have 2,500.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  gateway: 10_000,
  /**
   * Mails in 24 hours in SES's sandbox. Outside it, each account has its own quota.
   * https://docs.aws.amazon.com/ses/latest/dg/quotas.html
   */
  sandboxMails: 200,
} as const;

/** Assumed milliseconds of a round trip to DynamoDB, and of a request's other work in a warm instance. */
export const ASSUMED = { roundTrip: 5, work: 10, transaction: 10 } as const;
