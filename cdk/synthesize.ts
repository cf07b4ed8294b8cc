import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONSOLE_SOURCES } from './bundling/console.ts';
import { fingerprint, ROOT } from './fingerprint.ts';

const SOURCES = ['cdk', 'functions', 'lib', 'cdk.json', 'package-lock.json', ...CONSOLE_SOURCES];
const BUNDLES = 'functions';
const STAMP = 'synthesized.sha256';

/**
 * Synthesizes the cloud assembly with the app, as `cdk synth` does, unless it is up to date.
 *
 * Not safe for concurrent calls with the same directory: tests that share an assembly create it in their global setup.
 *
 * @param options.outdir the directory of the assembly, `cdk.out` by default
 * @param options.force synthesize even if nothing has changed
 * @returns the directory of the assembly
 * @throws when the app fails; its output is on standard error
 */
export async function synthesize(options: { outdir?: string; force?: boolean } = {}): Promise<string> {
  const outdir = resolve(ROOT, options.outdir ?? 'cdk.out');
  const stamp = join(outdir, STAMP);
  const sources = fingerprint(SOURCES, join('cdk', 'local'));
  if (!options.force && existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(outdir, sources)) return outdir;

  mkdirSync(outdir, { recursive: true });
  for (const name of readdirSync(outdir)) {
    if (name !== BUNDLES) rmSync(join(outdir, name), { recursive: true });
  }
  await runApp(outdir);
  writeFileSync(stamp, stampOf(outdir, sources));
  return outdir;
}

/** Includes the manifest, since `cdk synth` and `cdk deploy` may write another stage to the same directory. */
function stampOf(outdir: string, sources: string): string {
  const manifest = join(outdir, 'manifest.json');
  const hash = createHash('sha256')
    .update(sources)
    .update(process.env.STAGE ?? '')
    .update(process.env.MUSTER_CONFIG ? readFileSync(process.env.MUSTER_CONFIG) : '');
  if (existsSync(manifest)) hash.update(readFileSync(manifest));
  return hash.digest('hex');
}

/** Runs the app in a separate process, since CDK is large, with the environment that the CLI would set. */
function runApp(outdir: string): Promise<void> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const app = spawn(process.execPath, ['cdk/app.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((done, fail) => {
    app.once('error', fail);
    app.once('exit', (code) => {
      if (code === 0) done();
      else fail(new Error('The stack could not be synthesized: see the error above.'));
    });
  });
}
