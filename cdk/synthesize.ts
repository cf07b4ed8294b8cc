import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fingerprint, ROOT } from './fingerprint.ts';

const SOURCES = ['cdk', 'functions', 'lib', 'cdk.json', 'package-lock.json'];
const BUNDLES = 'functions';
const STAMP = 'synthesized.sha256';

/**
 * Makes the cloud assembly, as `cdk synth` does and by the same app, unless the one that is there is still good.
 *
 * Two at once in one directory get in each other's way: tests that share an assembly make it in their global setup.
 *
 * @param options.outdir where to, `cdk.out` by default
 * @param options.force also when nothing has changed
 * @returns the directory of the assembly
 * @throws when the app fails; what it said is on standard error
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

/** The manifest is part of it because `cdk synth` and `cdk deploy` write to the same directory, perhaps another stage. */
function stampOf(outdir: string, sources: string): string {
  const manifest = join(outdir, 'manifest.json');
  const hash = createHash('sha256')
    .update(sources)
    .update(process.env.STAGE ?? '');
  if (existsSync(manifest)) hash.update(readFileSync(manifest));
  return hash.digest('hex');
}

/** In a process of its own, since CDK is large, and with what the CLI would give it. */
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
      else fail(new Error('The stack could not be synthesized; what is wrong stands above.'));
    });
  });
}
