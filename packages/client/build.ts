/** `npm run package`: builds the package `@muster/client` in a folder and packs it. Prints the path of the tarball. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../cdk/fingerprint.ts';
import { pack, run } from '../pack.ts';

/** What an application can import: name -> source in `src`. */
const ENTRIES: Readonly<Record<string, string>> = {
  '.': 'index.ts',
  './backend': 'backend/index.ts',
};

const HERE = join(ROOT, 'packages', 'client');
const folder = resolve(process.argv[2] ?? join(HERE, 'dist'));
rmSync(folder, { recursive: true, force: true });
const types = mkdtempSync(join(tmpdir(), 'types-'));
run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', HERE, '--outDir', types]);
const ownTypes = join(types, 'packages', 'client');
// Types of the source name the source's files.
for (const file of readdirSync(ownTypes, { recursive: true, encoding: 'utf8' }).filter((each) =>
  each.endsWith('.d.ts'),
)) {
  const path = join(ownTypes, file);
  const text = readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'");
  writeFileSync(path, text.replaceAll("'../src/index.js'", "'../esm/index.js'"));
}

// A folder for each module format, with its own types: Node and TypeScript take the format from its package.json.
for (const format of ['esm', 'cjs'] as const) {
  const out = join(folder, format);
  cpSync(join(ownTypes, 'src'), out, { recursive: true });
  await build({
    entryPoints: Object.values(ENTRIES).map((source) => join(HERE, 'src', source)),
    outdir: out,
    bundle: true,
    format,
    splitting: format === 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  writeFileSync(join(out, 'package.json'), JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' }));
}

// The screens with Lit and the client, so that a page needs no bundler; what reads a CSV file is loaded when one is
// chosen. Types of Lit aren't published.
const screens = join(folder, 'components');
await build({
  entryPoints: [join(HERE, 'components', 'index.ts')],
  outdir: screens,
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'esm',
  splitting: true,
  platform: 'browser',
  target: 'es2022',
  legalComments: 'eof',
  logLevel: 'warning',
});
for (const name of ['index', 'language', 'screen'])
  cpSync(join(ownTypes, 'components', `${name}.d.ts`), join(screens, `${name}.d.ts`));
writeFileSync(join(screens, 'package.json'), JSON.stringify({ type: 'module' }));
rmSync(types, { recursive: true });

pack('client', folder, {
  description: 'The client of Muster, team management in your own AWS account',
  sideEffects: ['./components/index.js'],
  exports: {
    ...Object.fromEntries(
      Object.entries(ENTRIES).map(([name, source]) => [
        name,
        { import: built('esm', source), require: built('cjs', source) },
      ]),
    ),
    './components': { types: './components/index.d.ts', default: './components/index.js' },
  },
  // For tools that don't read `exports`.
  main: built('cjs', 'index.ts').default,
  module: built('esm', 'index.ts').default,
  types: built('cjs', 'index.ts').types,
});

function built(format: string, source: string): { readonly types: string; readonly default: string } {
  const path = `./${format}/${source.replace(/\.ts$/, '')}`;
  return { types: `${path}.d.ts`, default: `${path}.js` };
}
