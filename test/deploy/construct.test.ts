import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { packPackage } from '../packages/application.ts';
import { EXAMPLE } from '../packages/cdk/example.ts';
import { contentsOf, statusOf } from './account.ts';
import { openApi } from './deployed.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { Project } from './project.ts';

// Somebody's own CDK application, with the construct from the packed package. The tests run in this order.

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'platform-'));
let emulator: Emulator;

/** Runs a program in the application's folder. @throws Error with its output */
async function inFolder(program: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
  const options = { cwd: folder, env: { ...environment, NO_COLOR: '1', CI: 'true' }, maxBuffer: 100_000_000 };
  return (await run(program, parameters, options)).stdout;
}

const cdk = (...parameters: string[]) =>
  inFolder(join(folder, 'node_modules', '.bin', 'cdk'), parameters, emulator.environment);

beforeAll(async () => {
  emulator = await startEmulator();
  const project = new Project(emulator);
  await project.bootstrap();
  project.remove();
});

afterAll(async () => {
  await emulator?.stop();
  rmSync(folder, { recursive: true });
});

test('the application installs the package by npm, and nothing of this repository', async () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const versions = ['aws-cdk-lib', 'constructs', 'aws-cdk'].map((name) => `${name}@${devDependencies[name]}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'platform', private: true, type: 'module' }));
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: `${process.execPath} app.ts` }));
  cpSync(EXAMPLE, join(folder, 'app.ts'));
  const tarball = await packPackage('cdk', join(folder, 'package'));
  await inFolder('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...versions]);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  expect(Object.keys(dependencies).sort()).toEqual(['@muster/cdk', 'aws-cdk', 'aws-cdk-lib', 'constructs']);
});

test('its stack deploys, both APIs answer, and a person invites another one', async () => {
  const file = join(folder, 'outputs.json');
  await cdk('deploy', 'Platform', '--require-approval', 'never', '--outputs-file', file);
  expect(await statusOf(emulator, 'Platform')).toBe('CREATE_COMPLETE');
  const { Platform: outputs } = JSON.parse(readFileSync(file, 'utf8'));
  const teams = await openApi(emulator, {
    ApiUrl: outputs.TeamsUrl,
    PoolIssuer: outputs.TeamsIssuer,
    ClientId: outputs.TeamsClientId,
  });
  const partners = await openApi(emulator, { ApiUrl: outputs.PartnersUrl });
  expect((await teams.call('GET /v1/health')).status).toBe(200);
  expect((await partners.call('GET /v1/health')).status).toBe(200);
  // The other products' APIs exist in one of the two.
  const statuses = [teams, partners].map(async ({ api }) => (await fetch(`${api}/api/v3/teams`)).status);
  expect(await Promise.all(statuses)).toEqual([401, 404]);

  const ada = await teams.person('ada@mail.acme.org');
  expect((await ada.call('POST /v1/organizations', { body: { name: 'Acme' } })).status).toBe(201);
  const invited = await ada.call('POST /v1/invitations', { body: { email: 'jane@mail.acme.org', role: 'USER' } });
  expect(invited.body.delivery.state).toBe('SENT');
  expect(await teams.link('jane@mail.acme.org')).toContain('/invitations/accept?token=');
  await teams.close();
  await partners.close();
});

test('its stack is destroyed, except what the protected one keeps', async () => {
  await cdk('destroy', 'Platform', '--force').catch(() => undefined);
  const { tables, functions, apis } = await contentsOf(emulator);
  expect([tables.length, functions, apis]).toEqual([1, [], []]);
});
