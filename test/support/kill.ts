import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { type Engine, type EngineName, startEngine } from '../../packages/local/engine.ts';
import type { Person } from '../../packages/local/issuer.ts';
import type { StackFile } from '../../packages/local/stack-file.ts';
import { type RunningStack, type Service, serviceOf } from './service.ts';
import type { Order } from './stack-process.ts';

/** Made by the global setup. */
const ASSEMBLY = join(ROOT, 'cdk.out');

/** When the process dies: at a function's call to AWS, before or after it is done. */
export interface Kill {
  readonly function: string;
  /** So many calls of the function go well before. */
  readonly skip: number;
  readonly fault: 'kill-process-before' | 'kill-process-after';
}

/** A service whose process, the one that holds gateway and functions, can die and begin again on the same data. */
export interface MortalService extends Service {
  /** Sends a request on which the process dies as by `kill -9`, and starts it again. */
  die(kill: Kill, request: () => Promise<unknown>): Promise<void>;
}

/** Starts the service in a process of its own for a test file, without its schedule. */
export function useMortalService(): MortalService {
  const directory = mkdtempSync(join(tmpdir(), 'muster-kill-'));
  const name = process.env.MUSTER_ENGINE as EngineName | undefined;
  let engine: Engine | undefined;
  let running: { readonly child: ChildProcess; readonly stack: RunningStack } | undefined;
  /** Has loaded its code, and waits for the other's death. */
  let spare: ChildProcess | undefined;

  const load = () =>
    fork(join(ROOT, 'test/support/stack-process.ts'), {
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: join(ASSEMBLY, 'compile-cache') },
    });
  const start = async () => {
    const child = spare ?? load();
    const file = await tell<StackFile>(child, {
      start: { directory, assembly: ASSEMBLY, ...(name && { engine: name }) },
      environment: engine && { DYNAMODB_ENDPOINT: engine.endpoint },
    });
    const token = (person: Person) => tell<string>(child, { token: person });
    running = { child, stack: { ...file, unsupported: [], token, stop: async () => {} } };
    spare = load();
  };
  beforeAll(async () => {
    // Java takes seconds to start: that engine stays, as DynamoDB does when a function dies. The other one dies too.
    if (name === 'dynamodb-local') engine = await startEngine({ directory, engine: name });
    await start();
  });
  afterAll(async () => {
    await Promise.all([running?.child, spare].map(kill));
    await engine?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const service = serviceOf(() => running?.stack as RunningStack);
  return Object.assign(service, {
    die: async (kill: Kill, request: () => Promise<unknown>) => {
      const { child } = running as NonNullable<typeof running>;
      const ended = once(child, 'exit');
      await service.faults([kill]);
      await expect(request(), 'The connection breaks').rejects.toThrow('fetch failed');
      expect(await ended).toEqual([null, 'SIGKILL']);
      await start();
    },
  });
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

let orders = 0;

/** Tells the process something, and waits for its answer. */
function tell<T>(child: ChildProcess, order: WithoutId<Order>): Promise<T> {
  orders += 1;
  const id = orders;
  return new Promise((resolve, reject) => {
    const listen = (message: { id: number; answer: T }) => {
      if (message.id !== id) return;
      child.off('message', listen);
      child.off('exit', fail);
      resolve(message.answer);
    };
    const fail = () => reject(new Error('The process of the stack ended: see above.'));
    child.on('message', listen);
    child.once('exit', fail);
    child.send({ id, ...order });
  });
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
