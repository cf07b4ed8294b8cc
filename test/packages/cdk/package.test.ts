import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { functions } from '../../../functions/index.ts';
import { Application, packPackage } from '../application.ts';
import { EXAMPLE } from './example.ts';

// The construct, as an application installs it. test/deploy/construct.test.ts deploys it.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const exampleIn = (file: string) => /```ts\n(.*?)```/s.exec(read(file))?.[1] ?? '';

const directory = mkdtempSync(join(tmpdir(), 'package-'));
/** Several applications in one folder: to compile CDK's types once for each would take most of the time. */
const applications = new Application();
/** The compiler's errors, by file. */
let errors: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const example = readFileSync(EXAMPLE, 'utf8');
  await applications.create({
    ...{ name: 'cdk', tarball: await packPackage('cdk', directory), source: example },
    others: {
      'readme.cts': exampleIn('packages/cdk/README.md'),
      'rule.ts': applicationWith(exampleIn('docs/eventbridge.md')),
      'wrong.ts': example.replace('members: 500', "members: 0.5, guests: 'many'"),
    },
  });
  const output = await applications.compile();
  // The lines that explain an error are indented.
  const told = output.split(/\n(?=\S)/).filter(Boolean);
  errors = Map.groupBy(told, (error) => /([\w.]+)\(\d+,\d+\): /.exec(error)?.[1] ?? '');
});

afterAll(() => {
  for (const folder of [directory, applications.folder]) rmSync(folder, { recursive: true });
});

/** Returns an application with a rule on the bus of a deployment. */
const applicationWith = (rule: string) => `import { App, Stack } from 'aws-cdk-lib';
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
new Platform(new App());`;

/** Synthesizes a compiled application. @returns the folder of the templates @throws Error with its output */
async function synthesize(file: string): Promise<string> {
  const out = join(applications.folder, `${file}.out`);
  await applications.run({ CDK_OUTDIR: out }, file);
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
    expect(errors.get('app.ts')).toBe(undefined);
    ({ root, nested } = templates(await synthesize('app.js')));
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
  expect(errors.get('readme.cts')).toBe(undefined);
  const { root } = templates(await synthesize('readme.cjs'));
  expect(Object.keys(root.Outputs ?? {})).toContain('TeamsUrl');
});

test('the rule of docs/eventbridge.md compiles, and lets its bus send to the queue', async () => {
  expect(errors.get('rule.ts')).toBe(undefined);
  const { root } = templates(await synthesize('rule.js'));
  const [{ Properties: found } = {}] = ofType(root, 'AWS::Events::Rule');
  expect(found).toMatchObject({
    EventPattern: { source: ['muster'], 'detail-type': [{ prefix: 'invitation.' }] },
    EventBusName: expect.anything(),
  });
  const policies = ofType(root, 'AWS::SQS::QueuePolicy').map(({ Properties }) => JSON.stringify(Properties));
  expect(policies.join()).toContain('events.amazonaws.com');
});

test('mistakes in the props are found by the compiler, and all together at synthesis', async () => {
  expect(errors.get('wrong.ts')?.join()).toContain("'guests' does not exist in type");
  expect([...errors.keys()]).toEqual(['wrong.ts']);
  const failure = await synthesize('wrong.js').catch(({ stderr }) => stderr);
  expect(failure).toContain('Correct these in the props of Muster:\n  limits.members: ');
  expect(failure).toContain('  limits: Unrecognized key: "guests"');
});
