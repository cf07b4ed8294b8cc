/** What `npm run deploy` reads of the account before it changes anything. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** The credentials and the region: those of the environment, unless they are given. */
export interface Access {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** Returns the options of AWS's clients. */
export function clientOptions({ profile, region }: Access): { profile?: string; region?: string } {
  return { ...(profile !== undefined && { profile }), ...(region !== undefined && { region }) };
}

/** Something that these credentials may not read, with AWS's error code. */
export class Unreadable {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

/** An identity of SES: whether it may send, and its DNS records, `NAME CNAME VALUE`. */
export interface MailIdentity {
  readonly verified: boolean;
  readonly tokens: readonly string[];
}

/** The account, as far as it can be read. `undefined` means that there is no such thing. */
export interface Account {
  readonly id: string;
  /** The ARN of the caller. */
  readonly caller: string;
  readonly region: string;
  readonly stack: Stack | Unreadable | undefined;
  /** The version of CDK's bootstrap stack. */
  readonly bootstrap: number | Unreadable | undefined;
  /** The quota of concurrent Lambda executions. */
  readonly concurrency: number | Unreadable | undefined;
  readonly ses:
    | { readonly sandbox: boolean; readonly paused: boolean; readonly mailsPerDay: number }
    | Unreadable
    | undefined;
  /** Identities of SES, by name. */
  readonly identities: Readonly<Record<string, MailIdentity | Unreadable | undefined>>;
}

/** There are no credentials or no region, so nothing can be read. */
export class NoAccess extends Error {}

/** Codes of errors that say that a thing doesn't exist. */
const MISSING = /^(NotFoundException|ParameterNotFound|ResourceNotFoundException)$/;

/**
 * Reads the account with the given credentials.
 *
 * @param wanted the stack, the qualifier of CDK's bootstrap stack, and the names of identities of SES
 * @throws NoAccess
 */
export async function readAccount(
  access: Access,
  wanted: { readonly stackName: string; readonly qualifier: string; readonly identities: readonly string[] },
): Promise<Account> {
  const options = clientOptions(access);
  const sts = new STSClient(options);
  const region = await sts.config.region().catch((error: Error) => {
    throw new NoAccess(`There is no region (${error.message}). Set "region" of the stage, or AWS_REGION.`);
  });
  const { Account: id = '', Arn: caller = '' } = await sts
    .send(new GetCallerIdentityCommand())
    .catch((error: Error) => {
      throw new NoAccess(
        `There are no valid AWS credentials (${error.message}). Sign in, for example by "aws sso login", and name the profile by --profile or AWS_PROFILE.`,
      );
    });
  const ses = new SESv2Client(options);
  const identity = async (EmailIdentity: string): Promise<[string, MailIdentity | Unreadable | undefined]> => [
    EmailIdentity,
    await read(async () => {
      const { VerifiedForSendingStatus = false, DkimAttributes } = await ses.send(
        new GetEmailIdentityCommand({ EmailIdentity }),
      );
      const tokens = (DkimAttributes?.Tokens ?? []).map(
        (token) => `${token}._domainkey.${EmailIdentity} CNAME ${token}.dkim.amazonses.com`,
      );
      return { verified: VerifiedForSendingStatus, tokens };
    }),
  ];
  const [stack, bootstrap, concurrency, sending, ...identities] = await Promise.all([
    readStack(new CloudFormationClient(options), wanted.stackName),
    read(async () => {
      const Name = `/cdk-bootstrap/${wanted.qualifier}/version`;
      const { Parameter } = await new SSMClient(options).send(new GetParameterCommand({ Name }));
      return Number(Parameter?.Value);
    }),
    read(async () => {
      const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand());
      return AccountLimit?.ConcurrentExecutions;
    }),
    read(async () => {
      const account = await ses.send(new GetAccountCommand());
      return {
        sandbox: account.ProductionAccessEnabled === false,
        paused: account.SendingEnabled === false,
        mailsPerDay: account.SendQuota?.Max24HourSend ?? 0,
      };
    }),
    ...wanted.identities.map(identity),
  ]);
  return {
    id,
    caller,
    region,
    stack,
    bootstrap,
    concurrency,
    ses: sending,
    identities: Object.fromEntries(identities),
  };
}

/** Returns a stack of the account. */
export function readStack(client: CloudFormationClient, StackName: string): Promise<Stack | Unreadable | undefined> {
  return read(async () => {
    try {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      return Stacks[0];
    } catch (error) {
      if ((error as Error).message.includes('does not exist')) return undefined;
      throw error;
    }
  });
}

async function read<T>(reading: () => Promise<T>): Promise<T | Unreadable | undefined> {
  try {
    return await reading();
  } catch (error) {
    const { name } = error as Error;
    return MISSING.test(name) ? undefined : new Unreadable(name);
  }
}
