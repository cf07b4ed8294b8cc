import { domainOf } from '../../lib/domain/address.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import type { Config } from '../config.ts';
import { type Declared, reservedExecutions } from '../included.ts';
import { UNRESERVED } from '../settings.ts';
import { type Account, Unreadable } from './account.ts';

/** Something that an account lacks for a deployment. */
export interface Lack {
  /** Whether the deployment would fail, or is refused; otherwise it succeeds, and something doesn't work yet. */
  readonly refused: boolean;
  /** What is lacking, and what to do about it. */
  readonly text: string;
}

/** CDK's bootstrap version that its assets need. */
const BOOTSTRAP = 6;

/** Below this many concurrent executions, ordinary use is throttled. A new account may have 10. */
const FEW_EXECUTIONS = 100;

/** States of a stack whose first deployment hasn't succeeded. */
const NEVER_CREATED = /^(CREATE_FAILED|REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_\w+)$/;

/** Tells whether a stack has never been created completely. If it can't be read, it is taken for created. */
export function isFirst({ stack }: Account): boolean {
  if (stack instanceof Unreadable) return false;
  return stack === undefined || NEVER_CREATED.test(stack.StackStatus ?? '');
}

/** Returns everything that an account lacks for the deployment of a stage. */
export function lacksOf(account: Account, config: Config, stackName: string, functions: readonly Declared[]): Lack[] {
  return [
    ...lacksOfAccount(account, config, reservedExecutions(config, functions)),
    ...lacksOfStack(account, stackName),
    ...lacksOfSending(account, config),
    ...lacksOfIdentity(account, config),
  ];
}

function lacksOfAccount(
  { id, caller, region, bootstrap, concurrency }: Account,
  config: Config,
  reserved: number,
): Lack[] {
  const lacks: Lack[] = [];
  if (config.account !== undefined && config.account !== id) {
    lacks.push(refused(`The stage belongs to account ${config.account}, and these credentials (${caller}) to ${id}.`));
  }
  if (bootstrap instanceof Unreadable) {
    lacks.push(warned(`Whether the account is bootstrapped can't be read (${bootstrap.code}).`));
  } else if (bootstrap === undefined || bootstrap < BOOTSTRAP) {
    const what =
      bootstrap === undefined
        ? "isn't bootstrapped"
        : `has version ${bootstrap} of CDK's bootstrap stack, which is too old`;
    lacks.push(refused(`The account ${what} in ${region}. Run: npx cdk bootstrap aws://${id}/${region}`));
  }
  const certified = config.domain?.certificateArn.split(':')[3] ?? region;
  if (certified !== region) {
    lacks.push(refused(`The certificate of the domain is in ${certified}. API Gateway needs one in ${region}.`));
  }
  if (concurrency instanceof Unreadable) {
    lacks.push(warned(`The quota of concurrent Lambda executions can't be read (${concurrency.code}).`));
  } else if (concurrency !== undefined && reserved > Math.max(0, concurrency - UNRESERVED)) {
    lacks.push(
      refused(
        `reservedConcurrency takes ${reserved} of ${concurrency} concurrent Lambda executions, and Lambda keeps ${UNRESERVED} for other functions. Reserve less, or request more in Service Quotas.`,
      ),
    );
  } else if (concurrency !== undefined && concurrency < FEW_EXECUTIONS) {
    lacks.push(
      warned(
        `The account may run ${concurrency} Lambda functions at once; further requests are throttled. Request more in Service Quotas: "Concurrent executions".`,
      ),
    );
  }
  return lacks;
}

function lacksOfStack({ stack }: Account, stackName: string): Lack[] {
  if (stack instanceof Unreadable) {
    const what = `Whether ${stackName} exists can't be read (${stack.code}).`;
    return [warned(`${what} If not, it is protected from the start, and must be deleted by hand if it fails.`)];
  }
  const status = stack?.StackStatus ?? '';
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    const how = `aws cloudformation continue-update-rollback --stack-name ${stackName}`;
    return [
      refused(`The last update of ${stackName} failed, and so did its rollback. Correct the cause, then run: ${how}`),
    ];
  }
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS') {
    return [refused(`${stackName} is being changed (${status}). Wait until that has ended.`)];
  }
  return [];
}

