import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { ACCOUNT, type Emulator, type Operation, REGION } from './emulator.ts';

/** The result of a command of the CDK CLI. */
export interface Ran {
  readonly code: number;
  readonly log: string;
  readonly seconds: number;
  /** What the emulator did meanwhile. */
  readonly operations: readonly Operation[];
}

/** The outputs of a stack, by name. */
export type Outputs = Readonly<Record<string, string>>;

/** The configuration of a stage, as in cdk.json. */
export type StageSettings = Readonly<Record<string, unknown>>;

/**
 * The project as somebody uses it who has changed the stages in cdk.json: the same app, context and command, in a folder
 * with its own cdk.json.
 */
export class Project {
  readonly #folder = mkdtempSync(join(tmpdir(), 'muster-project-'));
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  /** Prepares the account, as the README says: once, before the first deployment. */
  async bootstrap(): Promise<void> {
    this.configure({});
    const ran = await this.#cdk(['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
    if (ran.code !== 0) throw new Error(ran.log);
  }

  /** Changes keys of stages in cdk.json; the other keys are those of the repository's. */
  configure(stages: Readonly<Record<string, StageSettings>>): void {
    const settings = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
    for (const [stage, changed] of Object.entries(stages)) {
      settings.context.stages[stage] = { ...settings.context.stages[stage], ...changed };
    }
    const [program, script] = settings.app.split(' ');
    settings.app = `${program} ${join(ROOT, script)}`;
    writeFileSync(join(this.#folder, 'cdk.json'), JSON.stringify(settings));
  }

  /** Runs the command of `npm run deploy -- -c stage=<stage>`, without a terminal, with more options. */
  deploy(stage: string, more: readonly string[] = []): Promise<Ran> {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const [, script = ''] = scripts.deploy.split(' ');
    const outputs = join(this.#folder, 'outputs.json');
    rmSync(outputs, { force: true });
    const options = ['-c', `stage=${stage}`, '--outputs-file', outputs, ...more];
    return this.#run(process.execPath, [join(ROOT, script), ...options]);
  }

  /** Deploys a stage, and returns the outputs of its stack. @throws Error with the output of a deployment that fails */
  async deployed(stage: string, more: readonly string[] = []): Promise<Ran & { readonly outputs: Outputs }> {
    const ran = await this.deploy(stage, more);
    const file = join(this.#folder, 'outputs.json');
    if (ran.code !== 0 || !existsSync(file)) throw new Error(`The deployment of ${stage} failed:\n${ran.log}`);
    return { ...ran, outputs: JSON.parse(readFileSync(file, 'utf8'))[`Muster-${stage}`] };
  }

  /** Runs `cdk destroy -c stage=<stage>`. */
  destroy(stage: string): Promise<Ran> {
    return this.#cdk(['destroy', '--force', '-c', `stage=${stage}`]);
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #cdk(parameters: readonly string[]): Promise<Ran> {
    return this.#run(join(ROOT, 'node_modules', '.bin', 'cdk'), parameters);
  }

  async #run(program: string, parameters: readonly string[]): Promise<Ran> {
    const before = Date.now() / 1000;
    const resolve = join(ROOT, 'test', 'deploy', 'emulator', 'resolve.cjs');
    const cdk = spawn(program, parameters, {
      cwd: this.#folder,
      env: {
        ...this.#emulator.environment,
        NO_COLOR: '1',
        CI: 'true',
        NODE_OPTIONS: `--require ${JSON.stringify(resolve)}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    cdk.stdout.on('data', (chunk) => {
      log += chunk;
    });
    cdk.stderr.on('data', (chunk) => {
      log += chunk;
    });
    const code = await new Promise<number>((done, failed) => {
      cdk.once('error', failed);
      cdk.once('close', (status) => done(status ?? 1));
    });
    const operations = this.#emulator.operations().filter(({ at }) => at >= before);
    return { code, log, seconds: Date.now() / 1000 - before, operations };
  }
}

/** Returns the largest number of operations within one second. */
export function peak(operations: readonly Operation[]): number {
  const times = operations.map(({ at }) => at).sort((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [last, at] of times.entries()) {
    while (at - (times[first] as number) >= 1) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Prints how long a deployment took, and how many operations were done within one second, at most. */
export function report(name: string, { seconds, log, operations }: Ran): void {
  const own = /Deployment time: ([\d.]+)s/.exec(log)?.[1];
  const requests = operations.filter(({ service }) => service !== undefined && !DATA.has(service));
  const resources = operations.filter(({ type }) => type !== undefined);
  const gateway = resources.filter(({ type }) => type?.startsWith('AWS::ApiGatewayV2::'));
  console.log(
    `${name}: ${seconds.toFixed(1)} s with synthesis, ${own} s in CloudFormation; ${requests.length} requests of the CLI, at most ${peak(requests)} a second; ${resources.length} operations on resources, at most ${peak(resources)} a second, of them API Gateway ${gateway.length}, at most ${peak(gateway)} a second`,
  );
}

/** The services whose requests come from the functions. */
const DATA = new Set(['dynamodb', 'ses']);
