import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  CancellationReason,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';

/** What is called of DynamoDB: input and answer of each operation, as its JSON has them. */
interface Operations {
  BatchGetItem: { input: BatchGetItemCommandInput; output: Omit<BatchGetItemCommandOutput, '$metadata'> };
  Query: { input: QueryCommandInput; output: Omit<QueryCommandOutput, '$metadata'> };
  TransactWriteItems: { input: TransactWriteItemsCommandInput; output: object };
  UpdateItem: { input: UpdateItemCommandInput; output: object };
}

/** What DynamoDB answered in place of a result. The name is DynamoDB's: `TransactionCanceledException`. */
export class DynamoDBError extends Error {
  override readonly name: string;
  /** The form in which the SDK looks for it. */
  readonly $metadata: { readonly httpStatusCode: number };
  /** Of a cancelled transaction: why each of its parts failed, in their order. */
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

/** One that was throttled, or got no answer, is made so often in all. */
const TRIES = 3;

/** What the SDK takes for an error of a call. */
type SdkError = Parameters<typeof isTransientError>[0];

/** A call that has no answer by then, in milliseconds, broke: a function has time for several. */
const CONNECTIONS = {
  ...{ connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
  ...{ httpsAgent: { maxSockets: 200 }, httpAgent: { maxSockets: 200 } },
};

type Send = (operation: string, input: object) => Promise<unknown>;

let sending: Send | undefined;

/**
 * Calls DynamoDB, and again where it was throttled, broke, or got no answer.
 *
 * Connections, credentials, signature and retries are the SDK's. Its client is not used: the walk over a schema for
 * each attribute of each item, and the steps around each call, took more time than everything else that a request does
 * (docs/adr/0046).
 *
 * @throws DynamoDBError; what Node says of a connection that fails
 */
export function dynamodb<O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
): Promise<Operations[O]['output']> {
  // At the first call, so that importing a module does nothing.
  sending ??= connect();
  return sending(operation, input) as Promise<Operations[O]['output']>;
}

function connect(): Send {
  const region = process.env.AWS_REGION as string;
  const { protocol, hostname, port } = new URL(endpointOf(region));
  const host = port ? `${hostname}:${port}` : hostname;
  const handler = new NodeHttpHandler({ ...CONNECTIONS });
  const signer = new SignatureV4({ service: 'dynamodb', region, credentials: defaultProvider(), sha256: Sha256 });
  const retries = new StandardRetryStrategy(TRIES);

  const once: Send = async (operation, input) => {
    const body = JSON.stringify(input);
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const parts = { protocol, hostname, ...(port && { port: Number(port) }), method: 'POST', path: '/' };
    const signed = await signer.sign(new HttpRequest({ ...parts, headers, body }));
    const { response } = await handler.handle(signed as HttpRequest);
    const text = await textOf(response);
    if (response.statusCode < 300) return JSON.parse(text);
    throw new DynamoDBError(response.statusCode, parsed(text));
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
          // No more tries.
          throw error;
        }
      }
    }
  };
}

/** Where DynamoDB is: where AWS's variables say, or else in the region. */
export function endpointOf(region: string): string {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = process.env;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return AWS_ENDPOINT_URL_DYNAMODB || AWS_ENDPOINT_URL || `https://dynamodb.${region}.${domain}`;
}

function retryTypeOf(error: SdkError): 'THROTTLING' | 'TRANSIENT' | undefined {
  if (isThrottlingError(error)) return 'THROTTLING';
  return isTransientError(error) ? 'TRANSIENT' : undefined;
}

function textOf({ body }: HttpResponse): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks).toString()));
    body.on('error', reject);
    // A connection that ends in the middle of an answer.
    body.on('aborted', () => reject(Object.assign(new Error('The answer broke off.'), { code: 'ECONNRESET' })));
  });
}

/** What is said of an error, which a proxy on the way may have said in a language of its own. */
function parsed(text: string): ErrorBody {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
