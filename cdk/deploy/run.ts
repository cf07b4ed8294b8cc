/**
 * `npm run deploy`: runs `cdk deploy` with the given options.
 *
 * The first deployment of a protected stage is made in two steps, since protection would prevent that a failed one is
 * deleted and repeated: without protection first, and once that has succeeded, with it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { isDisposable } from '../config.ts';
import { ROOT } from '../fingerprint.ts';

/** States of a stack whose first deployment hasn't succeeded. */
const NEVER_CREATED = /^(CREATE_FAILED|REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_\w+)$/;

const options = process.argv.slice(2);
const stage = optionsNamed('-c', '--context')
  .findLast((text) => text.startsWith('stage='))
  ?.slice(6);
const profile = optionsNamed('--profile').at(-1);
const name = stage ?? process.env.STAGE ?? 'development';

if (!isDisposable(name) && (await isFirst(`Muster-${name}`))) {
  const code = await deploy(['-c', 'protect=false']);
  if (code !== 0) process.exit(code);
  console.error(`Muster-${name} is deployed. Now its stack, table and user pool are protected from deletion.`);
}
process.exitCode = await deploy([]);

/** Returns the values of options, as the CDK CLI reads them: `-c value`, `--context value`, `--context=value`. */
function optionsNamed(...names: readonly string[]): string[] {
  return options.flatMap((text, index) => {
    if (names.includes(text)) return options[index + 1] ?? [];
    const [before = '', ...rest] = text.split('=');
    return names.includes(before) ? rest.join('=') : [];
  });
}

/** Tells whether a stack has never been created completely. Otherwise, or if that can't be read, it is false. */
async function isFirst(StackName: string): Promise<boolean> {
  const client = new CloudFormationClient(profile === undefined ? {} : { profile });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return NEVER_CREATED.test(Stacks[0]?.StackStatus ?? '');
  } catch (error) {
    const { message, name: code } = error as Error;
    if (message.includes('does not exist')) return true;
    // The CDK CLI may have rights that these credentials don't have, and explains what is missing.
    console.error(`Whether ${StackName} exists can't be read (${code}). If not, it is protected from the start.`);
    return false;
  }
}

/** Runs `cdk deploy`, and returns its exit code. */
function deploy(more: readonly string[]): Promise<number> {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const parameters = [cdk, 'deploy', '--no-previous-parameters', ...options, ...more];
  const child = spawn(process.execPath, parameters, { stdio: 'inherit' });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}
