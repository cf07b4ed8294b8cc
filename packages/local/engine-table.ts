import { connect } from './aws-service.ts';
import type { LocalTable } from './local-table.ts';
import type { Attributes } from './parts.ts';
import { matches, type Pattern } from './stream.ts';

// The table in the DynamoDB engine.

/** The region of the local AWS. */
export const REGION = 'eu-central-1';

/** A call of the engine. @throws Error if the engine refuses it, except because the resource exists already */
type EngineCall = <T = object>(operation: string, input: object) => Promise<T | undefined>;

async function withEngine<T>(endpoint: string, act: (call: EngineCall) => Promise<T>): Promise<T> {
  const engine = connect(endpoint, 'dynamodb', REGION);
  try {
    return await act(async (operation, input) => {
      const { body } = await engine.post(Buffer.from(JSON.stringify(input)), {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      });
      const answer = JSON.parse(body.toString()) as { __type?: string; message?: string };
      const { __type: type = '', message = type } = answer;
      if (type.endsWith('ResourceInUseException')) return undefined;
      if (type) throw new Error(`The DynamoDB engine refused ${operation}: ${message}`);
      return answer as never;
    });
  } finally {
    engine.close();
  }
}

/** @param anew whether an existing table is deleted first */
export function createTable(
  endpoint: string,
  { name, definition, timeToLive }: LocalTable,
  anew = false,
): Promise<void> {
  return withEngine(endpoint, async (call) => {
    if (!definition) return;
    if (anew) await call('DeleteTable', { TableName: name });
    // The table may exist from an earlier start.
    const created = await call('CreateTable', definition);
    if (!created || timeToLive === undefined) return;
    await call('UpdateTimeToLive', {
      TableName: name,
      TimeToLiveSpecification: { AttributeName: timeToLive, Enabled: true },
    });
  });
}

/** Returns the names of the key attributes of a table, the partition key first. */
export function keyNamesOf(endpoint: string, { name }: LocalTable): Promise<readonly string[]> {
  return withEngine(endpoint, async (call) => {
    const described = await call<{ Table: { KeySchema: { AttributeName: string; KeyType: string }[] } }>(
      'DescribeTable',
      { TableName: name },
    );
    const schema = described?.Table.KeySchema ?? [];
    return schema
      .toSorted((one, other) => one.KeyType.localeCompare(other.KeyType))
      .map(({ AttributeName }) => AttributeName);
  });
}

/** Reads the items of the table that match one of the patterns. */
export function scan(
  endpoint: string,
  { name }: LocalTable,
  patterns: readonly Pattern[],
): Promise<readonly Attributes[]> {
  return withEngine(endpoint, async (call) => {
    const found: Attributes[] = [];
    let start: Attributes | undefined;
    do {
      const page = await call<{ Items: Attributes[]; LastEvaluatedKey?: Attributes }>('Scan', {
        TableName: name,
        ...(start && { ExclusiveStartKey: start }),
      });
      found.push(...(page?.Items ?? []).filter((item) => patterns.some((pattern) => matches(pattern, item))));
      start = page?.LastEvaluatedKey;
    } while (start);
    return found;
  });
}
