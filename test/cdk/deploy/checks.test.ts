import type { Stack } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { type Config, readConfig, readStages } from '../../../cdk/config.ts';
import { type Account, Unreadable } from '../../../cdk/deploy/account.ts';
import { identitiesOf, isFirst, type Lack, lacksOf } from '../../../cdk/deploy/checks.ts';
import type { StageSettings } from '../../../cdk/settings.ts';
import { functions } from '../../../functions/index.ts';

// What an account lacks for a deployment, with a test for each lack: refused, or only a warning.

const STACK = 'Muster-production';
const verified = { verified: true, tokens: [] };
const denied = new Unreadable('AccessDenied');

/** An account that lacks nothing, with a stack that created its SES identity. */
const READY: Account = {
  id: '123456789012',
  caller: 'arn:aws:iam::123456789012:role/deployer',
  region: 'eu-central-1',
  stack: stack('UPDATE_COMPLETE'),
  bootstrap: 30,
  concurrency: 1000,
  ses: { sandbox: false, paused: false, mailsPerDay: 50_000 },
  identities: { 'acme.org': verified, 'invitations@acme.org': undefined },
};

function stack(StackStatus: Stack['StackStatus']): Stack {
  const Outputs = [{ OutputKey: 'MailDnsRecords', OutputValue: '...' }];
  return { StackName: STACK, StackStatus, Outputs, CreationTime: new Date(0) };
}

function config(settings: Partial<StageSettings> = {}): Config {
  const stages = { production: { mailSender: 'Acme <invitations@acme.org>', ...settings } };
  return readConfig(readStages(stages, undefined), 'production');
}

function lacks(account: Partial<Account>, settings: Partial<StageSettings> = {}): Lack[] {
  return lacksOf({ ...READY, ...account }, config(settings), STACK, functions);
}

const refusal = (text: string) => [{ refused: true, text: expect.stringContaining(text) }];
const warning = (text: string) => [{ refused: false, text: expect.stringContaining(text) }];

it('an account that has everything lacks nothing', () => {
  expect(lacks({})).toEqual([]);
});

describe('refused', () => {
  it('another account than the configured one', () => {
    const text = 'The stage belongs to account 999999999999, and these credentials (arn:aws:iam::123456789012:role/';
    expect(lacks({}, { account: '999999999999' })).toEqual(refusal(text));
    expect(lacks({}, { account: '123456789012' })).toEqual([]);
  });

  it('an account that isn’t bootstrapped, or whose bootstrap is too old, with the command', () => {
    const command = 'Run: npx cdk bootstrap aws://123456789012/eu-central-1';
    expect(lacks({ bootstrap: undefined })).toEqual(refusal(`isn't bootstrapped in eu-central-1. ${command}`));
    expect(lacks({ bootstrap: 5 })).toEqual(refusal('has version 5'));
    expect(lacks({ bootstrap: 6 })).toEqual([]);
  });

  it('a stack that is being changed, or whose roll back has failed', () => {
    for (const status of ['UPDATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'] as const) {
      expect(lacks({ stack: stack(status) })).toEqual(refusal(`is being changed (${status})`));
    }
    const command = `aws cloudformation continue-update-rollback --stack-name ${STACK}`;
    expect(lacks({ stack: stack('UPDATE_ROLLBACK_FAILED') })).toEqual(refusal(command));
  });

  it('more reserved executions than the account’s quota leaves', () => {
    const reserved = { reservedConcurrency: { schedule: 2, mailEvents: 10 } };
    expect(lacks({ concurrency: 111 }, reserved)).toEqual(refusal('reservedConcurrency takes 12 of 111'));
    const https = functions.filter(({ declaration: { kind } }) => kind === 'http').length;
    const all = { reservedConcurrency: { http: 5 }, concurrencyQuota: 10_000 };
    expect(lacks({}, all)).toEqual([]);
    expect(lacks({ concurrency: 500 }, all)).toEqual(refusal(`reservedConcurrency takes ${5 * https} of 500`));
    expect(lacks({ concurrency: 500 }, { ...all, dialects: [] })).toEqual([]);
    expect(lacks({ concurrency: 10 }, reserved)).toEqual(refusal('takes 12 of 10'));
    expect(lacks({ concurrency: 112 }, reserved)).toEqual([]);
  });

  it('an SES identity that the stack would create, and that exists already', () => {
    expect(lacks({ stack: undefined })).toEqual(refusal('Set createMailIdentity to false'));
    expect(lacks({ stack: undefined }, { createMailIdentity: false })).toEqual([]);
    expect(lacks({ stack: { ...stack('UPDATE_COMPLETE'), Outputs: [] } })).toEqual(refusal('already has the identity'));
  });

  it('a user pool that sends by SES before the domain is verified', () => {
    const identities = { 'acme.org': { verified: false, tokens: [] } };
    const [first] = lacks({ identities }, { userPool: { mail: 'ses' } });
    expect([first]).toEqual(refusal('Deploy with userPool.mail "cognito" first'));
    expect(lacks({}, { userPool: { mail: 'ses' } })).toEqual([]);
    const own = { issuer: 'https://issuer.acme.org', audience: 'app', userPool: { mail: 'ses' } } as const;
    expect(lacks({ identities }, own).filter(({ refused }) => refused)).toEqual([]);
  });
});

