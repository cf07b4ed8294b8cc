import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { AuditActor, AuditContext } from '../../lib/domain/audit.ts';
import { runningStack, type StackFile } from '../../packages/local/stack-file.ts';
import { ROOT } from '../fingerprint.ts';

/** Invalid arguments or an unknown table. The message is for the operator; a stack trace isn't needed. */
export class UsageError extends Error {}

/** Parses the arguments of a command. @throws UsageError for an unknown option, or an argument too many */
function parsed<const O extends ParseArgsOptionsConfig>(options: O, positionals: number) {
  try {
    const found = parseArgs({ options, allowPositionals: positionals > 0 });
    if (found.positionals.length > positionals) throw new Error('There are too many arguments.');
    return found;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]?.replace(/\.$/, '')}.`);
  }
}

/**
 * Sets the environment variables from which the service's code reads the table.
 *
 * @param table the name of a deployment's table; undefined: the running local stack
 * @returns the local stack, if it is that
 * @throws UsageError without a region or a local stack
 */
export async function connect(table: string | undefined): Promise<StackFile | undefined> {
  if (table !== undefined) {
    process.env.TABLE_NAME = table;
    process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION;
    if (!process.env.AWS_REGION) throw new UsageError('Set AWS_REGION to the region of the deployment.');
    return undefined;
  }
  const stack = await runningStack(join(ROOT, '.local'));
  if (!stack) throw new UsageError('No local stack is running: start one with npm start, or name a table by --table.');
  Object.assign(process.env, {
    TABLE_NAME: stack.table,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodb,
    AWS_ACCESS_KEY_ID: 'LOCALADMIN',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return stack;
}

/** Returns the context of the audit entries of a command. */
export function auditContext(id: Extract<AuditActor, { readonly type: 'operator' }>['id']): AuditContext {
  return { now: new Date(), by: { type: 'operator', id }, origin: { requestId: randomUUID(), sourceAddress: null } };
}

/** The options of every command. */
const COMMON = { table: { type: 'string' }, help: { type: 'boolean' } } as const;

/**
 * Runs a command with its arguments: prints the usage for `--help`, and errors, and exits with code 1 after one.
 *
 * @param spec.options its options, beside `--table` and `--help`
 * @param spec.positionals how many other arguments it takes
 * @param spec.run returns the exit code
 * @param spec.isTold whether the message of an error is for the operator
 */
export async function command<const O extends ParseArgsOptionsConfig>(spec: {
  readonly usage: string;
  readonly options?: O;
  readonly positionals?: number;
  run(given: ReturnType<typeof parsed<O & typeof COMMON>>): Promise<number>;
  isTold?(error: unknown): boolean;
}): Promise<void> {
  const { usage, options = {} as O, positionals = 0, isTold } = spec;
  try {
    const given = parsed({ ...options, ...COMMON }, positionals);
    if ((given.values as { help?: boolean }).help) process.stdout.write(usage);
    else process.exitCode = await spec.run(given);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isKnown = error instanceof UsageError || isTold?.(error);
    process.stderr.write(`${isKnown || !(error instanceof Error) ? message : `${error.name}: ${message}`}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${usage}`);
    process.exitCode = 1;
  }
}
