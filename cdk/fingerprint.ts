import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's directory. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A hash over files' names and contents, to tell whether something made from them is still good.
 *
 * @param paths files and directories, relative to the repository, or absolute
 * @param without a file or directory to leave out, likewise
 */
export function fingerprint(paths: readonly string[], without?: string): string {
  const hash = createHash('sha256');
  const left = without && resolve(ROOT, without);
  for (const path of paths.flatMap((each) => filesBelow(resolve(ROOT, each))).sort()) {
    if (left && (path === left || path.startsWith(left + sep))) continue;
    const name = relative(ROOT, path);
    const content = readFileSync(path);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(below) : [below];
  });
}
