import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type Declaration, routeKeysOf } from '../../lib/http/declaration.ts';
import { fingerprint, ROOT } from '../fingerprint.ts';
import { addConsole, CONSOLE_SOURCES } from './console.ts';
import { bundleDirectory } from './directory.ts';

/** The sources of the bundles. esbuild reads `package.json` and `tsconfig.json` by itself. */
const SOURCES = [
  ...['lib', 'functions', 'package.json', 'package-lock.json', 'tsconfig.json', 'cdk/bundling'],
  ...CONSOLE_SOURCES,
];

const STAMP = 'bundles.sha256';

const HANDLER = 'handler';

/**
 * Entry points that export only a module's handler, so that bundles don't contain its declaration for the documents.
 */
const handlerOnly: Plugin = {
  name: 'handler-only',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${HANDLER}:`) }, ({ path }) => ({
      path: path.slice(HANDLER.length + 1),
      namespace: HANDLER,
    }));
    build.onLoad({ filter: /^/, namespace: HANDLER }, ({ path }) => ({
      contents: `export { handler } from './functions/${path}.ts';`,
      resolveDir: ROOT,
    }));
  },
};

/**
 * Classes of the SDK for unused runtimes and modes, 9 KB: SHA-256 in JavaScript, adaptive retries, the signing of
 * streams.
 */
const UNUSED_CLASSES = ['Sha256Js', 'DefaultRateLimiter', 'AdaptiveRetryStrategy', 'HeaderFormatter'];

const withoutUnusedClasses: Plugin = {
  name: 'without-unused-classes',
  setup(build) {
    const filter = new RegExp(
      `[\\\\/]@smithy[\\\\/](core|signature-v4)[\\\\/].*[\\\\/](${UNUSED_CLASSES.join('|')})\\.js$`,
    );
    build.onLoad({ filter }, ({ path }) => ({ contents: `export class ${basename(path, '.js')} {}` }));
  },
};

/**
 * Bundles every function into its own directory. One call of esbuild builds all: a call for each took 40 s.
 *
 * Builds nothing if neither the sources nor the bundles have changed since the last build.
 *
 * @param directory the directory for all bundles, relative to the working directory; it is emptied
 * @param functions as in `functions/index.ts`
 */
export async function bundle(
  directory: string,
  functions: readonly { readonly name: string; readonly declaration: Declaration }[],
): Promise<void> {
  // The CLI passes a relative path, which esbuild would resolve twice.
  const bundles = resolve(directory);
  const stamp = join(bundles, STAMP);
  const sources = fingerprint(SOURCES);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(sources, bundles)) return;
  rmSync(bundles, { recursive: true, force: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: functions.map(({ name }) => ({
      in: `${HANDLER}:${name}`,
      out: join(bundleDirectory(bundles, name), 'index'),
    })),
    outdir: bundles,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    // ESM's `import 'node:http'` loads undici, also through `import()`; `require` doesn't.
    format: 'cjs',
    supported: { 'dynamic-import': false },
    // esbuild can tree-shake only the ESM of packages.
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': './cdk/bundling/credentials.ts' },
    // 15 KB, which the SDK loads only for operations that stream events. None is in use.
    external: ['@smithy/core/event-streams'],
    // The fallback function needs all routes and can't import them.
    define: {
      ROUTES: JSON.stringify(
        functions.flatMap(({ declaration }) => ('route' in declaration ? routeKeysOf(declaration) : [])),
      ),
    },
    plugins: [handlerOnly, withoutUnusedClasses],
    logLevel: 'warning',
  });
  await addConsole(
    functions.filter(({ name }) => name.startsWith('console/')).map(({ name }) => bundleDirectory(bundles, name)),
  );
  // Written last, from the files on disk, so that an interrupted build leaves no valid stamp.
  writeFileSync(stamp, stampOf(sources, bundles));
}

/** Returns a fingerprint of the sources and the bundles. */
function stampOf(sources: string, bundles: string): string {
  return `${sources} ${fingerprint([bundles], join(bundles, STAMP))}`;
}
