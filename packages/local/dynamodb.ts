import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AwsRequest, Connection, ErrorFormat, Service } from './aws-service.ts';
import { type Attributes, type DynamoDbInput, partsOf, type TableKeys, tablesOf, violation } from './parts.ts';
import type { AccessRequest } from './policy.ts';
import { createTransactions, singleWrites } from './transactions.ts';

const contentType = 'application/x-amz-json-1.0';

const prefixes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'com.amazon.coral.service#',
  UnrecognizedClientException: 'com.amazon.coral.service#',
  SerializationException: 'com.amazon.coral.service#',
  ThrottlingException: 'com.amazon.coral.availability#',
  ValidationException: 'com.amazon.coral.validate#',
};

const fail: ErrorFormat = (status, code, message, more = {}) => {
  const type = (prefixes[code] ?? 'com.amazonaws.dynamodb.v20120810#') + code;
  // Both spellings of `message`, since AWS and its clients aren't consistent.
  const body = JSON.stringify({ __type: type, Message: message, message, ...more });
  return { status, body, contentType, error: code };
};

/** Creates the DynamoDB service of the proxy: an engine with AWS's additional behavior. */
export function createDynamoDb(
  connection: Connection,
  options: {
    region: string;
    account: string;
    latencyMs: number;
    /** Called with the items that a write has put, after it has committed. */
    onCommit?: ((images: readonly Attributes[]) => void) | undefined;
  },
): Service {
  const tables = new Map<string, TableKeys>();
  const keysOf = (table: string) => tables.get(table);
  const arnOf = (table: string) =>
    table.startsWith('arn:') ? table : `arn:aws:dynamodb:${options.region}:${options.account}:table/${table}`;
  const transactions = createTransactions(fail, options.latencyMs);
  const forward = (operation: string, body: Buffer) =>
    connection.post(body, { 'content-type': contentType, 'x-amz-target': `DynamoDB_20120810.${operation}` });

  /** Loads the key schemas of a table; does nothing if the table doesn't exist. */
  async function loadKeys(table: string): Promise<void> {
    const { status, body } = await forward('DescribeTable', Buffer.from(JSON.stringify({ TableName: table })));
    if (status !== 200) return;
    const { Table } = JSON.parse(body.toString()) as { Table: TableDescription };
    const indexes = [...(Table.GlobalSecondaryIndexes ?? []), ...(Table.LocalSecondaryIndexes ?? [])];
    tables.set(table, {
      table: namesOf(Table.KeySchema),
      indexes: new Map(indexes.map(({ IndexName, KeySchema }) => [IndexName, namesOf(KeySchema)])),
    });
  }

  async function execute(operation: string, input: DynamoDbInput, body: Buffer): Promise<Answer> {
    const counted = countedOperations.has(operation);
    const asked = (input.ReturnConsumedCapacity ?? 'NONE') !== 'NONE';
    const { status, body: answered } = await forward(operation, counted && !asked ? withCapacity(input, body) : body);
    if (status !== 200) {
      const type = String((parseJson(answered) as { __type?: string } | undefined)?.__type ?? status);
      return { status, body: answered, contentType, error: type.slice(type.indexOf('#') + 1) };
    }
    const put = putBy(input);
    if (put.length > 0) options.onCommit?.(put);
    // Drops the cached key schemas of a table that was created, changed or deleted.
    if (/^(Create|Update|Delete)Table$/.test(operation) && input.TableName) tables.delete(input.TableName);
    if (!counted) return { status, body: answered, contentType, error: null };
    const { consumedCapacity, rest } = splitCapacity(answered);
    return { status, body: asked ? answered : rest, contentType, error: null, consumedCapacity };
  }

  return {
    fail,
    unknownCaller: () =>
      fail(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
    async receive({ body, operation, caller }) {
      const input = parseJson(body) as DynamoDbInput | null | undefined;
      if (typeof input !== 'object' || input === null) {
        return fail(400, 'SerializationException', 'The body is no JSON object.');
      }
      const unknown = tablesOf(input).filter((table) => !tables.has(table));
      if (unknown.length > 0) await Promise.all(unknown.map(loadKeys));

      const isTransaction = operation.startsWith('Transact');
      const parts = partsOf(operation, input, keysOf, arnOf).map((part) => {
        const context: AccessRequest['context'] = {
          'dynamodb:LeadingKeys': part.leadingKeys,
          'dynamodb:Attributes': part.attributes,
          'dynamodb:ReturnValues': input.ReturnValues === undefined ? undefined : [input.ReturnValues],
          'dynamodb:EnclosingOperation': isTransaction ? [operation] : undefined,
          'dynamodb:Select': input.Select === undefined ? undefined : [input.Select],
        };
        return { ...part, decision: caller.decide({ action: part.action, resource: part.resource, context }) };
      });
      const request: AwsRequest = {
        service: 'dynamodb',
        operation,
        parts,
        conflicts: isTransaction || singleWrites.includes(operation),
        async perform(delayMs) {
          const invalid = violation(operation, input, keysOf);
          if (invalid) return fail(400, 'ValidationException', invalid);
          const act = () => execute(operation, input, body);
          if (request.conflicts) return transactions.run(request, input.ClientRequestToken, delayMs, act);
          if (delayMs > 0) await sleep(delayMs);
          return act();
        },
      };
      return request;
    },
  };
}

/** Returns the items that a write puts. */
function putBy({ Item, TransactItems = [], RequestItems = {} }: DynamoDbInput): Attributes[] {
  if (Item) return [Item];
  const inBatches = Object.values(RequestItems).flatMap((batch) =>
    Array.isArray(batch) ? batch.map(({ PutRequest }) => PutRequest?.Item) : [],
  );
  return [...TransactItems.map(({ Put }) => Put?.Item), ...inBatches].filter((item) => item !== undefined);
}

interface TableDescription {
  KeySchema: KeySchema;
  GlobalSecondaryIndexes?: { IndexName: string; KeySchema: KeySchema }[];
  LocalSecondaryIndexes?: { IndexName: string; KeySchema: KeySchema }[];
}
type KeySchema = { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];

function namesOf(schema: KeySchema): string[] {
  const partitionFirst = schema.toSorted((one, other) => one.KeyType.localeCompare(other.KeyType));
  return partitionFirst.map(({ AttributeName }) => AttributeName);
}

/** The operations that can return ConsumedCapacity. */
const countedOperations = new Set([
  ...['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems'],
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'],
]);

const CAPACITY_PREFIX = Buffer.from('{"ReturnConsumedCapacity":"INDEXES",');

/** Adds ReturnConsumedCapacity to a request. Splices bytes where possible, since this runs for every call. */
function withCapacity(input: DynamoDbInput, body: Buffer): Buffer {
  if (input.ReturnConsumedCapacity === undefined && body.length > 2 && body[0] === 0x7b /* { */) {
    return Buffer.concat([CAPACITY_PREFIX, body.subarray(1)]);
  }
  return Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'INDEXES' }));
}

/** Separates the capacity from an answer. @returns the capacity, and the answer without it */
function splitCapacity(answered: Buffer): { consumedCapacity: unknown; rest: string | Buffer } {
  // Dynoxide mostly puts it last. If the text from its name on parses as the rest of the outer object, it isn't within
  // an item, and a long list needn't be parsed.
  const at = answered.lastIndexOf(',"ConsumedCapacity":');
  if (at > 0) {
    const tail = parseJson(`{${answered.subarray(at + 1).toString()}`) as { ConsumedCapacity: unknown } | undefined;
    if (tail) {
      const rest = Buffer.concat([answered.subarray(0, at), Buffer.from('}')]);
      return { consumedCapacity: withoutArray(tail.ConsumedCapacity), rest };
    }
  }
  const { ConsumedCapacity, ...rest } = JSON.parse(answered.toString()) as { ConsumedCapacity?: unknown };
  return { consumedCapacity: withoutArray(ConsumedCapacity), rest: JSON.stringify(rest) };
}

/** Unwraps the capacity of a single table, which AWS returns with or without an array. */
function withoutArray(capacity: unknown): unknown {
  return Array.isArray(capacity) && capacity.length === 1 ? capacity[0] : capacity;
}

function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}
