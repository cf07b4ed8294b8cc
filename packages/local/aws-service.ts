import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Part } from './parts.ts';
import type { AccessRequest, Decision } from './policy.ts';

/** Who signed a call. */
export interface Caller {
  readonly name: string;
  decide(request: AccessRequest): Decision;
}

/** An answer as AWS would give it. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly contentType: string;
  /** AWS's code of the error; null of a success. */
  readonly error: string | null;
  readonly consumedCapacity?: unknown;
}

/** How a service tells an error. */
export type ErrorFormat = (status: number, code: string, message: string, more?: object) => Answer;

export type JudgedPart = Part & { readonly decision: Decision };

/** A call to AWS that has been read, and judged by its caller's role. */
export interface AwsRequest {
  readonly service: 'dynamodb' | 'ses';
  /** `TransactWriteItems` */
  readonly operation: string;
  readonly parts: readonly JudgedPart[];
  /** Whether AWS could answer TransactionConflict. */
  readonly conflicts: boolean;
  /** Does it, once nothing else stands in its way. */
  perform(delayMs: number): Promise<Answer>;
}

/** What one AWS service does behind the proxy. */
export interface Service {
  readonly fail: ErrorFormat;
  unknownCaller(): Answer;
  /** Reads a call; answers at once one that can't be read. */
  receive(call: { body: Buffer; operation: string; caller: Caller }): Promise<AwsRequest | Answer>;
}

/** The way to an engine. */
export interface Connection {
  /** One that doesn't answer counts as AWS's 500, which the SDK tries again. */
  post(body: Buffer, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: Buffer }>;
  close(): void;
}

/** Opens the way to an engine that takes part in the AWS protocols; connections are kept. */
export function connect(url: string, service: string, region: string): Connection {
  const { hostname, port, protocol } = new URL(url);
  // Idle connections go before the engine would end them, so that no call goes out on one that is ending.
  const agent = new Agent({ keepAlive: true, timeout: 15_000 });
  // The engines want to see a signature, and check none.
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
