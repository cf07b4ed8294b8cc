import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { ROOT } from '../fingerprint.ts';

/** The sources of the console. */
export const CONSOLE_SOURCES = ['packages/console', 'packages/client/src', 'packages/client/components'];

/**
 * Builds the console with Vite, and puts its files, compressed with Brotli, beside the bundles of the functions that serve
 * them (`lib/console/files.ts`).
 *
 * @param bundles the directories of these functions
 */
export async function addConsole(bundles: readonly string[]): Promise<void> {
  if (bundles.length === 0) return;
  const built = mkdtempSync(join(tmpdir(), 'console-'));
  const { NODE_ENV } = process.env;
  // Vite and Lit build for development if it says so, as it does in tests.
  process.env.NODE_ENV = 'production';
  try {
    // Loaded only here: most calls find that the bundles are up to date.
    const { build } = await import('vite');
    await build({
      root: join(ROOT, 'packages', 'console'),
      configFile: join(ROOT, 'packages', 'console', 'vite.config.ts'),
      build: { outDir: built, emptyOutDir: true },
    });
    for (const name of readdirSync(built)) {
      const content = readFileSync(join(built, name));
      const compressed = brotliCompressSync(content, {
        params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
      });
      for (const bundle of bundles) {
        mkdirSync(join(bundle, 'console'), { recursive: true });
        writeFileSync(join(bundle, 'console', `${name}.br`), compressed);
      }
    }
  } finally {
    process.env.NODE_ENV = NODE_ENV;
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    rmSync(built, { recursive: true });
  }
}
