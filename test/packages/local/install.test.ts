import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../packages/local/install.mjs', import.meta.url));
let root: string;

/** Creates a package whose only dependency is a local directory, so that npm needs no network. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'install-'));
  mkdirSync(join(root, 'dependency'));
  write('dependency/package.json', { name: 'dependency', version: '1.0.0' });
  write('package.json', { name: 'root', version: '1.0.0', dependencies: { dependency: 'file:dependency' } });
  lock('1.0.0');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, value: unknown): void {
  writeFileSync(join(root, file), JSON.stringify(value));
}

function lock(version: string): void {
  write('package-lock.json', {
    name: 'root',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'root', version: '1.0.0', dependencies: { dependency: 'file:dependency' } },
      dependency: { version },
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  });
}

function run(env: NodeJS.ProcessEnv = process.env): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script, root], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const INSTALLING = 'Installing the packages of package-lock.json (npm ci) ...\n';

test('two parallel runs install once, and later runs do nothing until the lock file changes', async () => {
  const both = await Promise.all([run(), run()]);
  expect(both.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(both.map(({ stderr }) => stderr).sort()).toEqual(['', INSTALLING]);
  expect(existsSync(join(root, 'node_modules/dependency/package.json'))).toBe(true);

  expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' });

  write('dependency/package.json', { name: 'dependency', version: '1.0.1' });
  lock('1.0.1');
  expect((await run()).stderr).toBe(INSTALLING);
}, 20_000);

test('packages that npm has installed are not installed again', async () => {
  await run();
  const stamp = join(root, 'node_modules', '.muster-lock');
  const before = readFileSync(stamp);
  rmSync(stamp);
  expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(stamp)).toEqual(before);
}, 20_000);

test('a failure prints what to do', async () => {
  lock('1.0.0');
  write('package.json', { name: 'root', version: '1.0.0', dependencies: { other: 'file:dependency' } });
  const failed = await run();
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toContain('npm ci failed, see above: check the network and the registry in .npmrc');

  const withoutNpm = await run({ PATH: root });
  expect(withoutNpm.stderr).toContain('install Node 20 or newer with npm');
}, 20_000);
