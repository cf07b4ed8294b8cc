import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { afterEach, describe, expect, it } from 'vitest';
import { synthesize } from '../../../cdk/synthesize.ts';
import { startAwsProxy } from '../../../packages/local/aws.ts';
import { startMail } from '../../../packages/local/mail.ts';
import { readTemplate } from '../../../packages/local/template.ts';
import { CONFIGURATIONS, synthesizeConfiguration } from '../../cdk/configurations.ts';

// In SES's sandbox, the roles of the template let mails go to the configured recipients, and to nobody else.

const region = 'eu-central-1';
const account = '000000000000';
const from = 'invitations@mail.acme.org';
const functionName = 'invitations/create';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts SES for the role of the function that invites, and returns a function that sends: SES's error code, or `sent`. */
async function ses(sandbox: boolean, settings: object): Promise<(to: string) => Promise<string>> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  const assembly = join(directory, 'assembly');
  const bundles = join(await synthesize(), 'functions');
  synthesizeConfiguration({ ...CONFIGURATIONS.defaults, ...settings }, assembly, bundles, [functionName]);
  const template = readTemplate(assembly, { region, account, api: 'http://127.0.0.1', parameters: {} });
  const sender = template.functions.find(({ name }) => name === functionName);
  const mail = await startMail({ directory });
  closers.push(() => mail.close());
  const proxy = await startAwsProxy({
    ...{ dynamodb: 'http://127.0.0.1:1', ses: mail.endpoint, region, account, sandbox, onMail: mail.receive },
    principals: new Map([['INVITES', { name: functionName, policies: sender?.policies ?? [] }]]),
    onKill: () => undefined,
  });
  closers.push(() => proxy.close());
  const client = new SESClient({
    ...{ region, endpoint: proxy.endpoint, maxAttempts: 1 },
    credentials: { accessKeyId: 'INVITES', secretAccessKey: 'local' },
  });
  closers.push(() => client.destroy());
  return async (to) => {
    const Data = Buffer.from(`From: ${from}\r\nTo: ${to}\r\nSubject: Join\r\n\r\nJoin`);
    const ConfigurationSetName = sender?.environment.MAIL_CONFIGURATION_SET;
    const call = new SendRawEmailCommand({ Destinations: [to], RawMessage: { Data }, ConfigurationSetName });
    return client.send(call).then(
      () => 'sent',
      ({ name }) => name,
    );
  };
}

describe('in SES’s sandbox', () => {
  it('mails go to the configured addresses and domains, to the simulator, and to nobody else', async () => {
    const send = await ses(true, { sandboxRecipients: ['ada@acme.org', 'acme.net'] });
    expect(await send('ada@acme.org')).toBe('sent');
    expect(await send('jane@acme.net')).toBe('sent');
    expect(await send('success@simulator.amazonses.com')).toBe('sent');
    expect(await send('bob@acme.org')).toBe('AccessDenied');
  });

  it('no mail goes anywhere without configured recipients', async () => {
    const send = await ses(true, {});
    expect(await send('ada@acme.org')).toBe('AccessDenied');
  });
});

it('outside of the sandbox, mails go to everybody, whatever recipients are configured', async () => {
  const send = await ses(false, { sandboxRecipients: ['ada@acme.org'] });
  expect(await send('bob@acme.org')).toBe('sent');
});
