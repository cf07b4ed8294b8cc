/**
 * Installs the packages of package-lock.json unless they are installed already. Every npm script runs it first.
 *
 * It is plain JavaScript without dependencies, since it runs on any Node before packages are installed. It prints
 * nothing to standard output, so that a script's output can be piped. On failure it prints one sentence and exits with
 * code 1.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.muster-lock');

/**
 * Tells whether node_modules matches package-lock.json. Writes the stamp if npm has installed the packages by itself.
 */
function isInstalled() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  if (read(stamp) === hash) return true;
  const installed = read(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  const have = JSON.parse(installed).packages;
  const complete = Object.entries(JSON.parse(lock.toString()).packages).every(
    ([path, wanted]) => path === '' || (have[path] ? have[path].version === wanted.version : wanted.optional),
  );
  // The package `node` fetches its binary in an install script, which `npm ci --ignore-scripts` leaves out.
  const node = join(modules, 'node');
  if (!complete || (existsSync(node) && !existsSync(join(node, 'bin')))) return false;
  writeFileSync(stamp, hash);
  return true;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function install() {
  process.stderr.write('Installing the packages of package-lock.json (npm ci) ...\n');
  // npm must run on the Node outside of node_modules: npm ci deletes the one inside.
  const inside = join(modules, '.bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => resolve(folder) !== inside);
  const { status, error, stdout, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  throw new Error(
    error
      ? `npm could not be started (${error.message}): install Node 20 or newer with npm, then try again.`
      : 'npm ci failed, see above: check the network and the registry in .npmrc, then try again.',
  );
}

/** Runs `work` under a lock for this folder. Takes over the lock of a dead process. */
async function exclusively(work) {
  const lock = join(tmpdir(), `muster-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    while (!tryLink(own, lock)) {
      const holder = Number(read(lock));
      if (holder && !isRunning(holder)) rmSync(lock, { force: true });
      else await sleep(200);
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

try {
  if (!isInstalled()) {
    await exclusively(() => {
      if (isInstalled()) return;
      install();
      if (!isInstalled()) {
        throw new Error('npm ci ran, yet packages are missing: does .npmrc omit some, or forbid install scripts?');
      }
    });
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
