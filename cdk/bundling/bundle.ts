import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type Declaration, routeKeysOf } from '../../lib/http/declaration.ts';
import { fingerprint, ROOT } from '../fingerprint.ts';

/** What bundles are made from. esbuild reads `package.json` and `tsconfig.json` by itself. */
const SOURCES = ['lib', 'functions', 'package.json', 'package-lock.json', 'tsconfig.json', 'cdk/bundling'];

const STAMP = 'bundles.sha256';

const HANDLER = 'handler';

/** Entries that export a module's handler alone: what the module tells about itself isn't needed where it runs. */
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

/** The SDK's client of SES names its version, and carries the whole `package.json` for it, 2 KB. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => ({
      contents: JSON.stringify({ version: JSON.parse(readFileSync(path, 'utf8')).version }),
      loader: 'json',
    }));
  },
};

/**
 * What the SDK carries for runtimes and modes that aren't ours, 9 KB: SHA-256 without Node's, retries that adapt, the
 * signing of streams.
 */
const SPARES = ['Sha256Js', 'DefaultRateLimiter', 'AdaptiveRetryStrategy', 'HeaderFormatter'];

const withoutSpares: Plugin = {
  name: 'without-spares',
  setup(build) {
    const filter = new RegExp(`[\\\\/]@smithy[\\\\/](core|signature-v4)[\\\\/].*[\\\\/](${SPARES.join('|')})\\.js$`);
    build.onLoad({ filter }, ({ path }) => ({ contents: `export class ${basename(path, '.js')} {}` }));
  },
};

/** The errors that our operation of SES ends in, by the SDK's names of their classes. */
const ERRORS = new Set([
  ...['MessageRejected', 'MailFromDomainNotVerifiedException', 'AccountSendingPausedException'],
  ...['ConfigurationSetDoesNotExistException', 'ConfigurationSetSendingPausedException'],
]);

/** The SDK's client of SES registers the errors of all operations, 10 KB; an unregistered one keeps its name. */
const errorsOfOurs: Plugin = {
  name: 'errors-of-ours',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(
          /^n0_registry\.registerError\((\w+)\$, \1\);$/gm,
          (line, error: string) => (ERRORS.has(error) ? line : ''),
        ),
      }),
    );
  },
};

/** The directory of a function's bundle, `index.cjs`, below that of all bundles. */
export function bundleDirectory(bundles: string, name: string): string {
  return join(bundles, name.replaceAll('/', '-'));
}

/**
 * Bundles every function into a directory of its own, in one call of esbuild: a call for each took 40 s.
 *
 * Nothing is built while the sources are those of the last time, and the bundles what was made from them.
 *
 * @param directory where to, relative to the working directory; owned by this function, which empties it
 * @param functions as in `functions/index.ts`
 */
export async function bundle(
  directory: string,
  functions: readonly { readonly name: string; readonly declaration: Declaration }[],
): Promise<void> {
  // The CLI hands in a relative one, which esbuild would join to itself.
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
    // Packages' ESM is what esbuild can shake.
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': './cdk/bundling/credentials.ts' },
    // 15 KB, loaded by the SDK only where an operation streams events; none of ours does.
    external: ['@smithy/core/event-streams'],
    // What answers unknown paths has to know the known ones, and can't import them.
    define: {
      ROUTES: JSON.stringify(
        functions.flatMap(({ declaration }) => ('route' in declaration ? routeKeysOf(declaration) : [])),
      ),
    },
    plugins: [handlerOnly, versionOnly, errorsOfOurs, withoutSpares],
    logLevel: 'warning',
  });
  // Last, and of what is there: a run that was broken off, or wrote elsewhere, leaves nothing that looks good.
  writeFileSync(stamp, stampOf(sources, bundles));
}

/** What bundles were made from, and what they are. */
function stampOf(sources: string, bundles: string): string {
  return `${sources} ${fingerprint([bundles], join(bundles, STAMP))}`;
}