function lacksOfSending({ ses, identities }: Account, config: Config): Lack[] {
  if (ses === undefined) return [];
  if (ses instanceof Unreadable) return [warned(`The state of SES can't be read (${ses.code}).`)];
  const lacks: Lack[] = [];
  if (ses.paused) lacks.push(warned('SES has paused sending for this account: no mail leaves. See the SES console.'));
  if (ses.sandbox) {
    const unverified = config.sandboxRecipients.filter((name) => !isVerified(identities[name]));
    const whom = config.sandboxRecipients.length > 0 ? config.sandboxRecipients.join(', ') : 'nobody';
    lacks.push(
      warned(
        `SES is in its sandbox here: mails go to ${whom}. Request production access, or list verified identities as sandboxRecipients.`,
      ),
    );
    for (const name of unverified) {
      lacks.push(warned(`${name} is among sandboxRecipients, but isn't a verified identity of SES.`));
    }
  }
  const wanted = config.limits.mailsOfDeployment ?? DEFAULT_LIMITS.mailsOfDeployment;
  if (!ses.sandbox && ses.mailsPerDay >= 0 && ses.mailsPerDay < wanted) {
    lacks.push(
      warned(
        `SES accepts ${ses.mailsPerDay} mails a day, and limits.mailsOfDeployment is ${wanted}. Request a higher sending quota, or lower the limit.`,
      ),
    );
  }
  return lacks;
}

function lacksOfIdentity({ stack, identities }: Account, config: Config): Lack[] {
  const domain = domainOf(config.senderAddress);
  const [ofDomain, ofAddress] = [identities[domain], identities[config.senderAddress]];
  for (const each of [ofDomain, ofAddress]) {
    if (each instanceof Unreadable) return [warned(`The SES identity of ${domain} can't be read (${each.code}).`)];
  }
  const lacks: Lack[] = [];
  const owns =
    !(stack instanceof Unreadable) && stack?.Outputs?.some(({ OutputKey }) => OutputKey === 'MailDnsRecords') === true;
  if (config.createMailIdentity && !owns && ofDomain !== undefined && !(stack instanceof Unreadable)) {
    lacks.push(
      refused(`SES already has the identity ${domain}, so the stack can't create it. Set createMailIdentity to false.`),
    );
  }
  const verified = isVerified(ofDomain) || isVerified(ofAddress);
  if (!verified && config.userPool.mail === 'ses' && config.issuer === undefined) {
    lacks.push(
      refused(
        `The user pool can't send by SES before ${domain} is verified: Cognito refuses that. Deploy with userPool.mail "cognito" first.`,
      ),
    );
  }
  if (!verified && (ofDomain !== undefined || !config.createMailIdentity)) {
    const tokens = ofDomain instanceof Unreadable ? [] : (ofDomain?.tokens ?? []);
    const how =
      ofDomain === undefined
        ? `Create and verify it: aws sesv2 create-email-identity --email-identity ${domain}`
        : `Add these records to its DNS: ${tokens.join('; ')}`;
    lacks.push(warned(`The SES identity of ${domain} isn't verified: no mail leaves. ${how}`));
  }
  return lacks;
}

/** Returns the names of the identities of SES that a stage uses. */
export function identitiesOf(config: Config): string[] {
  return [...new Set([domainOf(config.senderAddress), config.senderAddress, ...config.sandboxRecipients])];
}

function isVerified(identity: Account['identities'][string]): boolean {
  return identity !== undefined && !(identity instanceof Unreadable) && identity.verified;
}

function refused(text: string): Lack {
  return { refused: true, text };
}

function warned(text: string): Lack {
  return { refused: false, text };
}
