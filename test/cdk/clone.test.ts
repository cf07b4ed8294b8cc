import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';

/**
 * Runs the commands of README.md in a fresh clone, without files that another command or test has made. AWS is a fake
 * server that answers GetCallerIdentity and refuses all other calls.
 */

const clone = mkdtempSync(join(tmpdir(), 'clone-'));
const assembly = join(clone, 'cdk.out');

/** The requests to AWS since the last command started. */
let requests: string[] = [];
const aws = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  requests.push(`${request.url} ${request.headers['x-amz-target'] ?? ''} ${body}`);
  if (body.includes('Action=GetCallerIdentity')) {
    response.end(
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/ada</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
    return;
  }
  response.writeHead(403);
  response.end(
    request.headers['x-amz-target']
      ? '{"__type": "AccessDeniedException", "message": "refused"}'
      : '<ErrorResponse><Error><Code>AccessDenied</Code><Message>refused</Message></Error></ErrorResponse>',
  );
});

/** Returns the commands of README.md's deployment section, in order. */
function deploymentCommands(): string[] {
  const section = /^## Deployment\n(.*?)^## /ms.exec(readFileSync(join(clone, 'README.md'), 'utf8'))?.[1] ?? '';
  const [blocks, inline] = [/^ *```sh\n(.*?)^ *```/gms, /`((?:npm|npx) [^`\n]+)`/g];
  const found = [...section.matchAll(new RegExp(`${blocks.source}|${inline.source}`, 'gms'))];
  return (
    found
      .flatMap(([, block, one]) => (block ?? one ?? '').split('\n'))
      .map((line) => line.replace(/ +#.*/, '').trim())
      // The section's other commands need an existing deployment.
      .filter((line) => /^(npm|npx) .*(bootstrap|synth|diff|deploy|destroy)\b/.test(line))
  );
}

/** Returns the environment of a fresh shell, without the variables of npm, tests or another stage. */
function environment(): NodeJS.ProcessEnv {
  const { HOME, PATH = '', TMPDIR } = process.env;
  return {
    HOME,
    PATH: PATH.split(delimiter)
      .filter((folder) => !folder.includes('node_modules'))
      .join(delimiter),
    ...(TMPDIR && { TMPDIR }),
    // Prefers the packages that are in npm's cache already.
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
}

/** Starts a command in the clone in a new process group. */
function start(command: string) {
  requests = [];
  // Without a terminal, `--force` replaces the confirmation.
  const unattended = command.replace(/cdk destroy/, 'cdk destroy --force');
  const child = spawn(unattended, { cwd: clone, env: environment(), shell: true, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code, output })) };
}

async function run(command: string): Promise<{ code: number; output: string }> {
  return start(command).ended;
}

async function synth(command = 'npm run synth'): Promise<void> {
  const { code, output } = await run(command);
  expect(code, output).toBe(0);
}

/** Returns what would be deployed: manifest, templates, and lists of assets. Expects that all assets exist. */
function contentsOf(directory: string): Record<string, string> {
  const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
  const stage = /"Muster-(\w+)"/.exec(manifest)?.[1];
  // The CLI leaves files of other stages there.
  const own = new RegExp(`^Muster-?${stage}.*\\.(template|assets)\\.json$`);
  const files = ['manifest.json', ...readdirSync(directory).filter((name) => own.test(name))];
  for (const file of files.filter((name) => name.endsWith('.assets.json'))) {
    const { files: assets } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    for (const { source } of Object.values<{ source: { path: string } }>(assets)) {
      expect(existsSync(join(directory, source.path)), source.path).toBe(true);
    }
  }
  expect(files.length).toBeGreaterThan(5);
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')]));
}

/**
 * Synthesizes the clone's sources into a new directory, without the CLI.
 *
 * @param bundles bundles of the same sources, instead of bundling once more
 */
function synthesizedAnew(stage = 'development', bundles?: string): Record<string, string> {
  const outdir = mkdtempSync(join(clone, `${stage}-`));
  if (bundles !== undefined) cpSync(bundles, join(outdir, 'functions'), { recursive: true });
  const script = `(await import('./cdk/synthesize.ts')).synthesize({ outdir: ${JSON.stringify(outdir)} })`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    ...{ cwd: clone, env: { ...environment(), STAGE: stage }, stdio: 'pipe' },
  });
  return contentsOf(outdir);
}

function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(clone, file), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(join(clone, file), text.replace(from, to));
}

beforeAll(async () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  for (const file of files.toString().split('\0').filter(Boolean)) {
    if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(clone, file));
  }
  // The third step of README.md's deployment section.
  edit('cdk.json', /("production": \{[^}]*"mailSender": ")[^"]*/, '$1Muster <invitations@muster.dev>');
  aws.listen(0, '127.0.0.1');
  await once(aws, 'listening');
}, 60_000);

afterAll(() => {
  aws.close();
  rmSync(clone, { recursive: true, force: true });
});

it('a clone is installed and deployed by the commands of the README, each as the first command', async () => {
  const commands = deploymentCommands();
  const verbs = commands.map((command) => /(bootstrap|synth|diff|deploy|destroy)\b/.exec(command)?.[1]);
  expect([...new Set(verbs)]).toEqual(['bootstrap', 'synth', 'diff', 'deploy', 'destroy']);
  expect(commands[0]).toContain('npm ci && ');

  const expected: Record<string, Record<string, string>> = {};
  for (const command of commands) {
    rmSync(assembly, { recursive: true, force: true });
    const { code, output } = await run(command);
    const stage = /stage=(\w+)/.exec(command)?.[1] ?? 'development';
    const here = await synthesize();
    expected[stage] ??= stage === 'development' ? contentsOf(here) : synthesizedAnew(stage, join(here, 'functions'));
    expect(contentsOf(assembly), `${command}\n${output}`).toEqual(expected[stage]);
    if (command.includes('synth')) {
      expect({ code, requests }, output).toEqual({ code: 0, requests: [] });
    } else {
      // Each command gets as far as its first call about the stack or the bootstrap stack.
      expect(requests.join('\n'), `${command}\n${output}`).toMatch(
        new RegExp(`Muster-${stage}|CDKToolkit|cdk-bootstrap`),
      );
    }
  }
  expect(Object.keys(expected).sort()).toEqual(['development', 'production']);
}, 600_000);

it('a clone is deployed to the other stage by the same commands', async () => {
  const development = contentsOf(await synthesize());
  // One of those that the CLI runs, and our own. The tests below synthesize without a stage.
  const withStage = deploymentCommands().filter((command) => /(cdk diff|npm run deploy) .*-c stage=/.test(command));
  expect(withStage).toHaveLength(2);
  for (const command of withStage) {
    const { output } = await run(command.replace(/( --)? -c stage=\w+/, ''));
    expect(contentsOf(assembly), `${command}\n${output}`).toEqual(development);
  }
}, 600_000);

/** What the changed clone is synthesized to. */
let changed: Record<string, string>;

it('a changed clone is synthesized with its changes', async () => {
  const { 'manifest.json': _, ...before } = contentsOf(assembly);
  // From here on without CloudFormation's validator, which takes half of a synthesis and changes the manifest only.
  edit('cdk.json', /("@aws-cdk\/core:validateAgainstDefaultRules": )true/, '$1false');
  edit('functions/members/list.ts', /^export const { handler }/m, "console.log('changed');\nexport const { handler }");
  await synth();
  expect(contentsOf(assembly)).not.toMatchObject(before);
  changed = synthesizedAnew();
  expect(contentsOf(assembly)).toEqual(changed);
}, 600_000);

it('a clone is synthesized completely after an interrupted synthesis', async () => {
  const moments = [
    {
      isReached: () => existsSync(join(assembly, 'functions')) && readdirSync(join(assembly, 'functions')).length > 0,
      keeps: [] as string[],
    },
    { isReached: () => readdirSync(assembly).some((name) => name.endsWith('.template.json')), keeps: ['functions'] },
  ];
  for (const { isReached, keeps } of moments) {
    for (const name of readdirSync(assembly)) {
      if (!keeps.includes(name)) rmSync(join(assembly, name), { recursive: true });
    }
    const { child, ended } = start('npm run synth');
    while (!(existsSync(assembly) && isReached()) && child.exitCode === null) await sleep(1);
    expect(child.exitCode).toBe(null);
    // Ctrl+C.
    process.kill(-(child.pid as number), 'SIGINT');
    await ended;
    expect(existsSync(join(assembly, 'manifest.json'))).toBe(false);
    await synth();
    expect(contentsOf(assembly)).toEqual(changed);
  }
}, 600_000);
