/** `npm run rebind -- --email ...`: for people whose account at the issuer has changed (docs/operations.md). */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isAddress, normalizeAddress } from '../../lib/domain/address.ts';
import type { AuditContext } from '../../lib/domain/audit.ts';
import { type AccountHolder, CannotRebind, rebind, swapAddresses } from '../../lib/people/rebinding.ts';
import { retryWhileStale } from '../../lib/table/write.ts';
import { runningStack } from '../../packages/local/stack-file.ts';
import { ROOT } from '../fingerprint.ts';

const USAGE = `Usage: npm run rebind -- --email ADDRESS --subject SUBJECT [options]
       npm run rebind -- --email ADDRESS --swap-with ADDRESS [options]

The first form is for an account that the issuer created anew: the person with the address can sign in only with the new
subject afterwards. The second form is for two people who exchanged their addresses at the issuer.

  --table NAME   the table of a deployment, its output TableName; default: the running local stack
  --issuer URL   the issuer of its tokens: issuer in cdk.json, else its output PoolIssuer
  --dry-run      shows the affected people, and writes nothing
  --help

It uses the AWS credentials and the region of the environment.
`;

/** Invalid arguments or an unknown table. The message is for the operator; a stack trace isn't needed. */
class UsageError extends Error {}

function readArguments() {
  const options = {
    email: { type: 'string' },
    subject: { type: 'string' },
    'swap-with': { type: 'string' },
    table: { type: 'string' },
    issuer: { type: 'string' },
    'dry-run': { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function addressIn(option: string, text: string | undefined): string {
  const address = normalizeAddress(text ?? '');
  if (!isAddress(address)) throw new UsageError(`${option} must be an e-mail address.`);
  return address;
}

/** Sets the environment variables from which the service's code reads the table. @returns the issuer of its tokens */
async function connect(table: string | undefined, issuer: string | undefined): Promise<string | undefined> {
  if (table !== undefined) {
    process.env.TABLE_NAME = table;
    process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION;
    if (!process.env.AWS_REGION) throw new UsageError('Set AWS_REGION to the region of the deployment.');
    return issuer;
  }
  const stack = await runningStack(join(ROOT, '.local'));
  if (!stack) throw new UsageError('No local stack is running: start one with npm start, or name a table by --table.');
  Object.assign(process.env, {
    TABLE_NAME: stack.table,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodb,
    AWS_ACCESS_KEY_ID: 'LOCALADMIN',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return issuer ?? stack.issuer;
}

async function run(): Promise<string> {
  const { email: text, subject, 'swap-with': other, 'dry-run': dryRun = false, help, ...where } = readArguments();
  if (help) return USAGE;
  const email = addressIn('--email', text);
  if ((subject === undefined) === (other === undefined)) throw new UsageError('Give either --subject or --swap-with.');
  const swapWith = other === undefined ? undefined : addressIn('--swap-with', other);
  if (subject === '') throw new UsageError('--subject must not be empty.');
  const issuer = await connect(where.table, where.issuer);
  const auditContext = (): AuditContext => ({
    now: new Date(),
    by: { type: 'operator', id: 'rebind' },
    origin: { requestId: randomUUID(), sourceAddress: null },
  });
  if (swapWith !== undefined) {
    const both = await retryWhileStale(() => swapAddresses(auditContext(), [email, swapWith], dryRun));
    return `${resultText(dryRun, 'exchange addresses')}\n${both.map(line).join('')}`;
  }
  if (!issuer) throw new UsageError('Name the issuer of the tokens by --issuer.');
  const concerned = await retryWhileStale(() =>
    rebind(auditContext(), email, { issuer, subject: subject as string }, dryRun),
  );
  return `${resultText(dryRun, 'sign in with the new subject, and no more with the old one')}\n${line(concerned)}`;
}

function resultText(dryRun: boolean, what: string): string {
  return dryRun ? `Would make them ${what}; nothing was written:` : `From now on they ${what}:`;
}

function line({ user, organizationIds }: AccountHolder): string {
  return `  ${user.email}  ${user.userId}  in ${organizationIds.join(', ') || 'no organization'}\n`;
}

try {
  process.stdout.write(await run());
} catch (error) {
  const isTold = error instanceof UsageError || error instanceof CannotRebind;
  process.stderr.write(
    `${isTold ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : error}\n`,
  );
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  process.exitCode = 1;
}
