import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { synthesize } from '../../cdk/synthesize.ts';
import { parametersOf } from './assembly.ts';
import { type Call, type Principal, startAwsProxy } from './aws.ts';
import { createClock } from './clock.ts';
import { type Controls, control, deliverMailEvent } from './control.ts';
import { createDocuments } from './documents.ts';
import { startEngine } from './engine.ts';
import { createTable, keyNamesOf, REGION, scan } from './engine-table.ts';
import { type BusEvent, createEventBus } from './event-bus.ts';
import { createFunctions } from './functions.ts';
import { bindGateway } from './gateway.ts';
import { AUDIENCE, ISSUER_FILE, OtherIssuer, type Person, startIssuer } from './issuer.ts';
import type { LocalFunction } from './local-function.ts';
import { startMail } from './mail.ts';
import type { PolicyDocument } from './policy.ts';
import type { Envelope } from './ses.ts';
import { completeEvent } from './ses-event.ts';
import { simulatedEvent } from './simulator.ts';
import { removeStackFile, runningStack, type StackFile, writeStackFile } from './stack-file.ts';
import { createTableStream } from './stream.ts';
import { readTemplate } from './template.ts';

export interface StackOptions {
  /** The directory of data, mails, keys, logs and `stack.json`. */
  readonly directory: string;
  /** The port of the API; default: any free port. */
  readonly port?: number;
  /** Whether to delete earlier data first, except the issuer's key and address. */
  readonly fresh?: boolean;
  /** The DynamoDB engine; the default depends on the platform, and `DYNAMODB_ENDPOINT` overrides it. */
  readonly engine?: 'dynoxide' | 'dynamodb-local';
  /** Base URL of a running DynamoDB; undefined: the stack starts its own engine. */
  readonly dynamodb?: string;
  /** The folder of a synthesized assembly; default: synthesizes the app if anything has changed. */
  readonly assembly?: string;
  /** Your own OIDC issuer; undefined: the local one. */
  readonly issuer?: { readonly url: string; readonly audience: string; readonly jwksUri?: string };
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Variables that override those of every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many workers all functions have at the same time. `createFunctions` has a default. */
  readonly workers?: number;
  /** Whether the template's schedules run; otherwise only `POST /_local/sweep` runs them. */
  readonly schedule?: boolean;
  /**
   * How long a change waits for others before the stream hands them on, in milliseconds; default: not at all. Lambda
   * asks a stream four times a second.
   */
  readonly streamWindow?: number;
  /** Whether SES behaves as in its sandbox; default: as the variable `SES_SANDBOX` says. */
  readonly sandbox?: boolean;
  /** Returns the policies that replace a role's, for tests of denied calls. */
  readonly policies?: (functionName: string, policies: readonly PolicyDocument[]) => readonly PolicyDocument[];
  /** Called with each part of a call to AWS, after the call. */
  readonly onCall?: (call: Call) => void;
  /** Called with each event that the bus has taken. */
  readonly onEvent?: (event: BusEvent) => void;
  /** Called with each line that a function prints. */
  readonly onLog?: (functionName: string, line: string) => void;
}

