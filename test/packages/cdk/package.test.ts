import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { functions } from '../../../functions/index.ts';
import { Application, packPackage } from '../application.ts';
import { EXAMPLE } from './example.ts';

// The construct, as an application installs it. test/deploy/construct.test.ts deploys it.

const directory = mkdtempSync(join(tmpdir(), 'package-'));
const applications: Application[] = [];
let tarball: string;

async function application(source: string, type: 'module' | 'commonjs' = 'module'): Promise<Application> {
  const made = new Application();
  applications.push(made);
  await made.create({ name: 'cdk', tarball, source, type });
  return made;
}

beforeAll(async () => {
  tarball = await packPackage('cdk', directory);
});

afterAll(() => {
  for (const folder of [directory, ...applications.map((each) => each.folder)]) rmSync(folder, { recursive: true });
});

/** Synthesizes a compiled application. @returns the folder of the templates @throws Error with its output */
async function synthesize(made: Application): Promise<string> {
  const out = join(made.folder, 'cdk.out');
  await made.run({ CDK_OUTDIR: out });
  return out;
}

interface Template {
  readonly Resources: Readonly<Record<string, { Type: string; Properties?: Record<string, unknown> }>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown }>>;
}

/** Returns the template of the stack, and those of nested stacks. */
function templates(out: string): { root: Template; nested: Template[] } {
  const read = (file: string): Template => JSON.parse(readFileSync(join(out, file), 'utf8'));
  const files = readdirSync(out).filter((file) => file.endsWith('.nested.template.json'));
  return { root: read('Platform.template.json'), nested: files.map(read) };
}

const ofType = ({ Resources }: Template, type: string) => Object.values(Resources).filter(({ Type }) => Type === type);

describe('an application of two deployments', () => {
  let root: Template;
  let nested: Template[];

  beforeAll(async () => {
    const example = await application(readFileSync(EXAMPLE, 'utf8'));
    expect(await example.compile()).toBe('');
    ({ root, nested } = templates(await synthesize(example)));
  });

  test('has a table, an API and the functions of each, without the left out dialects', () => {
    expect(ofType(root, 'AWS::DynamoDB::GlobalTable')).toHaveLength(2);
    expect(ofType(root, 'AWS::ApiGatewayV2::Api').map(({ Properties }) => Properties?.Name)).toEqual([
      'Platform-Teams',
      'Platform-Partners',
    ]);
    const names = nested
      .flatMap((template) => ofType(template, 'AWS::Lambda::Function'))
      .map(({ Properties }) => String(Properties?.Description));
    const others = functions.filter(({ name }) => !/^(papershift|rocketchat|volttime)\//.test(name));
    expect(names.filter((name) => name === 'health/read')).toHaveLength(2);
    expect(names.length).toBeGreaterThan(functions.length);
    expect(names.length).toBeLessThanOrEqual(functions.length + others.length);
  });

  test('has no parameters but CDK’s own, so that a changed prop always takes effect', () => {
    expect(Object.keys(root.Parameters ?? {}).filter((name) => name !== 'BootstrapVersion')).toEqual([]);
  });

  test('has a user pool only for the one without an issuer', () => {
    expect(ofType(root, 'AWS::Cognito::UserPool')).toHaveLength(1);
    const outputs = Object.keys(root.Outputs ?? {});
    expect(outputs).toEqual(expect.arrayContaining(['TeamsUrl', 'TeamsTable', 'TeamsClientId', 'PartnersUrl']));
    expect(outputs).not.toContain('PartnersClientId');
    expect(Number(root.Outputs?.PartnersAlarms?.Value)).toBeGreaterThan(5);
  });

  test('protects the one and not the other', () => {
    const protection = ofType(root, 'AWS::DynamoDB::GlobalTable').map(({ Properties }) => {
      const replicas = Properties?.Replicas as readonly { DeletionProtectionEnabled: boolean }[];
      return replicas[0]?.DeletionProtectionEnabled;
    });
    expect(protection).toEqual([false, true]);
  });

  test('grants a role to read a table, and another one to change it and to call a function', () => {
    const policies = Object.entries(root.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
    const actions = (role: string) =>
      policies
        .filter(([id]) => id.startsWith(role))
        .map(([, { Properties }]) => JSON.stringify(Properties?.PolicyDocument))
        .join();
    expect(actions('Reports')).toContain('dynamodb:GetItem');
    expect(actions('Reports')).not.toContain('dynamodb:PutItem');
    expect(actions('Operator')).toContain('dynamodb:PutItem');
    expect(actions('Operator')).toContain('lambda:InvokeFunction');
  });
});

test('the example of the README compiles and synthesizes as CommonJS too', async () => {
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(ROOT, 'packages/cdk/README.md'), 'utf8')) ?? [];
  const made = await application(example, 'commonjs');
  expect(await made.compile()).toBe('');
  const { root } = templates(await synthesize(made));
  expect(Object.keys(root.Outputs ?? {})).toContain('TeamsUrl');
});

test('the rule of docs/eventbridge.md compiles, and lets its bus send to the queue', async () => {
  const [, rule = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/eventbridge.md'), 'utf8')) ?? [];
  const made = await application(`import { App, Stack } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Muster } from '@muster/cdk';
class Platform extends Stack {
  constructor(app: App) {
    super(app, 'Platform');
    const sender = { mailSender: 'Acme <invitations@mail.acme.org>', protect: false };
    const muster = new Muster(this, 'Teams', { ...sender, issuer: 'https://login.acme.org', audience: 'acme-app' });
    const queue = new Queue(this, 'Queue');
    ${rule}
  }
}
new Platform(new App());`);
  expect(await made.compile()).toBe('');
  const { root } = templates(await synthesize(made));
  const [{ Properties: found } = {}] = ofType(root, 'AWS::Events::Rule');
  expect(found).toMatchObject({
    EventPattern: { source: ['muster'], 'detail-type': [{ prefix: 'invitation.' }] },
    EventBusName: expect.anything(),
  });
  const policies = ofType(root, 'AWS::SQS::QueuePolicy').map(({ Properties }) => JSON.stringify(Properties));
  expect(policies.join()).toContain('events.amazonaws.com');
});

test('mistakes in the props are found by the compiler, and all together at synthesis', async () => {
  const source = readFileSync(EXAMPLE, 'utf8').replace('members: 500', "members: 0.5, guests: 'many'");
  const made = await application(source);
  expect(await made.compile()).toContain("'guests' does not exist in type");
  const failure = await synthesize(made).catch(({ stderr }) => stderr);
  expect(failure).toContain('Correct these in the props of Muster:\n  limits.members: ');
  expect(failure).toContain('  limits: Unrecognized key: "guests"');
});
