import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';
import type { LocalAnswer } from './gateway.ts';

/** The path of the pages after `/_local/`. */
export const DOCUMENTS = 'docs';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** Beside the policy that each page states itself: a page can't state that it is in no frame. */
const HEADERS = {
  'content-security-policy': "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/**
 * Serves the pages that `npm run docs` builds. They are built at the first request, in a process of their own: the start
 * doesn't wait for them, and they are those of the present documents.
 *
 * @param directory the directory of the stack
 * @returns a function that answers a path after `/_local/`
 */
export function createDocuments(directory: string): (path: string) => Promise<LocalAnswer> {
  const folder = join(directory, DOCUMENTS);
  let building: Promise<ReadonlySet<string>> | undefined;
  const build = async () => {
    const program = join(ROOT, 'packages', 'docs', 'build.ts');
    await promisify(execFile)(process.execPath, [program, '--out', folder]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Set(
      files.map(({ parentPath, name }) =>
        join(parentPath, name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      ),
    );
  };
  return async (path) => {
    if (path === DOCUMENTS)
      return { status: 308, headers: { location: `/_local/${DOCUMENTS}/` }, content: Buffer.of() };
    building ??= build();
    let files: ReadonlySet<string>;
    try {
      files = await building;
    } catch (error) {
      // The next request builds again.
      building = undefined;
      return { status: 500, body: { message: `The documents could not be built: ${(error as Error).message}` } };
    }
    const name = path.slice(DOCUMENTS.length + 1).replace(/^$|\/$/, (end) => `${end}index.html`);
    if (!files.has(name)) return { status: 404, body: { message: `The documents have no page ${name}.` } };
    const type = TYPES[extname(name)] ?? 'text/plain; charset=utf-8';
    return { status: 200, headers: { ...HEADERS, 'content-type': type }, content: readFileSync(join(folder, name)) };
  };
}
