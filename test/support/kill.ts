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
import type { Command } from './stack-process.ts';

/** The assembly that the global setup synthesizes. */
const ASSEMBLY = join(ROOT, 'cdk.out');

/** When the process is killed: before or after a function's call to AWS. */
export interface Kill {
  readonly function: string;
  /** How many calls of the function succeed before. */
  readonly skip: number;
  readonly fault: 'kill-process-before' | 'kill-process-after';
}

/** A service whose process, with gateway and functions, can be killed and restarted on the same data. */
export interface KillableService extends Service {
  /** Sends a request during which the process is killed by SIGKILL, then restarts the process. */
  killDuring(kill: Kill, request: () => Promise<unknown>): Promise<void>;
}

/** Starts the service for a test file in a process of its own, without the schedule. */
export function useKillableService(): KillableService {
  const directory = mkdtempSync(join(tmpdir(), 'muster-kill-'));
  const name = process.env.MUSTER_ENGINE as EngineName | undefined;
  let engine: Engine | undefined;
  let running: { readonly child: ChildProcess; readonly stack: RunningStack } | undefined;
  /** The next process. It has loaded its code already. */
  let spare: ChildProcess | undefined;

  const load = () =>
    fork(join(ROOT, 'test/support/stack-process.ts'), {
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: join(ASSEMBLY, 'compile-cache') },
    });
  const start = async () => {
    const child = spare ?? load();
    const file = await send<StackFile>(child, {
      start: { directory, assembly: ASSEMBLY, ...(name && { engine: name }) },
      environment: engine && { DYNAMODB_ENDPOINT: engine.endpoint },
    });
    const token = (person: Person) => send<string>(child, { token: person });
    running = { child, stack: { ...file, unsupported: [], token, stop: async () => {} } };
    spare = load();
  };
  beforeAll(async () => {
    // DynamoDB Local takes seconds to start, so it keeps running, as DynamoDB does when a function is killed. The other
    // engine is killed too.
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
    killDuring: async (kill: Kill, request: () => Promise<unknown>) => {
      const { child } = running as NonNullable<typeof running>;
      const ended = once(child, 'exit');
      await service.faults([kill]);
      await expect(request(), 'the connection breaks').rejects.toThrow('fetch failed');
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

let commands = 0;

/** Sends a command to the process and waits for the reply. */
function send<T>(child: ChildProcess, command: WithoutId<Command>): Promise<T> {
  commands += 1;
  const id = commands;
  return new Promise((resolve, reject) => {
    const listen = (message: { id: number; answer: T }) => {
      if (message.id !== id) return;
      child.off('message', listen);
      child.off('exit', fail);
      resolve(message.answer);
    };
    const fail = () => reject(new Error('The process of the stack ended. Its output is above.'));
    child.on('message', listen);
    child.once('exit', fail);
    child.send({ id, ...command });
  });
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
