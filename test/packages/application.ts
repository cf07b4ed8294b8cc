import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
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

/** The tarballs that this process has built: several test files need one. */
const packed = new Map<keyof typeof PACKAGES, Promise<string>>();

/** Builds a package as `npm run package` does. @returns the path of the tarball in the directory */
export async function packPackage(name: keyof typeof PACKAGES, directory: string): Promise<string> {
  const building = packed.get(name) ?? build(name);
  packed.set(name, building);
  const tarball = await building;
  mkdirSync(directory, { recursive: true });
  const copy = join(directory, basename(tarball));
  copyFileSync(tarball, copy);
  return copy;
}

async function build(name: keyof typeof PACKAGES): Promise<string> {
  const folder = mkdtempSync(join(inject('stacks'), 'package-'));
  const { stdout } = await run(process.execPath, [join(ROOT, 'packages', name, 'build.ts'), folder]);
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
  /** Its file `app.ts`. */
  readonly source: string;
  /** Its other files, by name, such as `old.cts`. */
  readonly others?: Readonly<Record<string, string>>;
  readonly type?: 'module' | 'commonjs';
  /** Options of the compiler beside strict types. */
  readonly compilerOptions?: object;
}

/** A folder with an application that uses a package of ours, compiled with strict types. */
export class Application {
  readonly folder = mkdtempSync(join(tmpdir(), 'application-'));

  async create(options: ApplicationOptions): Promise<void> {
    const { name, tarball, source, others = {}, type = 'module' } = options;
    const modules = join(this.folder, 'node_modules');
    await unpackPackage(name, tarball, this.folder);
    for (const other of PACKAGES[name]) {
      mkdirSync(dirname(join(modules, other)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', other), join(modules, other));
    }
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'application', private: true, type }));
    const sources = Object.entries({ 'app.ts': source, ...others });
    for (const [file, text] of sources) writeFileSync(join(this.folder, file), text);
    const types = { strict: true, module: 'nodenext', target: 'es2024', types: ['node'] };
    const compilerOptions = { ...types, ...options.compilerOptions };
    const files = sources.map(([file]) => file);
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  }

  /** Compiles with strict types, those of the package included, and returns the compiler's output: its errors. */
  async compile(): Promise<string> {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    return run(tsc, ['-p', this.folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
  }

  /**
   * Runs a compiled file of the application.
   *
   * @throws Error with its output if it fails
   */
  async run(
    environment: NodeJS.ProcessEnv = {},
    file = 'app.js',
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return run(process.execPath, [file], { cwd: this.folder, env: { ...process.env, ...environment } });
  }
}
