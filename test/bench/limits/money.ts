import { COSTS } from '../../../docs/costs.ts';
import { functions } from '../../../functions/index.ts';
import { INVITING_WITHOUT_MAIL } from '../../fixtures/units.ts';
import { averageRequest } from './load.ts';
import { ASSUMED } from './quotas.ts';

/**
 * List prices of us-east-1 in US dollars, noted on 2026-11-27, without free tiers and discounts. Each is on the price
 * page of its service: https://aws.amazon.com/dynamodb/pricing/on-demand/, /lambda/pricing/, /api-gateway/pricing/,
 * /ses/pricing/, /sns/pricing/, /cloudwatch/pricing/, /eventbridge/pricing/.
 */
export const PRICES = {
  /** A million on-demand units. */
  write: 0.625,
  read: 0.125,
  /** A million requests of an HTTP API. */
  gateway: 1,
  /** A million runs, and a million GB-seconds on arm64. */
  run: 0.2,
  gbSecond: 13.3334,
  /** A million mails. */
  mail: 100,
  /** A million publications of SNS; deliveries to Lambda are free. */
  event: 0.5,
  /** A GB of logs. */
  logs: 0.5,
  /** A million starts by a schedule. */
  start: 1,
} as const;

/** Assumptions: milliseconds of a call of SES, and bytes of the log lines of a request and of a run. */
export const MONEY = { mailMs: 60, gatewayLine: 400, runLines: 600, memoryGb: 1, eventsOfMail: 2 } as const;

/** The dollars of a million requests, by what they are for. */
export interface Dollars {
  readonly writes: number;
  readonly reads: number;
  readonly gateway: number;
  readonly functions: number;
  readonly logs: number;
}

/** Returns what a million successful requests of an endpoint cost, without mails. */
export function dollarsOf(name: string): Dollars {
  const cost = COSTS[name];
  const declaration = functions.find((one) => one.name === name)?.declaration;
  if (!cost || declaration?.kind !== 'http') throw new Error(`There are no costs of ${name}.`);
  const ms = declaration.depth * ASSUMED.roundTrip + ASSUMED.work + (declaration.email ? MONEY.mailMs : 0);
  return dollars({ ...cost, ms });
}

/** Returns what a million invitations cost that no mail is sent for: the inviter hands the link over. */
export function dollarsWithoutMail(): Dollars {
  const { depth, ...cost } = INVITING_WITHOUT_MAIL;
  return dollars({ ...cost, ms: depth * ASSUMED.roundTrip + ASSUMED.work });
}

/** Returns what a million requests of the usual mix cost, without mails. */
export function dollarsOfMix(): Dollars {
  return dollars(averageRequest());
}

function dollars({ read, write, ms }: { read: number; write: number; ms: number }): Dollars {
  return {
    writes: write * PRICES.write,
    reads: read * PRICES.read,
    gateway: PRICES.gateway,
    functions: run(ms),
    logs: logs(MONEY.gatewayLine + MONEY.runLines),
  };
}

/** Returns what a million mails of invitations cost: SES, and their events, of which the delivery changes the invitation. */
export function dollarsOfMails(): number {
  const event = PRICES.event + run(2 * ASSUMED.roundTrip + ASSUMED.work) + 2 * PRICES.read + logs(MONEY.runLines);
  return PRICES.mail + MONEY.eventsOfMail * event + 4 * PRICES.write;
}

/** Returns what a deployment without requests costs in 30 days: the scheduled function, which reads 16 shards a minute. */
export function dollarsOfIdleMonth(): number {
  const runs = (30 * 24 * 60) / 1_000_000;
  return runs * (PRICES.start + run(ASSUMED.roundTrip + ASSUMED.work) + 16 * 0.5 * PRICES.read + logs(MONEY.runLines));
}

export function sum(of: Dollars): number {
  return Object.values(of).reduce((total, each) => total + each, 0);
}

/** The price of a million runs of some milliseconds. */
function run(ms: number): number {
  return PRICES.run + (ms / 1000) * MONEY.memoryGb * PRICES.gbSecond;
}

/** The price of the log lines of a million requests, of some bytes each. */
function logs(bytes: number): number {
  return (bytes * 1_000_000 * PRICES.logs) / 1e9;
}
