import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Answer,
  type AuthorizedPart,
  type AwsRequest,
  type Caller,
  connect,
  readBody,
  type Service,
} from './aws-service.ts';
import { createDynamoDb } from './dynamodb.ts';
import { type ActiveFault, type Fault, parseFaults, takeFault } from './faults.ts';
import type { Attributes } from './parts.ts';
import { compilePolicies, type PolicyDocument } from './policy.ts';
import { createSes, type Envelope } from './ses.ts';
import { canceled, conflict } from './transactions.ts';

/** A principal that signs calls: a function, with the resolved identity policies of its role. */
export interface Principal {
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
}

/** A separately authorized part of a call to AWS, as `GET /_local/calls` shows it. */
export interface Call {
  /** The id of the call, which its parts share. */
  readonly call: string;
  /** `TransactWriteItems`, `SendRawEmail` */
  readonly operation: string;
  /** The caller's name; `test` for the administrator's key. */
  readonly function: string;
  /** Lambda's request id; empty while a function initializes. */
  readonly requestId: string;
  /** The IAM action: `dynamodb:PutItem` */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  /** `pk|sk` of items, the partition key and range of a query (see `Part`), or the recipients of a mail. */
  readonly keys: readonly string[];
  /** Whether the role allows it. */
  readonly allowed: boolean;
  /** AWS's ConsumedCapacity of the whole call, only on its first part; an array for several tables. */
  readonly consumedCapacity: unknown;
  /** ISO time, by the real clock. */
  readonly startedAt: string;
  /** The duration from the arrival of the call to its answer. */
  readonly ms: number;
  /** HTTP status; 0: a fault suppressed the answer. */
  readonly status: number;
  /** AWS's error code; null: success or no answer. */
  readonly error: string | null;
}

export interface AwsProxyOptions {
  /** Base URL of the DynamoDB engine. */
  readonly dynamodb: string;
  /** Base URL of the local SES. */
  readonly ses: string;
  /** The local EventBridge; undefined: there is none. */
  readonly events?: Service;
  /** The principals by access key id. */
  readonly principals: ReadonlyMap<string, Principal>;
  readonly region: string;
  readonly account: string;
  /** Whether the account is in SES's sandbox. */
  readonly sandbox?: boolean | undefined;
  /**
   * How long a transaction stays in flight before the engine gets it, 2 by default. The engines answer in less than a
   * millisecond, AWS in about ten. Without a delay, concurrent transactions would hardly ever conflict.
   */
  readonly latencyMs?: number;
  /** Called with the items that a write has put, after it has committed and before the function gets the answer. */
  onCommit?: ((images: readonly Attributes[]) => void) | undefined;
  /** Called with each mail that SES accepted, before the function gets the answer. */
  onMail(raw: Buffer, envelope: Envelope): Promise<void> | void;
  /** Terminates the worker that processes a request of a function. */
  onKill(functionName: string, requestId: string): void;
  /** Called with each part of a call, after the call. */
  onCall?: ((call: Call) => void) | undefined;
}

export interface AwsProxy {
  /** Base URL for the SDK: DynamoDB, SES and EventBridge. */
  readonly endpoint: string;
  /**
   * Returns the last 10,000 calls, in the order of completion.
   *
   * @param functionName the caller; default: all
   */
  calls(functionName?: string): Call[];
  /** Replaces all faults. @throws Error for invalid faults */
  setFaults(faults: unknown): void;
  /** Returns the remaining faults, with their remaining counts. */
  faults(): Fault[];
  /** Clears calls and faults. */
  reset(): void;
  close(): Promise<void>;
}

/** The access key id of an administrator with all permissions, for tests that read the table. */
export const adminAccessKeyId = 'LOCALADMIN';

const MAX_CALLS = 10_000;

/**
 * Starts the proxy between functions and AWS: an HTTP server on 127.0.0.1 that the calls of functions to DynamoDB,
 * SES and EventBridge go to, in front of an engine, a local SES and a local bus.
 *
 * It adds AWS's behavior that they lack: it authorizes each part by the caller's role, answers TransactionConflict when
 * a write or a transaction touches a key of a transaction in flight (except BatchWriteItem), and records the capacity
 * of each call. It can inject faults: see `Fault`.
 *
 * @throws Error when a policy can't be evaluated locally
 */
