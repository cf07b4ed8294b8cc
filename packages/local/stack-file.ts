import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `stack.json` in the data directory says of the running stack to other programs. */
export interface StackFile {
  /** `http://127.0.0.1:3000` */
  readonly api: string;
  /** The page with the mails. */
  readonly inbox: string;
  /** The `iss` of tokens. */
  readonly issuer: string;
  /** The endpoint of the DynamoDB engine, without permissions and faults. */
  readonly dynamodb: string;
  /** The name of the table. */
  readonly table: string;
  readonly pid: number;
}

/** At once or not at all: whoever waits for the file may read it as soon as it exists. */
export function writeStackFile(directory: string, stack: StackFile): void {
  const file = pathIn(directory);
  writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeStackFile(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}

/** The stack that runs on a data directory, if one does. One that was killed leaves its file behind. */
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
