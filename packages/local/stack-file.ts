import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The content of `stack.json` in the data directory: the running stack, for other programs. */
export interface StackFile {
  /** `http://127.0.0.1:3000` */
  readonly api: string;
  /** The URL of the inbox page. */
  readonly inbox: string;
  /** The `iss` of tokens. */
  readonly issuer: string;
  /** The endpoint of the DynamoDB engine, which bypasses permissions and faults. */
  readonly dynamodb: string;
  /** The name of the table. */
  readonly table: string;
  readonly pid: number;
}

/** Writes the file atomically, so that it is complete as soon as it exists. */
export function writeStackFile(directory: string, stack: StackFile): void {
  const file = pathIn(directory);
  writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeStackFile(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}

/** Returns the running stack of a data directory, if any. Ignores the file of a killed stack. */
export async function runningStack(directory: string): Promise<StackFile | undefined> {
  const file = pathIn(directory);
  if (!existsSync(file)) return undefined;
  const stack = JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  const response = await fetch(`${stack.api}/_local/clock`, { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  );
  return response?.ok ? stack : undefined;
}

function pathIn(directory: string): string {
  return join(directory, 'stack.json');
}
