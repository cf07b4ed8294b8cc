import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Part } from './parts.ts';
import type { AccessRequest, Decision } from './policy.ts';

/** The principal that signed a call. */
export interface Caller {
  readonly name: string;
  decide(request: AccessRequest): Decision;
}

/** An answer of AWS. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly contentType: string;
  /** AWS's error code; null: success. */
  readonly error: string | null;
  readonly consumedCapacity?: unknown;
}

/** Builds the error answer of a service. */
export type ErrorFormat = (status: number, code: string, message: string, more?: object) => Answer;

export type AuthorizedPart = Part & { readonly decision: Decision };

/** A parsed call to AWS, with the authorization decision of each part. */
export interface AwsRequest {
  readonly service: 'dynamodb' | 'ses' | 'events';
  /** `TransactWriteItems` */
  readonly operation: string;
  readonly parts: readonly AuthorizedPart[];
  /** Whether AWS could answer TransactionConflict. */
  readonly conflicts: boolean;
  /** Executes the call. @param failing the parts that fail although the call succeeds; only PutEvents has such parts */
  perform(delayMs: number, failing?: readonly boolean[]): Promise<Answer>;
}

/** An AWS service behind the proxy. */
export interface Service {
  readonly fail: ErrorFormat;
  unknownCaller(): Answer;
  /** Parses and authorizes a call; returns an error answer if it can't be parsed. */
  receive(call: { body: Buffer; operation: string; caller: Caller }): Promise<AwsRequest | Answer>;
}

/** A connection to an engine. */
export interface Connection {
  /** Returns status 500 if the engine doesn't answer; the SDK retries it. */
  post(body: Buffer, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: Buffer }>;
  close(): void;
}

/** Opens a connection to an engine that implements AWS's protocols, with keep-alive. */
export function connect(url: string, service: string, region: string): Connection {
  const { hostname, port, protocol } = new URL(url);
  // Idle connections are closed before the engine's timeout, so that no call uses a closing connection.
  const agent = new Agent({ keepAlive: true, timeout: 15_000 });
  // The engines require a signature, but don't verify it.
  const credential = `local/20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
  return {
    post: (body, headers) =>
      new Promise((done) => {
        const failed = ({ message }: Error) => {
          const text = JSON.stringify({ __type: 'InternalServerError', message: `${url} doesn't answer: ${message}` });
          done({ status: 500, body: Buffer.from(text) });
        };
        const request = httpRequest(
          {
            ...{ protocol, hostname, port, agent },
            method: 'POST',
            path: '/',
            headers: { ...headers, authorization, 'x-amz-date': '20260101T000000Z', 'content-length': body.length },
          },
          (response) => {
            readBody(response).then((answered) => done({ status: response.statusCode ?? 500, body: answered }), failed);
          },
        );
        request.on('error', failed);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export function readBody(stream: IncomingMessage): Promise<Buffer> {
  return new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.on('error', failed);
  });
}
