import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  CancellationReason,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import { connect, type Service } from '../aws/service.ts';

/** The operations of DynamoDB that the service calls: input and output in DynamoDB's JSON. */
interface Operations {
  BatchGetItem: { input: BatchGetItemCommandInput; output: Omit<BatchGetItemCommandOutput, '$metadata'> };
  Query: { input: QueryCommandInput; output: Omit<QueryCommandOutput, '$metadata'> };
  Scan: { input: ScanCommandInput; output: Omit<ScanCommandOutput, '$metadata'> };
  TransactWriteItems: { input: TransactWriteItemsCommandInput; output: object };
  UpdateItem: { input: UpdateItemCommandInput; output: object };
}

/** An error that DynamoDB answered. The name is DynamoDB's, such as `TransactionCanceledException`. */
export class DynamoDBError extends Error {
  override readonly name: string;
  /** The field from which the SDK's retry strategy reads the status. */
  readonly $metadata: { readonly httpStatusCode: number };
  /** The reason of each part of a cancelled transaction, in the order of the parts. */
  readonly reasons: readonly CancellationReason[];

  constructor(status: number, { __type = 'UnknownError', message, Message, CancellationReasons = [] }: ErrorBody) {
    super(message ?? Message ?? '');
    this.name = __type.slice(__type.indexOf('#') + 1);
    this.$metadata = { httpStatusCode: status };
    this.reasons = CancellationReasons;
  }
}

interface ErrorBody {
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly CancellationReasons?: readonly CancellationReason[];
}

/** The maximum number of attempts of a call. */
const TRIES = 3;

/** The SDK's type of a failed call. */
type SdkError = Parameters<typeof isTransientError>[0];

/** DynamoDB's name and address. */
export const DYNAMODB: Service = { name: 'dynamodb', host: 'dynamodb', variable: 'AWS_ENDPOINT_URL_DYNAMODB' };

type Call = (operation: string, input: object) => Promise<unknown>;

let client: Call | undefined;

/**
 * Calls DynamoDB. Retries after throttling, transient errors and time-outs, as the SDK does.
 *
 * @throws DynamoDBError; Node's error if the connection fails
 */
export function dynamodb<O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
): Promise<Operations[O]['output']> {
  // Created at the first call, so that importing the module has no side effect.
  client ??= createClient();
  return client(operation, input) as Promise<Operations[O]['output']>;
}

function createClient(): Call {
  const send = connect(DYNAMODB);
  const retries = new StandardRetryStrategy(TRIES);

  const once: Call = async (operation, input) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const { status, text } = await send(headers, JSON.stringify(input));
    if (status < 300) return JSON.parse(text);
    throw new DynamoDBError(status, parsed(text));
  };

  return async (operation, input) => {
    let token = await retries.acquireInitialRetryToken('dynamodb');
    for (;;) {
      try {
        const output = await once(operation, input);
        retries.recordSuccess(token);
        return output;
      } catch (error) {
        const errorType = retryTypeOf(error as SdkError);
        if (errorType === undefined) throw error;
        try {
          token = await retries.refreshRetryTokenForRetry(token, { errorType });
        } catch {
          // No attempts are left.
          throw error;
        }
      }
    }
  };
}

function retryTypeOf(error: SdkError): 'THROTTLING' | 'TRANSIENT' | undefined {
  if (isThrottlingError(error)) return 'THROTTLING';
  return isTransientError(error) ? 'TRANSIENT' : undefined;
}

/** Parses the body of an error. It is no JSON object if a proxy answered. */
function parsed(text: string): ErrorBody {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
