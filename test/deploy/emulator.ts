import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../cdk/fingerprint.ts';
import { freePort } from '../../packages/local/engine.ts';
import { installTools } from './install.ts';

/** The account and region of the emulator. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** An operation that the emulator did: one on a resource of a stack, or a signed request of a client. */
export interface Operation {
  /** Seconds since 1970. */
  readonly at: number;
  /** `AWS::ApiGatewayV2::Route`; undefined for a request. */
  readonly type?: string;
  readonly action?: 'create' | 'update' | 'delete';
  /** `cloudformation`; undefined for an operation on a resource. */
  readonly service?: string;
}

/** An operation that fails: of a type and action, the one after the first `after`. `SendRawEmail` has the action `send`. */
export interface Fault {
  readonly type: string;
  readonly action: 'create' | 'update' | 'delete' | 'send';
  readonly after: number;
}

/** A mail that the emulator's SES has accepted. */
export interface SentMail {
  readonly MessageId: string;
  readonly Source: string;
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText: string;
}

/** A running emulator, with an empty account. */
export interface Emulator {
  readonly endpoint: string;
  /** The environment of the AWS and CDK command lines. */
  readonly environment: NodeJS.ProcessEnv;
  /** Calls an operation of a service with a JSON protocol, such as `DynamoDB_20120810.ListTables`. */
  // biome-ignore lint/suspicious/noExplicitAny: the services' answers have no type here
  json(service: string, target: string, body?: object): Promise<any>;
  /** Calls an operation of a service with the query protocol, and returns the XML. */
  query(service: string, action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
  /** Calls a service with a REST protocol, and returns the JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  rest(service: string, path: string, request?: RequestInit): Promise<any>;
  /** Returns the mails to an address, oldest first. */
  mails(to: string): Promise<SentMail[]>;
  /** Makes one of the next operations fail; undefined: none. */
  fault(fault: Fault | undefined): void;
  /** Returns all operations so far. */
  operations(): Operation[];
  stop(): Promise<void>;
}

/**
 * Starts MiniStack on loopback, on a free port, with an empty account. Lambda functions run on this process's Node.
 *
 * @throws Error with its output, if it doesn't start
 */
export async function startEmulator(): Promise<Emulator> {
  const python = installTools();
  const state = mkdtempSync(join(tmpdir(), 'muster-deploy-'));
  const temporary = join(state, 'tmp');
  mkdirSync(temporary);
  const log = join(state, 'emulator.log');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
  const output = openSync(log, 'a');
  const emulator = spawn(python, [join(ROOT, 'test', 'deploy', 'emulator', 'launch.py')], {
    // Only what it needs: a variable of this machine must not reach the functions.
    env: {
      ...credentials,
      HOME: temporary,
      TMPDIR: temporary,
      MUSTER_STATE: state,
      // Loopback only, and no listener but the one for AWS's services.
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // The end of the host names of APIs. They needn't resolve: deployed.ts.
      MINISTACK_HOST: 'localhost',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      DOCKER_HOST: 'unix:///nonexistent',
      S3_DATA_DIR: join(state, 's3'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['ignore', output, output],
    // With its workers, in a process group of its own.
    detached: true,
  });
  closeSync(output);
  const ended = new Promise<void>((done) => emulator.once('exit', () => done()));
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(emulator.pid as number), signal);
    } catch {
      // It has ended.
    }
  };
  const onExit = () => kill('SIGKILL');
  process.once('exit', onExit);
  const isReady = () =>
    fetch(`${endpoint}/_ministack/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const deadline = Date.now() + 60_000; !(await isReady()); await sleep(100)) {
    if (emulator.exitCode === null && Date.now() < deadline) continue;
    kill('SIGKILL');
    throw new Error(`MiniStack didn't start:\n${readFileSync(log, 'utf8')}`);
  }

  const call = async (service: string, path: string, request: RequestInit): Promise<string> => {
    // The emulator reads the service from the signature, and doesn't verify it.
    const credential = `test/20260101/${REGION}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
    const response = await fetch(endpoint + path, { ...request, headers: { ...request.headers, authorization } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`);
    return text;
  };
  const fault = join(state, 'fault.json');
  return {
    endpoint,
    environment: { ...process.env, ...credentials, AWS_ENDPOINT_URL: endpoint, AWS_EC2_METADATA_DISABLED: 'true' },
    json: async (service, target, body = {}) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
      return parsed(await call(service, '/', { method: 'POST', headers, body: JSON.stringify(body) }));
    },
    query: (service, action, parameters = {}) =>
      call(service, '/', { method: 'POST', body: new URLSearchParams({ Action: action, ...parameters }) }),
    rest: async (service, path, request = {}) => parsed(await call(service, path, request)),
    mails: async (to) => {
      const response = await fetch(`${endpoint}/_ministack/ses/messages?account=${ACCOUNT}`);
      const { messages } = (await response.json()) as { messages: Record<string, SentMail[]> };
      return (messages[ACCOUNT] ?? []).filter((mail) => mail.To.some((address) => address.includes(to)));
    },
    fault: (wanted) => {
      if (wanted) writeFileSync(fault, JSON.stringify(wanted));
      else rmSync(fault, { force: true });
    },
    operations: () =>
      readFileSync(join(state, 'operations.jsonl'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    stop: async () => {
      process.off('exit', onExit);
      kill('SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      kill('SIGKILL');
      if (!process.env.MUSTER_KEEP) rmSync(state, { recursive: true, force: true });
    },
  };
}

function parsed(text: string): unknown {
  return text ? JSON.parse(text) : undefined;
}
