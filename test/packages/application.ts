import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';

const run = promisify(execFile);

/** Our packages, and the packages of the repository that an application with them uses too. */
const PACKAGES = {
  cdk: ['aws-cdk-lib', 'constructs', '@types/node'],
  client: [
    '@types/node',
    'express',
    '@types/express',
    'hono',
    '@types/aws-lambda',
    'openid-client',
    'standardwebhooks',
  ],
} as const;

/** Builds a package as `npm run package` does. @returns the path of the tarball */
export async function packPackage(name: keyof typeof PACKAGES, directory: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'packages', name, 'build.ts'), directory]);
  return stdout.trim();
}

/** Unpacks a package into the modules of a folder, as an installation does. */
export async function unpackPackage(name: keyof typeof PACKAGES, tarball: string, folder: string): Promise<void> {
  const own = join(folder, 'node_modules', '@muster', name);
  mkdirSync(own, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
}

/** What an application is made of. */
export interface ApplicationOptions {
  readonly name: keyof typeof PACKAGES;
  /** The package, which is unpacked into the folder's modules; the others are those of the repository. */
  readonly tarball: string;
  /** Its only file, in TypeScript. */
  readonly source: string;
  readonly type?: 'module' | 'commonjs';
  /** Options of the compiler beside strict types. */
  readonly compilerOptions?: object;
}

/** A folder with an application that uses a package of ours: one source file, compiled with strict types. */
export class Application {
  readonly folder = mkdtempSync(join(tmpdir(), 'application-'));

  async create({ name, tarball, source, type = 'module', compilerOptions }: ApplicationOptions): Promise<void> {
    const modules = join(this.folder, 'node_modules');
    await unpackPackage(name, tarball, this.folder);
    for (const other of PACKAGES[name]) {
      mkdirSync(dirname(join(modules, other)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', other), join(modules, other));
    }
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'application', private: true, type }));
    writeFileSync(join(this.folder, 'app.ts'), source);
    const options = { strict: true, module: 'nodenext', target: 'es2024', types: ['node'], ...compilerOptions };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['app.ts'] }));
  }

  /** Compiles with strict types, those of the package included, and returns the compiler's output: its errors. */
  async compile(): Promise<string> {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    return run(tsc, ['-p', this.folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
  }

  /** Runs the compiled application. @throws Error with its output if it fails */
  async run(environment: NodeJS.ProcessEnv = {}): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return run(process.execPath, ['app.js'], { cwd: this.folder, env: { ...process.env, ...environment } });
  }
}
