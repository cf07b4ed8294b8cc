import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root directory of the repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Returns a hash of files' names and contents, for checking whether a build is up to date.
 *
 * @param paths files and directories, relative to the repository, or absolute
 * @param without a file or directory to exclude, relative or absolute
 */
export function fingerprint(paths: readonly string[], without?: string): string {
  const hash = createHash('sha256');
  const excluded = without && resolve(ROOT, without);
  for (const path of paths.flatMap((each) => filesBelow(resolve(ROOT, each))).sort()) {
    if (excluded && (path === excluded || path.startsWith(excluded + sep))) continue;
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
