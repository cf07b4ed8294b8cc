/**
 * `npm run deploy`: checks the account, runs `cdk deploy` with the given options, and calls the deployed API.
 *
 * The first deployment of a protected stage is made in two steps, since protection would prevent that a failed one is
 * deleted and repeated: without protection first, and once that has succeeded, with it.
 */

import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { functions } from '../../functions/index.ts';
import { type Config, ConfigError, isDisposable, readConfig, readStages } from '../config.ts';
import { ROOT } from '../fingerprint.ts';
import { type Access, type Account, clientOptions, NoAccess, readAccount, readStack, Unreadable } from './account.ts';
import { identitiesOf, isFirst, lacksOf } from './checks.ts';
import { journey } from './journey.ts';
import { SmokeError, smoke } from './smoke.ts';

/** Our own options; `cdk deploy` gets the others. */
const CHECK = '--check';
const JOURNEY = '--journey';

const given = process.argv.slice(2);
const options = given.filter((text) => text !== CHECK && text !== JOURNEY);
const stage = context('stage') ?? process.env.STAGE ?? 'development';
const stackName = `Muster-${stage}`;

try {
  await run();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof NoAccess || error instanceof SmokeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const settings = existsSync('cdk.json') ? JSON.parse(readFileSync('cdk.json', 'utf8')).context : {};
  const config = readConfig(readStages(settings?.stages, context('config') ?? process.env.MUSTER_CONFIG), stage);
  const access = { profile: optionsNamed('--profile').at(-1), region: config.region };
  const qualifier = context('@aws-cdk/core:bootstrapQualifier') ?? settings?.['@aws-cdk/core:bootstrapQualifier'];
  const account = await readAccount(access, {
    ...{ stackName, identities: identitiesOf(config) },
    qualifier: qualifier ?? 'hnb659fds',
  });
  if (!report(account, config)) {
    process.exitCode = 1;
    return;
  }
  if (given.includes(CHECK)) return;
  if (!isDisposable(stage) && isFirst(account)) {
    const code = await deploy(['-c', 'protect=false']);
    if (code !== 0) return fail(code);
    console.error(`${stackName} is deployed. Now its stack, table and user pool are protected from deletion.`);
  }
  const code = await deploy([]);
  if (code !== 0) return fail(code);
  await prove(access, config);
}

/** Says what will be done, and what the account lacks for that. Returns whether it can be done. */
function report(account: Account, config: Config): boolean {
  const first = isFirst(account);
  const steps = first && !isDisposable(stage) ? ', in two steps: without protection, then with it' : '';
  console.error(
    `${stackName} will be ${first ? 'created' : 'updated'} in account ${account.id}, ${account.region}, by ${account.caller}${steps}.`,
  );
  const lacks = lacksOf(account, config, stackName, functions);
  for (const { refused, text } of lacks) console.error(`${refused ? 'Refused' : 'Warning'}: ${text}`);
  return lacks.every(({ refused }) => !refused);
}

/** Calls the deployed API, and with `--journey` invites somebody. */
async function prove(access: Access, config: Config): Promise<void> {
  const client = clientOptions(access);
  const stack = await readStack(new CloudFormationClient(client), stackName);
  if (stack === undefined || stack instanceof Unreadable) {
    console.error(`Warning: the outputs of ${stackName} can't be read, so the API isn't called.`);
    return;
  }
  const output = (name: string) => stack.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  const [url = '', poolId, clientId] = ['ApiUrl', 'PoolId', 'ClientId'].map(output);
  const { name, hostedZoneId } = config.domain ?? {};
  const isKnown = name === undefined || hostedZoneId !== undefined || (await lookup(name).catch(() => undefined));
  if (!isKnown) {
    console.error(
      `Create a CNAME record from ${name} to ${output('DomainTarget')}. Until then nobody can call the API, so it isn't tested.`,
    );
    return;
  }
  const proven = await smoke(url).catch((error: Error) => {
    throw new SmokeError(`${stackName} is deployed, but its API doesn't answer as it should.\n${error.message}`);
  });
  console.error(`${url} answers: ${proven.join('; ')}.`);
  if (!given.includes(JOURNEY)) return;
  if (poolId === undefined || clientId === undefined) {
    throw new SmokeError(`${JOURNEY} needs the built-in user pool: here people sign in at ${config.issuer}.`);
  }
  if (config.userPool.mfa === 'required' || config.organizationCreators.length > 0) {
    throw new SmokeError(`${JOURNEY} isn't possible with userPool.mfa "required" or with organizationCreators.`);
  }
  await journey(new CognitoIdentityProviderClient(client), { url, poolId, clientId });
  console.error(
    "A temporary person invited an address of SES's simulator, the mail arrived, and all is deleted again.",
  );
}

function fail(code: number): void {
  process.exitCode = code;
}

/** Returns the last value of a key of the context, as the CDK CLI reads it: `-c stage=production`. */
function context(key: string): string | undefined {
  const found = optionsNamed('-c', '--context').findLast((text) => text.startsWith(`${key}=`));
  return found?.slice(key.length + 1);
}

/** Returns the values of options, as the CDK CLI reads them: `-c value`, `--context value`, `--context=value`. */
function optionsNamed(...names: readonly string[]): string[] {
  return options.flatMap((text, index) => {
    if (names.includes(text)) return options[index + 1] ?? [];
    const [before = '', ...rest] = text.split('=');
    return names.includes(before) ? rest.join('=') : [];
  });
}

/** Runs `cdk deploy`, and returns its exit code. Without a terminal nobody can approve changes of roles. */
function deploy(more: readonly string[]): Promise<number> {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const approved =
    process.stdin.isTTY || optionsNamed('--require-approval').length > 0 ? [] : ['--require-approval', 'never'];
  const parameters = [cdk, 'deploy', '--no-previous-parameters', ...approved, ...options, ...more];
  const child = spawn(process.execPath, parameters, { stdio: 'inherit' });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}