describe('only warned about', () => {
  it('few concurrent executions', () => {
    expect(lacks({ concurrency: 10 })).toEqual(warning('may run 10 Lambda functions at once'));
  });

  it('SES’s sandbox, with those to whom mails go, and those who aren’t verified', () => {
    const ses = { sandbox: true, paused: false, mailsPerDay: 200 };
    expect(lacks({ ses })).toEqual(warning('mails go to nobody. Request production access'));
    const identities = { ...READY.identities, 'ada@acme.net': verified, 'acme.com': undefined };
    expect(lacks({ ses, identities }, { sandboxRecipients: ['ada@acme.net', 'acme.com'] })).toEqual([
      ...warning('mails go to ada@acme.net, acme.com'),
      ...warning("acme.com is among sandboxRecipients, but isn't a verified identity"),
    ]);
  });

  it('SES that has paused sending', () => {
    expect(lacks({ ses: { sandbox: false, paused: true, mailsPerDay: 50_000 } })).toEqual(
      warning('has paused sending'),
    );
  });

  it('a sending quota below the limit of mails of the deployment', () => {
    const ses = { sandbox: false, paused: false, mailsPerDay: 1000 };
    expect(lacks({ ses })).toEqual(warning('accepts 1000 mails a day, and limits.mailsOfDeployment is 50000'));
    expect(lacks({ ses }, { limits: { mailsOfDeployment: 1000 } })).toEqual([]);
    expect(lacks({ ses: { ...ses, mailsPerDay: -1 } })).toEqual([]);
  });

  it('an identity that isn’t verified, with its DNS records, or that doesn’t exist', () => {
    const tokens = ['a._domainkey.acme.org CNAME a.dkim.amazonses.com'];
    const identities = { 'acme.org': { verified: false, tokens } };
    expect(lacks({ identities })).toEqual(warning(`Add these records to its DNS: ${tokens[0]}`));
    const none = lacks({ identities: {} }, { createMailIdentity: false });
    expect(none).toEqual(warning('aws sesv2 create-email-identity --email-identity acme.org'));
    // The stack is about to create it.
    expect(lacks({ stack: undefined, identities: {} })).toEqual([]);
    // An address may have an identity of its own.
    expect(lacks({ identities: { 'invitations@acme.org': verified } }, { createMailIdentity: false })).toEqual([]);
  });

  it('whatever the credentials may not read', () => {
    const identities = { 'acme.org': denied };
    const unreadable = { stack: denied, bootstrap: denied, concurrency: denied, ses: denied, identities };
    const found = lacks(unreadable);
    expect(found).toHaveLength(5);
    for (const lack of found) expect([lack]).toEqual(warning("can't be read (AccessDenied)"));
  });
});

it('a stage is deployed in two steps if its stack has never been created completely', () => {
  for (const status of ['ROLLBACK_COMPLETE', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS', 'DELETE_FAILED'] as const) {
    expect(isFirst({ ...READY, stack: stack(status) }), status).toBe(true);
  }
  expect(isFirst({ ...READY, stack: undefined })).toBe(true);
  for (const status of ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] as const) {
    expect(isFirst({ ...READY, stack: stack(status) }), status).toBe(false);
  }
  // Protection from the start is safe; without protection, an existing stack would lose it for a while.
  expect(isFirst({ ...READY, stack: denied })).toBe(false);
});

it('the identities of a stage are those of its sender and of its recipients in the sandbox', () => {
  expect(identitiesOf(config({ sandboxRecipients: ['ada@acme.net', 'acme.org'] }))).toEqual([
    ...['acme.org', 'invitations@acme.org', 'ada@acme.net'],
  ]);
});
