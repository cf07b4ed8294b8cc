import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { LocalFunction } from './local-function.ts';

/** The outcome of an invocation: the function's result as JSON, or an error. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly reason: 'error' | 'timeout' | 'killed'; readonly message: string };

export interface FunctionsOptions {
  readonly functions: readonly LocalFunction[];
  /** Returns a function's whole environment, including Lambda's variables. Workers don't inherit this process's. */
  environment(item: LocalFunction): Record<string, string>;
  /** The endpoint of the AWS proxy. */
  readonly proxy: string;
  /** The issuer's URL in tokens, and the address it listens on. */
  readonly issuer: { readonly url: string; readonly address: string };
  /** The clock's offset in milliseconds, as an eight-byte float. */
  readonly clock: SharedArrayBuffer;
  /** The folder of the workers' compile cache. */
  readonly compileCache: string;
  /** The maximum number of workers, 80 by default. Beyond it, the longest idle worker is terminated. */
  readonly limit?: number;
  /** Called with each line that a function prints, and with its failures. */
  log(functionName: string, line: string): void;
}

export interface Functions {
  /** Never rejects. @throws Error for an unknown function */
  invoke(functionName: string, event: unknown): Promise<Outcome>;
  /** Terminates the worker that processes a request, as a crash would; an empty id: the starting workers. */
  kill(functionName: string, requestId: string): void;
  /** Terminates all workers that process requests, as a crash would. */
  interrupt(): void;
  close(): Promise<void>;
}

/** The data of a worker thread, which worker.cjs reads. */
export interface WorkerData {
  readonly code: string;
  readonly handler: string;
  /** The constant part of Lambda's context object. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly clock: SharedArrayBuffer;
  readonly proxy: string;
  readonly issuer: { readonly url: string; readonly address: string };
  readonly compileCache: string;
}

type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed' | 'error'; readonly message: string }
  | { readonly type: 'result'; readonly payload: string };

interface Invocation {
  readonly requestId: string;
  readonly event: string;
  readonly settle: (outcome: Outcome) => void;
}

interface Instance {
  readonly worker: Worker;
  state: 'starting' | 'idle' | 'busy';
  invocation?: Invocation;
  timer?: NodeJS.Timeout;
  /** When it became idle: the longest idle worker is terminated first. */
  idleSince: number;
}

interface Pool {
  readonly item: LocalFunction;
  readonly instances: Set<Instance>;
  readonly queue: Invocation[];
}

/** The maximum number of workers of one function; further invocations are queued. */
const PER_FUNCTION = 4;

