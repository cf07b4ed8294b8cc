/** `npm run package`: builds the package `@muster/cdk` in a folder and packs it. Prints the path of the tarball. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundle } from '../../cdk/bundling/bundle.ts';
import { ROOT } from '../../cdk/fingerprint.ts';
import { functions } from '../../functions/index.ts';
import { pack, run } from '../pack.ts';
import { settingsInterface } from './settings.ts';

const HERE = join(ROOT, 'packages', 'cdk');
const folder = resolve(process.argv[2] ?? join(HERE, 'dist'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

await bundle(join(folder, 'functions'), functions);
// The construct needs no schemas: they are in the bundles.
const declared = functions.map(({ name, declaration }) => ({
  name,
  declaration: { ...declaration, query: undefined, body: undefined },
}));
writeFileSync(join(folder, 'functions.json'), JSON.stringify(declared));
await build({
  entryPoints: [join(HERE, 'index.ts')],
  outfile: join(folder, 'index.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  // CDK applications are written as CommonJS or ESM; both can load CommonJS.
  format: 'cjs',
  external: ['aws-cdk-lib', 'constructs'],
  legalComments: 'none',
  logLevel: 'warning',
});
writeFileSync(join(folder, 'index.d.ts'), types());
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
pack('cdk', folder, {
  description: 'Muster, team management in your own AWS account, as a construct for CDK',
  main: 'index.js',
  types: 'index.d.ts',
  peerDependencies: {
    'aws-cdk-lib': `^${devDependencies['aws-cdk-lib']}`,
    constructs: `^${devDependencies.constructs}`,
  },
});

/** Returns the types of the package as one file, which needs no other package than those of CDK. */
function types(): string {
  const out = mkdtempSync(join(tmpdir(), 'types-'));
  run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', HERE, '--outDir', out]);
  const text = readFileSync(join(out, 'packages', 'cdk', 'index.d.ts'), 'utf8');
  rmSync(out, { recursive: true });
  const imported = /^import .* from '\.\..*;\n/gm;
  return `${text.replaceAll(imported, '').replace(/Omit<StageSettings, .*?>/, 'StageSettings')}\n${settingsInterface(readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8'))}`;
}
