import { marshall } from '../../lib/table/attributes.ts';
import type { Key } from '../../lib/table/keys.ts';
import { pack } from '../../lib/table/packed.ts';
import { connect } from '../../packages/local/aws-service.ts';

/** The items of one BatchWriteItem: DynamoDB's maximum. */
const BATCH = 25;

/**
 * Writes many items to the table of a stack, or deletes them: without conditions, and with a tenth of the calls that
 * transactions need.
 */
export async function writeMany(
  { dynamodb, table }: { readonly dynamodb: string; readonly table: string },
  writes: readonly { readonly key: Key; readonly item?: object }[],
): Promise<void> {
  for (let start = 0; start < writes.length; start += BATCH) {
    const requests = writes.slice(start, start + BATCH).map(({ key: { pk, sk }, item }) => {
      const key = { pk, sk };
      return item
        ? { PutRequest: { Item: marshall({ ...pack({ ...item }), ...key }) } }
        : { DeleteRequest: { Key: marshall(key) } };
    });
    const { UnprocessedItems } = await callEngine<{ UnprocessedItems?: object }>(dynamodb, 'BatchWriteItem', {
      RequestItems: { [table]: requests },
    });
    if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('The engine left items out.');
  }
}

/**
 * Calls a database engine, past the permissions and faults of the local stack.
 *
 * @param endpoint the `dynamodb` of a stack
 */
export async function callEngine<T = unknown>(endpoint: string, operation: string, input: object): Promise<T> {
  const client = connect(endpoint, 'dynamodb', 'eu-central-1');
  const { status, body } = await client.post(Buffer.from(JSON.stringify(input)), {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  });
  client.close();
  if (status !== 200) throw new Error(`${operation}: ${body}`);
  return JSON.parse(body.toString()) as T;
}