/** Runs the functions' bundles in worker threads, which start on demand and process one invocation at a time. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { limit = 80 } = options;
  const pools = new Map(
    options.functions.map((item): [string, Pool] => [item.name, { item, instances: new Set(), queue: [] }]),
  );
  let total = 0;
  let closing = false;

  /** Assigns queued invocations to idle workers, and starts missing workers. */
  function dispatch(pool: Pool): void {
    for (const instance of pool.instances) {
      if (instance.state !== 'idle') continue;
      const next = pool.queue.shift();
      if (!next) return;
      run(pool, instance, next);
    }
    let starting = [...pool.instances].filter(({ state }) => state === 'starting').length;
    while (starting < pool.queue.length && pool.instances.size < PER_FUNCTION && makeRoom()) {
      start(pool);
      starting += 1;
    }
  }

  /** Dispatches for a pool, then for all others: they may wait for a worker when all are in use. */
  function dispatchAll(first: Pool): void {
    if (closing) return;
    dispatch(first);
    for (const pool of pools.values()) if (pool.queue.length > 0) dispatch(pool);
  }

  function makeRoom(): boolean {
    if (total < limit) return true;
    let leastUsed: { pool: Pool; instance: Instance } | undefined;
    for (const pool of pools.values()) {
      for (const instance of pool.instances) {
        if (instance.state !== 'idle') continue;
        if (!leastUsed || instance.idleSince < leastUsed.instance.idleSince) leastUsed = { pool, instance };
      }
    }
    if (leastUsed) remove(leastUsed.pool, leastUsed.instance);
    return leastUsed !== undefined;
  }

  function remove(pool: Pool, instance: Instance): void {
    if (!pool.instances.delete(instance)) return;
    total -= 1;
    clearTimeout(instance.timer);
    void instance.worker.terminate();
  }

  function start(pool: Pool): void {
    const { item } = pool;
    const name = item.arn.slice(item.arn.lastIndexOf(':') + 1);
    const { clock, proxy, issuer, compileCache } = options;
    const workerData: WorkerData = {
      code: item.code,
      handler: item.handler,
      context: {
        functionName: name,
        functionVersion: '$LATEST',
        invokedFunctionArn: item.arn,
        memoryLimitInMB: String(item.memory),
        logGroupName: `/aws/lambda/${name}`,
        logStreamName: 'local',
      },
      clock,
      proxy,
      issuer,
      compileCache,
    };
    const worker = new Worker(new URL('./worker.cjs', import.meta.url), {
      workerData,
      env: options.environment(item),
      argv: [],
      execArgv: [],
      name: item.name,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: item.memory },
    });
    const instance: Instance = { worker, state: 'starting', idleSince: 0 };
    pool.instances.add(instance);
    total += 1;
    for (const stream of [worker.stdout, worker.stderr]) logLines(stream, (line) => options.log(item.name, line));
    worker.on('message', (message: WorkerMessage) => receive(pool, instance, message));
    // Out of memory, process.exit(), or an uncaught exception or rejection.
    worker.on('error', (error) => fail(pool, instance, 'error', error.stack ?? error.message));
    worker.on('exit', () => fail(pool, instance, 'error', 'Runtime exited without providing a reason'));
  }

  function receive(pool: Pool, instance: Instance, message: WorkerMessage): void {
    if (message.type === 'failed') {
      fail(pool, instance, 'error', message.message);
      return;
    }
    if (message.type === 'result') settle(instance, { ok: true, payload: message.payload });
    if (message.type === 'error') {
      options.log(pool.item.name, message.message);
      settle(instance, { ok: false, reason: 'error', message: message.message });
    }
    instance.state = 'idle';
    instance.idleSince = performance.now();
    dispatchAll(pool);
  }

  function run(pool: Pool, instance: Instance, invocation: Invocation): void {
    const { timeout } = pool.item;
    instance.state = 'busy';
    instance.invocation = invocation;
    instance.timer = setTimeout(() => {
      fail(pool, instance, 'timeout', `Task timed out after ${timeout.toFixed(2)} seconds`);
    }, timeout * 1000);
    const { requestId, event } = invocation;
    instance.worker.postMessage({ requestId, event, timeout: timeout * 1000 });
  }

  function settle(instance: Instance, outcome: Outcome): void {
    clearTimeout(instance.timer);
    instance.invocation?.settle(outcome);
    delete instance.invocation;
  }

  /** Terminates a worker and fails its invocation. A worker that fails to start fails the first queued invocation. */
  function fail(pool: Pool, instance: Instance, reason: 'error' | 'timeout' | 'killed', message: string): void {
    if (!pool.instances.has(instance)) return;
    options.log(pool.item.name, message);
    remove(pool, instance);
    if (instance.state === 'starting') pool.queue.shift()?.settle({ ok: false, reason, message });
    settle(instance, { ok: false, reason, message });
    dispatchAll(pool);
  }

  function poolOf(name: string): Pool {
    const pool = pools.get(name);
    if (!pool) throw new Error(`The template has no function ${name}.`);
    return pool;
  }

  return {
    invoke(name, event) {
      const pool = poolOf(name);
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      if (closing) resolve({ ok: false, reason: 'killed', message: 'The local stack is stopping.' });
      else pool.queue.push({ requestId: randomUUID(), event: JSON.stringify(event), settle: resolve });
      dispatch(pool);
      return promise;
    },
    kill(name, requestId) {
      const pool = poolOf(name);
      for (const instance of [...pool.instances]) {
        const isMeant = requestId ? instance.invocation?.requestId === requestId : instance.state === 'starting';
        if (isMeant) fail(pool, instance, 'killed', 'Killed by a fault');
      }
    },
    interrupt() {
      for (const pool of pools.values()) {
        const busy = [...pool.instances].filter(({ state }) => state === 'busy');
        for (const instance of busy) fail(pool, instance, 'killed', 'Interrupted');
      }
    },
    async close() {
      closing = true;
      const workers: Worker[] = [];
      for (const pool of pools.values()) {
        for (const invocation of pool.queue.splice(0)) {
          invocation.settle({ ok: false, reason: 'killed', message: 'The local stack is stopping.' });
        }
        for (const instance of pool.instances) {
          workers.push(instance.worker);
          settle(instance, { ok: false, reason: 'killed', message: 'The local stack is stopping.' });
          remove(pool, instance);
        }
      }
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function logLines(stream: NodeJS.ReadableStream, log: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log(line);
  });
  stream.on('end', () => {
    if (rest) log(rest);
  });
}
