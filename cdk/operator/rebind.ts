/** `npm run rebind -- --email ...`: for people whose account at the issuer has changed (docs/operations.md). */
import { isAddress, normalizeAddress } from '../../lib/domain/address.ts';
import { type AccountHolder, CannotRebind, rebind, swapAddresses } from '../../lib/people/rebinding.ts';
import { retryWhileStale } from '../../lib/table/write.ts';
import { auditContext, command, connect, UsageError } from './connect.ts';

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

const OPTIONS = {
  email: { type: 'string' },
  subject: { type: 'string' },
  'swap-with': { type: 'string' },
  issuer: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

/** The values of the options, and of `--table`. */
type Given = { readonly [K in Exclude<keyof typeof OPTIONS, 'dry-run'> | 'table']?: string | undefined } & {
  readonly 'dry-run'?: boolean | undefined;
};

function addressIn(option: string, text: string | undefined): string {
  const address = normalizeAddress(text ?? '');
  if (!isAddress(address)) throw new UsageError(`${option} must be an e-mail address.`);
  return address;
}

async function run(given: Given): Promise<string> {
  const { email: text, subject, 'swap-with': other, 'dry-run': dryRun = false, ...where } = given;
  const email = addressIn('--email', text);
  if ((subject === undefined) === (other === undefined)) throw new UsageError('Give either --subject or --swap-with.');
  const swapWith = other === undefined ? undefined : addressIn('--swap-with', other);
  if (subject === '') throw new UsageError('--subject must not be empty.');
  const stack = await connect(where.table);
  const issuer = where.issuer ?? stack?.issuer;
  if (swapWith !== undefined) {
    const both = await retryWhileStale(() => swapAddresses(auditContext('rebind'), [email, swapWith], dryRun));
    return `${resultText(dryRun, 'exchange addresses')}\n${both.map(line).join('')}`;
  }
  if (!issuer) throw new UsageError('Name the issuer of the tokens by --issuer.');
  const concerned = await retryWhileStale(() =>
    rebind(auditContext('rebind'), email, { issuer, subject: subject as string }, dryRun),
  );
  return `${resultText(dryRun, 'sign in with the new subject, and no more with the old one')}\n${line(concerned)}`;
}

function resultText(dryRun: boolean, what: string): string {
  return dryRun ? `Would make them ${what}; nothing was written:` : `From now on they ${what}:`;
}

function line({ user, organizationIds }: AccountHolder): string {
  return `  ${user.email}  ${user.userId}  in ${organizationIds.join(', ') || 'no organization'}\n`;
}

await command({
  usage: USAGE,
  options: OPTIONS,
  async run({ values }) {
    process.stdout.write(await run(values));
    return 0;
  },
  isTold: (error) => error instanceof CannotRebind,
});