export async function startAwsProxy(options: AwsProxyOptions): Promise<AwsProxy> {
  const { region, account, latencyMs = 2 } = options;
  const callers = new Map<string, Caller>(
    [...options.principals].map(([key, { name, policies }]) => [key, { name, decide: compilePolicies(policies) }]),
  );
  callers.set(adminAccessKeyId, { name: 'test', decide: () => 'allow' });
  const toDynamoDb = connect(options.dynamodb, 'dynamodb', region);
  const toSes = connect(options.ses, 'ses', region);
  const dynamodb = createDynamoDb(toDynamoDb, { region, account, latencyMs, onCommit: options.onCommit });
  const ses = createSes(toSes, { region, account, sandbox: options.sandbox, onMail: options.onMail });
  let calls: Call[] = [];
  let faults: ActiveFault[] = [];

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now();
    const body = await readBody(incoming);
    const { 'x-amz-target': target, 'x-local-request-id': requestId = '', authorization = '' } = incoming.headers;
    const operation = typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
    const isEvent = typeof target === 'string' && target.startsWith('AWSEvents.');
    const service = (isEvent && options.events) || (operation ? dynamodb : ses);
    const caller = callers.get(/Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? '');
    if (!caller) return answer(outgoing, service.unknownCaller());
    const request = await service.receive({ body, operation, caller });
    if (!('perform' in request)) return answer(outgoing, request);
    const { parts } = request;

    const id = randomUUID();
    const record = ({ status, error, consumedCapacity = null }: Omit<Answer, 'body' | 'contentType'>) => {
      if (calls.length >= 2 * MAX_CALLS) calls = calls.slice(-MAX_CALLS);
      const ms = Math.round((performance.now() - started) * 1000) / 1000;
      // Not by `Date`, which a test may have shifted.
      const startedAt = new Date(performance.timeOrigin + started).toISOString();
      for (const [index, { action, resource, keys, decision }] of parts.entries()) {
        const call: Call = {
          ...{ call: id, operation: request.operation, function: caller.name, requestId: String(requestId) },
          ...{ action, resource, keys, allowed: decision === 'allow' },
          consumedCapacity: index === 0 ? consumedCapacity : null,
          ...{ startedAt, ms, status, error },
        };
        calls.push(call);
        options.onCall?.(call);
      }
    };
    const finish = (answered: Answer) => {
      record(answered);
      answer(outgoing, answered);
    };
    const dropConnection = () => {
      record({ status: 0, error: null });
      incoming.socket.destroy();
    };

    const denied = parts.find(({ decision }) => decision !== 'allow');
    if (denied) return finish(refusal(service, caller.name, denied));
    const matched = takeFault(faults, {
      function: caller.name,
      action: `${request.service}:${request.operation}`,
      parts,
      conflicts: request.conflicts,
    });
    const kind = matched?.fault.fault;
    if (kind === 'hang') return record({ status: 0, error: null });
    if (kind === 'kill-process-before') process.kill(process.pid, 'SIGKILL');
    if (kind === 'kill-worker-before') {
      options.onKill(caller.name, String(requestId));
      return dropConnection();
    }
    const failure = matched && injected(service, request, caller.name, matched);
    if (failure) return finish(failure);

    const answered = await request.perform(matched?.fault.ms ?? 0, kind === 'partial' ? matched?.hit : []);
    if (kind === 'kill-process-after') process.kill(process.pid, 'SIGKILL');
    if (kind === 'kill-worker-after') options.onKill(caller.name, String(requestId));
    if (kind === 'kill-worker-after' || kind === 'drop-answer') return dropConnection();
    finish(answered);
  }

  /** Returns AWS's answer for a missing permission. */
  function refusal({ fail }: Service, name: string, { action, resource, decision }: AuthorizedPart): Answer {
    const user = `arn:aws:sts::${account}:assumed-role/${name}`;
    if (action.startsWith('ses:')) {
      const message = `User \`${user}' is not authorized to perform \`${action}' on resource \`${resource}'`;
      return fail(403, 'AccessDenied', message);
    }
    const because =
      decision === 'explicit deny'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
    return fail(400, 'AccessDeniedException', message);
  }

  /** Returns the error answer of a fault; undefined for faults without one. */
  function injected(
    service: Service,
    { service: name, operation, parts }: AwsRequest,
    caller: string,
    { fault, hit }: { fault: ActiveFault; hit: readonly boolean[] },
  ): Answer | undefined {
    const { fail } = service;
    const isMail = name === 'ses';
    switch (fault.fault) {
      case 'throttle':
        if (isMail) return fail(400, 'Throttling', 'Maximum sending rate exceeded.');
        if (operation.startsWith('Transact')) return canceled(fail, hit, 'ThrottlingError', throughputExceeded);
        return fail(400, 'ThrottlingException', throughputExceeded);
      case 'conflict':
        return conflict(fail, operation, hit);
      case 'pause':
      case 'refuse': {
        const paused = 'Sending paused for this account. Please check the inbox of the AWS account.';
        const message = fault.fault === 'pause' ? paused : 'Email address is not verified.';
        if (isMail) return fail(400, 'MessageRejected', message);
        return refusal(service, caller, { ...(parts[hit.indexOf(true)] as AuthorizedPart), decision: 'implicit deny' });
      }
      case 'error':
        return fail(
          500,
          isMail ? 'InternalFailure' : 'InternalServerError',
          'The request failed for an unknown reason.',
        );
      default:
        return undefined;
    }
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error) => {
      // A caller that disconnects is expected. Other errors are defects of the proxy, and must not look like AWS's
      // answer.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') console.error('The local AWS proxy failed:', error);
      incoming.socket.destroy();
    });
  });
  // Never close idle connections: the SDK would fail if it reused one at that moment.
  server.keepAliveTimeout = 0;
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: (name) => {
      const last = calls.slice(-MAX_CALLS);
      return name === undefined ? last : last.filter((call) => call.function === name);
    },
    setFaults: (given) => {
      faults = parseFaults(given);
    },
    faults: () => structuredClone(faults),
    reset: () => {
      calls = [];
      faults = [];
    },
    close: () =>
      new Promise((done) => {
        toDynamoDb.close();
        toSes.close();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const throughputExceeded =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or ' +
  'index so please try again shortly. If exceptions persist, check if you have a hot key.';

function answer(outgoing: ServerResponse, { status, body, contentType }: Answer): void {
  outgoing.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  outgoing.end(body);
}
