import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { COMPILE_CACHE } from '../../support/command.ts';

// `npm run deploy -- --check` as a command, with an AWS that answers as its documentation says. The deployment tests run
// it with an emulator.

const directory = mkdtempSync(join(tmpdir(), 'check-'));
const stages = { production: { mailSender: 'Acme <invitations@acme.org>' } };
writeFileSync(join(directory, 'cdk.json'), JSON.stringify({ context: { stages } }));

/** The answers: `[status, body]` by operation. */
let answers: Readonly<Record<string, readonly [number, string]>> = {};
let asked: string[] = [];
let server: Server;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const operation = await operationOf(request);
    asked.push(operation);
    const [status, body] = answers[operation] ?? [403, '{"__type":"AccessDeniedException","message":"no"}'];
    const [, type] = /"__type":"(\w+)"/.exec(body) ?? [];
    response.writeHead(status, type === undefined ? {} : { 'x-amzn-errortype': type }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(directory, { recursive: true });
});

/** Returns the operation that a request calls, in the protocol of its service. */
async function operationOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  return new URLSearchParams(body).get('Action') ?? `${request.method} ${request.url}`;
}

async function check(environment: NodeJS.ProcessEnv = {}) {
  asked = [];
  const child = spawn(process.execPath, [join(ROOT, 'cdk/deploy/run.ts'), '-c', 'stage=production', '--check'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_ACCESS_KEY_ID: 'deployer',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-central-1',
      ...environment,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, log };
}

const xml = (operation: string, result: string) =>
  `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`;
const CALLER: readonly [number, string] = [
  200,
  xml('GetCallerIdentity', '<Arn>arn:aws:iam::123456789012:user/ada</Arn><Account>123456789012</Account>'),
];
const NO_STACK: readonly [number, string] = [
  400,
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id Muster-production does not exist</Message></Error></ErrorResponse>',
];

test('it says what it will do and everything that is lacking, and fails if something would be refused', async () => {
  answers = {
    GetCallerIdentity: CALLER,
    DescribeStacks: NO_STACK,
    GetParameter: [400, '{"__type":"ParameterNotFound"}'],
    'GET /2016-08-19/account-settings': [200, '{"AccountLimit":{"ConcurrentExecutions":10}}'],
    'GET /v2/email/account': [
      200,
      '{"ProductionAccessEnabled":false,"SendingEnabled":true,"SendQuota":{"Max24HourSend":200}}',
    ],
    'GET /v2/email/identities/acme.org': [
      200,
      '{"VerifiedForSendingStatus":false,"DkimAttributes":{"Tokens":["abc"]}}',
    ],
    'GET /v2/email/identities/invitations%40acme.org': [404, '{"__type":"NotFoundException"}'],
  };
  const { code, log } = await check();
  const lines = log.trim().split('\n');
  expect(lines[0]).toBe(
    'Muster-production will be created in account 123456789012, eu-central-1, by arn:aws:iam::123456789012:user/ada, in two steps: without protection, then with it.',
  );
  expect(lines.slice(1)).toEqual([
    expect.stringContaining("Refused: The account isn't bootstrapped in eu-central-1."),
    expect.stringContaining('Warning: The account may run 10 Lambda functions at once'),
    expect.stringContaining('Warning: SES is in its sandbox here: mails go to nobody.'),
    expect.stringContaining('Refused: SES already has the identity acme.org'),
    expect.stringContaining('Add these records to its DNS: abc._domainkey.acme.org CNAME abc.dkim.amazonses.com'),
  ]);
  expect(code).toBe(1);
  // Nothing else is called: the command only reads.
  expect([...new Set(asked)].sort()).toEqual([
    ...['DescribeStacks', 'GET /2016-08-19/account-settings', 'GET /v2/email/account'],
    ...['GET /v2/email/identities/acme.org', 'GET /v2/email/identities/invitations%40acme.org'],
    ...['GetCallerIdentity', 'GetParameter'],
  ]);
});

test('credentials that may read nothing are enough: it warns, and protects from the start', async () => {
  const denied =
    '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
  answers = { GetCallerIdentity: CALLER, DescribeStacks: [403, denied] };
  const { code, log } = await check();
  expect(log).toMatch(/^Muster-production will be updated in account 123456789012/);
  expect(log.match(/^Warning: .*can't be read \(AccessDenied\w*\)/gm)).toHaveLength(5);
  expect(log).toContain('it is protected from the start');
  expect(code).toBe(0);
});

test('without credentials or a region nothing is asked', async () => {
  answers = {};
  const none = await check({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
  expect([none.code, none.log]).toEqual([1, expect.stringContaining('There are no valid AWS credentials (')]);
  const nowhere = await check({ AWS_REGION: '' });
  expect([nowhere.code, nowhere.log]).toEqual([1, expect.stringContaining('There is no region (')]);
  expect(asked).toEqual([]);
});