export interface Stack extends StackFile {
  /** The resource types that don't run locally. */
  readonly unsupported: readonly string[];
  /** Returns a bearer token of the local issuer. */
  token(person: Person): Promise<string>;
  /**
   * Resets the state without a restart: empties the table, clears mails, events, calls and faults, resets the clock, and aborts
   * requests in progress. Workers are kept. A table at `DYNAMODB_ENDPOINT` keeps its items.
   */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** After how long SES's mailbox simulator answers a mail, in milliseconds. */
const SIMULATOR_MS = 1000;
const ACCOUNT = '000000000000';

/**
 * Runs the synthesized template locally, on loopback only, until `stop()`.
 *
 * @throws Error with advice: for a taken port, a directory in use, or a missing engine
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const directory = resolve(options.directory);
  const running = await runningStack(directory);
  if (running) {
    throw new Error(`A stack runs on ${directory} already, at ${running.api}: stop it first (process ${running.pid}).`);
  }
  mkdirSync(directory, { recursive: true });
  if (options.fresh) {
    // The issuer stays, since applications and their users have its address and its tokens.
    const data = readdirSync(directory).filter((name) => name !== ISSUER_FILE);
    for (const name of data) rmSync(join(directory, name), { recursive: true });
  }

  // In the order of starting. They are closed in reverse order, even if the start fails.
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  const opened = async <T extends { close(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    closers.push(() => part.close());
    return part;
  };
  try {
    // First, so that a taken port is reported at once. Requests wait until the stack is complete.
    const gateway = await opened(bindGateway(options.port ?? 0));
    const clock = createClock();
    const [assembly, engine, mail, issuer] = await allSettled(
      options.assembly ?? synthesize(),
      options.dynamodb ?? opened(startEngine({ directory, ...(options.engine && { engine: options.engine }) })),
      opened(startMail({ directory })),
      opened(startIssuer(directory, clock.now)),
    );

    const { issuer: own } = options;
    const token = (person: Person) => {
      if (own) throw new OtherIssuer(own.url);
      return issuer.token(person);
    };
    const template = readTemplate(assembly, {
      region: REGION,
      account: ACCOUNT,
      api: gateway.url,
      parameters: {
        ...localParameters(assembly, own ?? { url: issuer.url, audience: AUDIENCE }, gateway.url),
        ...options.parameters,
      },
    });
    const dynamodb = typeof engine === 'string' ? engine : engine.endpoint;
    await createTable(dynamodb, template.table);

    const accessKeys = new Map(template.functions.map(({ name }, index) => [name, `LOCAL${1000 + index}`]));
    const bus = createEventBus({
      directory,
      region: REGION,
      account: ACCOUNT,
      now: clock.now,
      onEvent: options.onEvent,
    });
    const proxy = await opened(
      startAwsProxy({
        dynamodb,
        ses: mail.endpoint,
        events: bus.service,
        principals: new Map(
          template.functions.map(({ name, policies }): [string, Principal] => [
            accessKeys.get(name) as string,
            { name, policies: options.policies?.(name, policies) ?? policies },
          ]),
        ),
        region: REGION,
        account: ACCOUNT,
        sandbox: options.sandbox ?? process.env.SES_SANDBOX === '1',
        async onMail(raw, envelope) {
          await mail.receive(raw, envelope);
          simulate(envelope);
        },
        onCommit: (images) => stream.append(images),
        onKill: (name, requestId) => functions.kill(name, requestId),
        onCall: options.onCall,
      }),
    );

    const log = functionLog(directory);
    closers.push(log.close);
    const functions = createFunctions({
      functions: template.functions,
      ...(options.workers && { limit: options.workers }),
      environment: (item) => ({
        ...item.environment,
        ...(own?.jwksUri && { TOKEN_JWKS_URI: own.jwksUri }),
        // Receivers of webhooks that are developed on this machine.
        WEBHOOKS_TO_LOOPBACK: '1',
        ...options.environment,
        ...lambdaEnvironment(item, accessKeys.get(item.name) as string, proxy.endpoint),
      }),
      proxy: proxy.endpoint,
      issuer: { url: issuer.url, address: issuer.address },
      clock: clock.memory,
      // Beside the bundles, so that all stacks share it, and a new synthesis deletes it.
      compileCache: join(assembly, 'compile-cache'),
      log: (name, line) => {
        log.write(name, line);
        options.onLog?.(name, line);
      },
    });
    closers.push(functions.close);
    const stream = createTableStream({
      directory,
      streams: template.streams,
      region: REGION,
      keyNames: await keyNamesOf(dynamodb, template.table),
      window: options.streamWindow,
      now: clock.now,
      invoke: functions.invoke,
      log: log.write,
      scan: (patterns) => scan(dynamodb, template.table, patterns),
    });
    closers.push(stream.close);

    const controls: Controls = {
      clock,
      template,
      invoke: functions.invoke,
      token,
      mail: mail.messages,
      events: async () => {
        await stream.settled();
        return bus.events();
      },
      completeEvent: (event) => completeEvent(event, mail.all(), ACCOUNT),
      calls: proxy.calls,
      faults: proxy.faults,
      setFaults: proxy.setFaults,
      documents: createDocuments(directory),
    };
    /** Delivers what SES's mailbox simulator answers, soon after the mail: the sender records the mail first. */
    const simulate = ({ messageId, to }: Envelope) => {
      const event = simulatedEvent(to, new Date(clock.now()));
      if (!event) return;
      const timer = setTimeout(() => {
        answers.delete(timer);
        deliverMailEvent(controls.completeEvent({ ...event, mail: { messageId } }), controls).catch((error: Error) =>
          log.write('simulator', error.message),
        );
      }, SIMULATOR_MS);
      answers.add(timer);
    };
    const answers = new Set<NodeJS.Timeout>();
    const forgetAnswers = () => {
      for (const timer of answers) clearTimeout(timer);
      answers.clear();
    };
    closers.push(forgetAnswers);
    const timers = (options.schedule ? template.schedules : []).map(({ everyMs, function: name, input }) =>
      setInterval(() => void functions.invoke(name, input), everyMs),
    );
    closers.push(() => timers.forEach(clearInterval));

