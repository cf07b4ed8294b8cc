import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Call } from '../../packages/local/aws.ts';

// Records what functions call in all test files, for test/least-privilege.test.ts, which runs last.

/** The directory that test files write their records to. */
export interface Recording {
  readonly directory: string;
  /** Whether all tests run. Only then is a right that no test used really unused. */
  readonly whole: boolean;
  /** Whether the directory is kept, for `npm run endpoint`, which reads it afterwards. */
  readonly keeps: boolean;
}

declare module 'vitest' {
  interface ProvidedContext {
    recording: Recording;
    /** Whether files that `npm test` shortens run in full: see vitest.config.ts. */
    whole: boolean;
    /** The directory that stacks keep their files in. It is deleted after the run. */
    stacks: string;
  }
}

/** Vitest's global setup: creates empty directories for each run. */
export default function setup({ vitest, provide }: TestProject): () => void {
  const { filenamePattern } = vitest as { filenamePattern?: readonly string[] };
  const { testNamePattern, project, shard, changed, related, watch } = vitest.config;
  const isPartial = filenamePattern ?? testNamePattern ?? shard ?? (changed || related || watch || project.length > 0);
  const { MUSTER_RECORDING: kept } = process.env;
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'muster-calls-'));
  provide('recording', { directory, whole: !isPartial, keeps: kept !== undefined });
  const stacks = mkdtempSync(join(tmpdir(), 'muster-stacks-'));
  provide('stacks', stacks);
  return () => {
    // A killed engine may still be writing.
    for (const each of kept ? [stacks] : [directory, stacks]) {
      rmSync(each, { recursive: true, force: true, maxRetries: 5 });
    }
  };
}

/** The rights that functions used and the rights they were denied, as texts: see `rightText`. */
export interface Recorded {
  readonly used: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
}

/** Returns a recorder of the rights that a stack's functions use. */
export function recorder() {
  const used = new Set<string>();
  const denied = new Set<string>();
  return {
    record(call: Call): void {
      // Tests that read the table directly have no role.
      if (call.function === 'test') return;
      for (const right of rightsOf(call)) (call.allowed ? used : denied).add(right);
    },
    writeTo({ directory }: Recording): void {
      writeFileSync(join(directory, randomUUID()), JSON.stringify({ used: [...used], denied: [...denied] }));
    },
  };
}

/** Returns everything that the test files of this run have recorded so far. */
export function recorded({ directory }: Recording): Recorded {
  const files = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
  const all = (field: keyof Recorded) => new Set<string>(files.flatMap((file) => file[field]));
  return { used: all('used'), denied: all('denied') };
}

/** Returns the rights that a part of a call needs, one for each key prefix, in the form of `rightText`. */
function rightsOf({ function: name, action, resource, keys }: Call): string[] {
  const isItem = action.startsWith('dynamodb:');
  const prefixes = isItem && keys.length > 0 ? keys.map((key) => `${key.split('#')[0]}#*`) : [undefined];
  return prefixes.map((prefix) => rightText(name, action, resource, prefix));
}

/** Returns the right to an action on items of the table whose keys have a prefix, in the form of `rightText`. */
export function tableRight(name: string, action: string, prefix: string): string {
  return `${name} may dynamodb:${action} on table, keys ${prefix}#*`;
}

/** Returns a right as text, for calls and policies alike: `members/list may dynamodb:Query on table, keys ORG#*`. */
export function rightText(name: string, action: string, arn: string, leadingKeys: string | undefined): string {
  const [kind, , ...below] = (arn.split(':')[5] ?? '').split('/');
  const keys = leadingKeys === undefined ? '' : `, keys ${leadingKeys}`;
  return `${name} may ${action} on ${[kind, ...below].join('/')}${keys}`;
}
