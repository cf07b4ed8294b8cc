import { connect } from '../../packages/local/aws-service.ts';

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
