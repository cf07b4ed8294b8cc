import recorded from './costs.json' with { type: 'json' };

/** What a call costs in DynamoDB: requests, and capacity units as AWS bills them on demand. */
export interface Cost {
  readonly calls: number;
  readonly read: number;
  readonly write: number;
}

/** A cost, with the types of the items that were asked for and written, in the order of the alphabet. */
export interface RecordedCost extends Cost {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * A call of each endpoint, successful, in a small organization, by a caller whom the function knows and who names the
 * organization; what a link allows by the link alone, of an address that nobody has used yet.
 *
 * `test/functions/depth.test.ts` holds it against the calls that the endpoints make. `npm run endpoint` records it.
 */
export const COSTS: Readonly<Record<string, RecordedCost | undefined>> = recorded;

/** An endpoint's row of `docs/costs.json`. */
export function costRow(name: string, cost: RecordedCost): string {
  const spread = JSON.stringify(cost, null, 1);
  const row = spread.replace(/\s*\n\s*/g, ' ').replace(/\[ (.*?) ]/g, '[$1]');
  return `${JSON.stringify(name)}: ${row}`;
}

/** `docs/costs.json`: a row for each endpoint, in the order of their names. */
export function costsText(costs: Readonly<Record<string, RecordedCost | undefined>>): string {
  const rows = Object.entries(costs)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, cost]) => (cost ? [`  ${costRow(name, cost)}`] : []));
  return `{\n${rows.join(',\n')}\n}\n`;
}
