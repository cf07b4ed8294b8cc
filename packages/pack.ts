import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cdk/fingerprint.ts';

/**
 * Packs a built package with the version of the repository, and prints the path of the tarball.
 *
 * @param name of the package, and of its folder in `packages`
 * @param folder its built files
 * @param manifest the fields of its `package.json` that only it has
 */
export function pack(name: string, folder: string, manifest: object): void {
  const { version, license, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const whole = { name: `@muster/${name}`, version, license, engines, ...manifest };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(whole, undefined, 2));
  copyFileSync(join(ROOT, 'packages', name, 'README.md'), join(folder, 'README.md'));
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], folder));
  console.log(join(folder, filename));
}

/** Runs a program of a build. @returns its output */
export function run(program: string, parameters: readonly string[], cwd = ROOT): string {
  return execFileSync(program, parameters, { cwd, encoding: 'utf8', maxBuffer: 100_000_000 });
}
