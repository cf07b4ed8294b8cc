import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';

/** The folder of the virtual environment. Git ignores it. */
const VENV = join(ROOT, '.deploy', 'venv');
const REQUIREMENTS = join(ROOT, 'test', 'deploy', 'emulator', 'requirements.txt');

/**
 * Installs MiniStack and cfn-lint with the versions of requirements.txt into a virtual environment of the project,
 * unless they are installed.
 *
 * @returns the Python interpreter of the environment
 * @throws Error with advice, if Python is missing or pip fails
 */
export function installTools(): string {
  const python = join(VENV, 'bin', 'python');
  const stamp = join(VENV, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  rmSync(VENV, { recursive: true, force: true });
  try {
    execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'pipe' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS];
    execFileSync(python, pip, { stdio: 'pipe' });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: Buffer | string };
    throw new Error(
      `MiniStack and cfn-lint couldn't be installed: Python 3.11 or newer with pip is needed.\n${stderr || message}`,
    );
  }
  writeFileSync(stamp, wanted);
  return python;
}
