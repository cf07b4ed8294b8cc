import recorded from './costs.json' with { type: 'json' };

/** The DynamoDB cost of a call: requests, and on-demand capacity units. */
export interface Cost {
  readonly calls: number;
  readonly read: number;
  readonly write: number;
}

/** A cost, with the types of the requested and the written items, in alphabetical order. */
export interface RecordedCost extends Cost {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * The cost of one successful call of each endpoint in a small organization. The function has the caller in its cache, and
 * the request names the organization. Endpoints of links are called without sign-in, for an address without a user.
 *
 * `npm run endpoint` records the costs. `test/functions/depth.test.ts` compares them with the calls of the endpoints.
 */
export const COSTS: Readonly<Record<string, RecordedCost | undefined>> = recorded;

/** Returns an endpoint's row of `docs/costs.json`. */
export function costRow(name: string, cost: RecordedCost): string {
  const spread = JSON.stringify(cost, null, 1);
  const row = spread.replace(/\s*\n\s*/g, ' ').replace(/\[ (.*?) ]/g, '[$1]');
  return `${JSON.stringify(name)}: ${row}`;
}

/** Returns the text of `docs/costs.json`: a row for each endpoint, sorted by name. */
export function costsText(costs: Readonly<Record<string, RecordedCost | undefined>>): string {
  const rows = Object.entries(costs)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, cost]) => (cost ? [`  ${costRow(name, cost)}`] : []));
  return `{\n${rows.join(',\n')}\n}\n`;
}
