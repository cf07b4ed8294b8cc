import type { DeployedResource } from './cloudformation-stack.ts';

export interface LocalTable {
  readonly name: string;
  /** DynamoDB's CreateTable input. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** The time-to-live attribute, if any. */
  readonly timeToLive: string | undefined;
}

/**
 * Returns the table of a template, with the parts of the global table's definition that CreateTable accepts.
 *
 * @throws Error unless there is exactly one table
 */
export function toTable(tables: readonly DeployedResource[]): LocalTable {
  const [table] = tables;
  if (!table || tables.length > 1) {
    throw new Error(`The template has ${tables.length} tables (AWS::DynamoDB::GlobalTable), the local stack runs one.`);
  }
  const properties = table.properties() as Record<string, unknown> & {
    TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
  };
  const name = table.stack.physicalName(table.id);
  const keep = (from: Record<string, unknown>, names: readonly string[]) =>
    Object.fromEntries(names.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
  const indexes = (key: string) => {
    const list = properties[key] as Record<string, unknown>[] | undefined;
    return list && { [key]: list.map((index) => keep(index, ['IndexName', 'KeySchema', 'Projection'])) };
  };
  const { TimeToLiveSpecification: timeToLive } = properties;
  return {
    name,
    definition: {
      TableName: name,
      ...keep(properties, ['AttributeDefinitions', 'KeySchema']),
      ...indexes('GlobalSecondaryIndexes'),
      ...indexes('LocalSecondaryIndexes'),
      BillingMode: 'PAY_PER_REQUEST',
    },
    timeToLive: timeToLive?.Enabled ? timeToLive.AttributeName : undefined,
  };
}
