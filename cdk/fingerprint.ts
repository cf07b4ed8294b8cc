import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's directory. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A hash over files' names and contents, to tell whether something made from them is still good.
 *
 * @param paths files and directories, relative to the repository
 * @param without a directory to leave out
 */
export function fingerprint(paths: readonly string[], without?: string): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((each) => filesBelow(join(ROOT, each))).sort()) {
    const name = relative(ROOT, path);
    if (without && name.startsWith(without + sep)) continue;
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
