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

/** The operations of DynamoDB that the service calls: input and output in DynamoDB's JSON. */
interface Operations {
  BatchGetItem: { input: BatchGetItemCommandInput; output: Omit<BatchGetItemCommandOutput, '$metadata'> };
  Query: { input: QueryCommandInput; output: Omit<QueryCommandOutput, '$metadata'> };
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

/**
 * Time-outs of a call in milliseconds. A function has time for several attempts. `requestTimeout` ends when an answer
 * begins; `socketTimeout` also ends one that stalls.
 */
const CONNECTIONS = {
  ...{ connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true, socketTimeout: 3000 },
  ...{ httpsAgent: { maxSockets: 200 }, httpAgent: { maxSockets: 200 } },
};

type Send = (operation: string, input: object) => Promise<unknown>;

let send: Send | undefined;

/**
 * Calls DynamoDB. Retries after throttling, transient errors and time-outs.
 *
 * Uses the SDK's connections, credentials, signature and retries, but not its client, whose schema serialization and
 * middleware took more time than the rest of a request (docs/adr/0046).
 *
 * @throws DynamoDBError; Node's error if the connection fails
 */
export function dynamodb<O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
): Promise<Operations[O]['output']> {
  // Created at the first call, so that importing the module has no side effect.
  send ??= connect();
  return send(operation, input) as Promise<Operations[O]['output']>;
}

function connect(): Send {
  const region = process.env.AWS_REGION as string;
  const { protocol, hostname, port } = new URL(endpointOf(region));
  const host = port ? `${hostname}:${port}` : hostname;
  const handler = new NodeHttpHandler(CONNECTIONS);
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
          // No attempts are left.
          throw error;
        }
      }
    }
  };
}

/** The domains of China and of the European Sovereign Cloud, by the first part of their regions' names. */
const DOMAINS = new Map([
  ['cn', 'amazonaws.com.cn'],
  ['eusc', 'amazonaws.eu'],
]);

/** Returns the URL of DynamoDB: from AWS's environment variables, or that of the region. */
export function endpointOf(region: string): string {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = process.env;
  const domain = DOMAINS.get(region.split('-', 1)[0] as string) ?? 'amazonaws.com';
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
    // The connection closed in the middle of the answer.
    body.on('aborted', () =>
      reject(Object.assign(new Error('The connection closed before the end of the answer.'), { code: 'ECONNRESET' })),
    );
  });
}

/** Parses the body of an error. It is no JSON object if a proxy answered. */
function parsed(text: string): ErrorBody {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
