import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A logger without `info` spares the SDK composing a line for each call. */
const QUIET = { debug() {}, warn() {}, error() {} } as unknown as NonNullable<DynamoDBClientConfig['logger']>;

let documentClient: DynamoDBDocumentClient | undefined;

/** The one client of this function; made at the first use, so that importing a module does nothing. */
export function client(): DynamoDBDocumentClient {
  documentClient ??= DynamoDBDocumentClient.from(
    // Static settings spare the SDK looking for them in files at the first call.
    new DynamoDBClient({
      region: process.env.AWS_REGION as string,
      retryMode: 'standard',
      maxAttempts: 3,
      endpointDiscoveryEnabled: false,
      logger: QUIET,
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  return documentClient;
}
