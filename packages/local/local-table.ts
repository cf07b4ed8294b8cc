import type { DeployedResource } from './cloudformation-stack.ts';

export interface LocalTable {
  readonly name: string;
  /** DynamoDB's CreateTable input; undefined: the template uses an existing table. */
  readonly definition: Readonly<Record<string, unknown>> | undefined;
  /** The time-to-live attribute, if any. */
  readonly timeToLive: string | undefined;
}

/**
 * Returns the table of a template: an existing one that its functions name, or its resource, with the parts of the global table's definition that CreateTable accepts.
 *
 * @param named the names of the table in the environments of the functions
 * @throws Error unless there is exactly one table
 */
export function toTable(tables: readonly DeployedResource[], named: ReadonlySet<string>): LocalTable {
  const [table] = tables;
  const [adopted] = named;
  if (!table && adopted !== undefined && named.size === 1) {
    return { name: adopted, definition: undefined, timeToLive: undefined };
  }
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
