import { configuration } from '../configuration.ts';
import { marshall, unmarshall } from './attributes.ts';
import { dynamodb } from './client.ts';
import type { Key } from './keys.ts';
import type { Item } from './read.ts';

/**
 * Reads a page of the whole table, strongly consistent. Only commands and functions of operators do that: it costs the
 * read capacity of every item.
 *
 * @param after the `next` of the previous page, or any other key of the table
 * @returns the items, partition by partition, and the key after which the next page begins; undefined at the end
 */
export async function scan(after: Key | undefined, limit: number): Promise<{ items: Item[]; next: Key | undefined }> {
  const { Items = [], LastEvaluatedKey } = await dynamodb('Scan', {
    TableName: configuration().tableName,
    ConsistentRead: true,
    Limit: limit,
    ...(after && { ExclusiveStartKey: marshall({ pk: after.pk, sk: after.sk }) }),
  });
  return {
    items: Items.map(unmarshall) as Item[],
    next: LastEvaluatedKey && (unmarshall(LastEvaluatedKey) as unknown as Key),
  };
}
