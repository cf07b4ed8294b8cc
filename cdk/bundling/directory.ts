import { join } from 'node:path';

/** Returns the directory of a function's bundle, `index.cjs`. */
export function bundleDirectory(bundles: string, name: string): string {
  return join(bundles, name.replaceAll('/', '-'));
}
