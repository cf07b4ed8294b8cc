import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../../cdk/fingerprint.ts';

const run = promisify(execFile);

/** The source of the example application. */
export const EXAMPLE = join(import.meta.dirname, 'example', 'app.ts');

/** Builds the package as `npm run package` does. @returns the path of the tarball */
export async function packPackage(directory: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'packages', 'cdk', 'build.ts'), directory]);
  return stdout.trim();
}

/** A folder with an application of a platform team: one source file, compiled with strict types. */
export class Application {
  readonly folder = mkdtempSync(join(tmpdir(), 'application-'));

  /**
   * @param tarball the package, which is unpacked into the folder's modules; the others are those of the repository
   * @param type of the application's modules
   */
  async create(tarball: string, source: string, type: 'module' | 'commonjs'): Promise<void> {
    const modules = join(this.folder, 'node_modules');
    const own = join(modules, '@muster', 'cdk');
    mkdirSync(own, { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
    for (const name of ['aws-cdk-lib', 'constructs', '@types/node']) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'application', private: true, type }));
    writeFileSync(join(this.folder, 'app.ts'), source);
    const compilerOptions = { strict: true, module: 'nodenext', target: 'es2024', types: ['node'] };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  }

  /** Compiles with strict types, those of the package included, and returns the compiler's output: its errors. */
  async compile(): Promise<string> {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    return run(tsc, ['-p', this.folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
  }

  /** Synthesizes to `cdk.out`. @throws Error with the output of the application */
  async synthesize(): Promise<string> {
    const out = join(this.folder, 'cdk.out');
    await run(process.execPath, ['app.js'], { cwd: this.folder, env: { ...process.env, CDK_OUTDIR: out } });
    return out;
  }
}
