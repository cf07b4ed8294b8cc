import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';

/** A condition that better-auth passes to an adapter. */
interface Where {
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
  readonly connector: string;
}
interface Target {
  readonly model: string;
  readonly where?: readonly Where[];
}
type Row = Record<string, unknown>;

/** The fields by which better-auth finds rows. Each has an index, as in other databases. */
const INDEXED = ['email', 'token', 'userId', 'organizationId', 'slug', 'identifier'];
const TABLE = 'better-auth';
const BATCH = 100;

/**
 * Creates an adapter of better-auth for DynamoDB, since better-auth has none. Each row is an item, found by its id or
 * the index of a field. Other conditions filter the rows after they are read.
 *
 * @param create better-auth's `createAdapterFactory`
 */
export async function dynamodbAdapter(
  create: (options: unknown) => unknown,
  connection: ConstructorParameters<typeof DynamoDBClient>[0],
): Promise<unknown> {
  const client = new DynamoDBClient(connection ?? {});
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: ['pk', ...INDEXED.map(indexOf)].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: INDEXED.map((field) => ({
        IndexName: field,
        KeySchema: [{ AttributeName: indexOf(field), KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );

  const put = async (model: string, row: Row) => {
    const keys = INDEXED.filter((field) => typeof row[field] === 'string').map((field) => [
      indexOf(field),
      `${model}#${row[field]}`,
    ]);
    const item = { ...row, pk: `${model}#${row.id}`, ...Object.fromEntries(keys) };
    await documents.send(new PutCommand({ TableName: TABLE, Item: item }));
  };

  const find = async ({ model, where = [] }: Target): Promise<Row[]> => {
    const matches = (row: Row) => where.every((one) => isTrue(row, one));
    const byId = where.find(({ field, operator }) => field === 'id' && (operator === 'eq' || operator === 'in'));
    const byField = where.find(({ field, operator }) => operator === 'eq' && INDEXED.includes(field));
    if (byId?.operator === 'eq') {
      const { Item } = await documents.send(
        new GetCommand({ TableName: TABLE, Key: { pk: `${model}#${byId.value}` }, ConsistentRead: true }),
      );
      return Item ? [Item].filter(matches) : [];
    }
    if (byId) {
      const keys = (byId.value as string[]).map((id) => ({ pk: `${model}#${id}` }));
      const rows: Row[] = [];
      for (let start = 0; start < keys.length; start += BATCH) {
        const { Responses } = await documents.send(
          new BatchGetCommand({
            RequestItems: { [TABLE]: { Keys: keys.slice(start, start + BATCH), ConsistentRead: true } },
          }),
        );
        rows.push(...(Responses?.[TABLE] ?? []));
      }
      return rows.filter(matches);
    }
    if (!byField) throw new Error(`No index serves ${JSON.stringify(where)} of ${model}.`);
    const rows: Row[] = [];
    let start: Row | undefined;
    do {
      const page = await documents.send(
        new QueryCommand({
          TableName: TABLE,
          IndexName: byField.field,
          KeyConditionExpression: '#key = :value',
          ExpressionAttributeNames: { '#key': indexOf(byField.field) },
          ExpressionAttributeValues: { ':value': `${model}#${byField.value}` },
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      rows.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return rows.filter(matches);
  };

  const change = async (target: Target, changes: Row): Promise<Row[]> => {
    const rows = (await find(target)).map((row) => ({ ...row, ...changes }));
    await Promise.all(rows.map((row) => put(target.model, row)));
    return rows;
  };
  const remove = async (target: Target): Promise<Row[]> => {
    const rows = await find(target);
    await Promise.all(rows.map(({ pk }) => documents.send(new DeleteCommand({ TableName: TABLE, Key: { pk } }))));
    return rows;
  };

  return create({
    config: { adapterId: 'dynamodb', supportsDates: false, supportsJSON: true, supportsArrays: true },
    adapter: () => ({
      async create({ model, data }: { model: string; data: Row }) {
        await put(model, data);
        return data;
      },
      findOne: async (target: Target) => (await find(target))[0] ?? null,
      async findMany({ sortBy, offset = 0, limit = 100, ...target }: Target & Page) {
        const rows = await find(target);
        if (sortBy) {
          const { field, direction } = sortBy;
          const sign = direction === 'asc' ? 1 : -1;
          rows.sort((one, other) => sign * ((one[field] as string) < (other[field] as string) ? -1 : 1));
        }
        return rows.slice(offset, offset + limit);
      },
      count: async (target: Target) => (await find(target)).length,
      update: async ({ update, ...target }: Target & { update: Row }) => (await change(target, update))[0] ?? null,
      updateMany: async ({ update, ...target }: Target & { update: Row }) => (await change(target, update)).length,
      delete: async (target: Target) => void (await remove(target)),
      deleteMany: async (target: Target) => (await remove(target)).length,
    }),
  });
}

interface Page {
  readonly sortBy?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly offset?: number;
  readonly limit?: number;
}

function indexOf(field: string): string {
  return `by_${field}`;
}

function isTrue(row: Row, { field, operator, value }: Where): boolean {
  switch (operator) {
    case 'eq':
      return (row[field] ?? null) === value;
    case 'in':
      return (value as unknown[]).includes(row[field]);
    case 'ne':
      return row[field] !== value;
    case 'gt':
      return (row[field] as string) > (value as string);
    case 'lt':
      return (row[field] as string) < (value as string);
    default:
      throw new Error(`The adapter doesn't support the operator ${operator}.`);
  }
}