    const description: StackFile = {
      api: gateway.url,
      inbox: mail.inbox,
      issuer: own?.url ?? issuer.url,
      dynamodb,
      table: template.table.name,
      pid: process.pid,
    };
    writeStackFile(directory, description);
    closers.push(() => removeStackFile(directory));
    gateway.serve({
      routes: template.routes,
      cors: template.cors,
      account: ACCOUNT,
      now: clock.now,
      invoke: functions.invoke,
      local: (request) => control(request, controls),
    });
    // What an earlier process hadn't delivered.
    stream.settled().catch((error: Error) => log.write('stream', error.message));
    const reset = async () => {
      functions.interrupt();
      proxy.reset();
      forgetAnswers();
      mail.clear();
      stream.clear();
      bus.clear();
      clock.set(0);
      if (!process.env.DYNAMODB_ENDPOINT) await createTable(dynamodb, template.table, true);
    };
    return { ...description, unsupported: template.unsupported, token, reset, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for all promises, so that nothing is still starting when a failure is reported. */
async function allSettled<T extends readonly unknown[]>(...parts: T): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    [K in keyof T]: Awaited<T[K]>;
  };
}

/** Returns the template parameters for the issuer and the local API. */
function localParameters(
  assembly: string,
  { url, audience }: { readonly url: string; readonly audience: string },
  api: string,
): Record<string, string> {
  const declared = new Set(parametersOf(assembly));
  const values = { Issuer: url, Audience: audience, PublicUrl: api };
  return Object.fromEntries(Object.entries(values).filter(([name]) => declared.has(name)));
}

/** Returns the variables that Lambda sets. The access key identifies the function to the proxy. */
function lambdaEnvironment(item: LocalFunction, accessKey: string, proxy: string): Record<string, string> {
  const name = item.arn.slice(item.arn.lastIndexOf(':') + 1);
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: proxy,
    AWS_ENDPOINT_URL_DYNAMODB: proxy,
    AWS_ENDPOINT_URL_SES: proxy,
    AWS_ENDPOINT_URL_EVENTBRIDGE: proxy,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(item.memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: item.code,
    _HANDLER: item.handler,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}

/** Writes functions' output to `functions.log`, and with `LOCAL_LOG=1` also to standard error. */
function functionLog(directory: string) {
  const file = createWriteStream(join(directory, 'functions.log'), { flags: 'a' });
  return {
    write(name: string, line: string) {
      const text = `${new Date().toISOString()} ${name} ${line}\n`;
      // Workers may print while they terminate.
      if (file.writable) file.write(text);
      if (process.env.LOCAL_LOG === '1') process.stderr.write(text);
    },
    close: () => new Promise<void>((done) => file.end(done)),
  };
}
