import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Call } from '../../packages/local/aws.ts';

// What functions call, over all test files, for test/least-privilege.test.ts, which runs when all others have.

/** Where the test files leave what they recorded. */
export interface Recording {
  readonly directory: string;
  /** Whether all tests run: only then can something be said to be used by none. */
  readonly whole: boolean;
  /** Whether this run records for `npm run endpoint`, which reads the directory afterwards. */
  readonly keeps: boolean;
}

declare module 'vitest' {
  interface ProvidedContext {
    recording: Recording;
    /** Whether files that `npm test` shortens run whole: see vitest.config.ts. */
    whole: boolean;
    /** Where stacks keep what they keep on disk, for this run only. */
    stacks: string;
  }
}

/** Vitest's global setup: empty folders for each run. */
export default function setup({ vitest, provide }: TestProject): () => void {
  const { filenamePattern } = vitest as { filenamePattern?: readonly string[] };
  const { testNamePattern, project, shard, changed, related, watch } = vitest.config;
  const part = filenamePattern ?? testNamePattern ?? shard ?? (changed || related || watch || project.length > 0);
  const { MUSTER_RECORDING: kept } = process.env;
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'muster-calls-'));
  provide('recording', { directory, whole: !part, keeps: kept !== undefined });
  const stacks = mkdtempSync(join(tmpdir(), 'muster-stacks-'));
  provide('stacks', stacks);
  return () => {
    // An engine that has just been killed may still be writing.
    for (const each of kept ? [stacks] : [directory, stacks]) {
      rmSync(each, { recursive: true, force: true, maxRetries: 5 });
    }
  };
}

/** The rights that functions used and were refused, each as a text of one form: see `rightsOf`. */
export interface Recorded {
  readonly used: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
}

/** Collects what the functions of a stack call. */
export function recorder() {
  const used = new Set<string>();
  const denied = new Set<string>();
  return {
    record(call: Call): void {
      // Tests that look into the table have no role.
      if (call.function === 'test') return;
      for (const right of rightsOf(call)) (call.allowed ? used : denied).add(right);
    },
    leaveIn({ directory }: Recording): void {
      writeFileSync(join(directory, randomUUID()), JSON.stringify({ used: [...used], denied: [...denied] }));
    },
  };
}

/** All that the test files of this run recorded so far. */
export function recorded({ directory }: Recording): Recorded {
  const files = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
  const all = (field: keyof Recorded) => new Set<string>(files.flatMap((file) => file[field]));
  return { used: all('used'), denied: all('denied') };
}

/** What a function needs to be granted for a part of a call; as `rightText` says it, once for each kind of key. */
function rightsOf({ function: name, action, resource, keys }: Call): string[] {
  const isItem = action.startsWith('dynamodb:');
  const prefixes = isItem && keys.length > 0 ? keys.map((key) => `${key.split('#')[0]}#*`) : [undefined];
  return prefixes.map((prefix) => rightText(name, action, resource, prefix));
}

/** One right in a form that calls and policies share: `members/list may dynamodb:Query on table, keys ORG#*`. */
export function rightText(name: string, action: string, arn: string, leadingKeys: string | undefined): string {
  const [kind, , ...below] = (arn.split(':')[5] ?? '').split('/');
  const keys = leadingKeys === undefined ? '' : `, keys ${leadingKeys}`;
  return `${name} may ${action} on ${[kind, ...below].join('/')}${keys}`;
}
