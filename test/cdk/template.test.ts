import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { functions } from '../../functions/index.ts';
import { type Route, routeKeysOf } from '../../lib/http/declaration.ts';
import {
  type Assembly,
  assemble,
  findings,
  functionOf,
  http,
  logicalId,
  mailSender,
  ONE_EACH,
  ofType,
  type Resource,
  statementsOf,
  type Template,
  temporary,
} from './assembled.ts';

let development: Assembly;
let production: Assembly;
beforeAll(() => {
  development = assemble();
  production = assemble(
    {
      issuer: 'https://issuer.example.org',
      audience: 'application',
      publicUrl: 'https://api.example.org/',
      applicationUrl: 'https://app.example.org/',
      allowedOrigins: ['https://app.example.org'],
      alarmEmail: 'operations@example.org',
      createMailIdentity: false,
      throttle: { rate: 7, burst: 9 },
      logDays: 90,
    },
    'production',
  );
});

describe("CloudFormation's own validator", () => {
  it('finds nothing in development', () => expect(findings(development)).toEqual([]));
  it('finds nothing in production', () => expect(findings(production)).toEqual([]));

  it('finds nothing in the deployed functions', () => {
    expect(findings(assemble({}, 'development', functions))).toEqual([]);
  });

  it('finds an error in a wrong template', () => {
    const file = join(temporary, 'wrong.template.json');
    const wrong = { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 'much' } };
    writeFileSync(file, JSON.stringify({ Resources: { Wrong: wrong } }));
    expect(findings({ app: development.app, files: [file] }).join('\n')).toMatch(/^error /);
  });
});

describe('stacks', () => {
  it('hold the functions of one dialect each', () => {
    const names = Object.entries(development.nested).map(([group, template]) => [
      group,
      ofType(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Description),
    ]);
    expect(Object.fromEntries(names)).toEqual({
      v1: ['invitations/create', 'members/list'],
      papershift: ['papershift/teams/update'],
      rocketchat: ['rocketchat/teams/create'],
      volttime: ['volttime/teams/create', 'volttime/chargers/list'],
      background: ['pages/invitation', 'fallback', 'scheduled/sweep', 'events/mail'],
    });
    expect(ofType(development.root, 'AWS::Lambda::Function')).toEqual([]);
  });

  it('of other products’ APIs can be left out, except pages and the fallback', () => {
    const { nested } = assemble({ dialects: ['rocketchat'] });
    expect(Object.keys(nested)).toEqual(['v1', 'rocketchat', 'background']);
    expect(functionOf(nested.background, 'fallback').Properties.Environment.Variables.DIALECTS).toBe('v1,rocketchat');
    expect(Object.keys(assemble({ dialects: [] }).nested)).toEqual(['v1', 'background']);
  });

  it('exist only where there are functions', () => {
    expect(Object.keys(assemble({}, 'development', [http('health/read', 'GET /v1/health')]).nested)).toEqual(['v1']);
  });

  it("stay within CloudFormation's and IAM's limits with 110 functions, 80 of them in one stack", () => {
    const table = { BatchGetItem: ['USER', 'ORG'], PutItem: ['ORG', 'EMAIL', 'AUDIT'], UpdateItem: ['ORG'] } as const;
    const many = Array.from({ length: 110 }, (_, index) => {
      const path = index < 80 ? `/v1/things-with-a-long-name-${index}` : `/api/v3/things-with-a-long-name-${index}`;
      return http(`things-with-a-long-name/${index}`, `GET ${path}/{id}` as Route, { table, email: true });
    });
    const { root, nested, files } = assemble({}, 'development', many);
    for (const template of [root, ...Object.values(nested)]) {
      expect(Object.keys(template.Resources).length).toBeLessThan(500);
    }
    for (const file of files) expect(statSync(file).size).toBeLessThan(1_000_000);
    // Names that CloudFormation generates for functions have at most 64 characters.
    const arn = `"arn:aws:lambda:ap-southeast-2:123456789012:function:${'x'.repeat(64)}",`;
    expect(arn.length * 80).toBeLessThan(10_240);
  });

  it('leave all names to CloudFormation, so that an account can have several', () => {
    for (const template of [development.root, ...Object.values(development.nested)]) {
      for (const { Type, Properties = {} } of Object.values(template.Resources)) {
        const [, , kind] = Type.split('::');
        // The stage's name is fixed, and the dashboard is named after the stack.
        if (!/::(Stage|Dashboard)$/.test(Type)) expect(Object.keys(Properties)).not.toContain(`${kind}Name`);
      }
    }
  });
});

describe('the table', () => {
  const table = ({ root }: Assembly) => ofType(root, 'AWS::DynamoDB::GlobalTable')[0];
  const replica = (assembly: Assembly) => table(assembly)?.Properties.Replicas[0];

  it('is on demand, with an index of due items and a TTL attribute', () => {
    expect(table(development)?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'due', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it('has point-in-time recovery in every stage', () => {
    for (const assembly of [development, production]) {
      expect(replica(assembly).PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    }
  });

  it('is deleted with a development stack, and retained with any other', () => {
    expect([table(development)?.DeletionPolicy, replica(development).DeletionProtectionEnabled]).toEqual([
      'Delete',
      false,
    ]);
    expect([table(production)?.DeletionPolicy, replica(production).DeletionProtectionEnabled]).toEqual([
      'RetainExceptOnCreate',
      true,
    ]);
  });
});

describe('protection', () => {
  /** Returns the deletion policies of all resources that have one, without duplicates. */
  const policies = ({ root, nested }: Assembly) =>
    [root, ...Object.values(nested)]
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => /::(LogGroup|GlobalTable|UserPool)$/.test(Type))
      .map(({ DeletionPolicy, UpdateReplacePolicy }) => `${DeletionPolicy} ${UpdateReplacePolicy}`);
  const pool = ({ root }: Assembly) => ofType(root, 'AWS::Cognito::UserPool')[0]?.Properties.DeletionProtection;
  const count = ONE_EACH.length + ['table', 'pool', 'access log'].length;

  it('of a permanent stage: what has data stays, except what an update creates before it fails', () => {
    expect(policies(production)).toEqual(Array(count).fill('RetainExceptOnCreate Retain'));
    expect([production.isProtected, pool(production)]).toEqual([true, 'ACTIVE']);
  });

  it('isn’t there in the first deployment of a permanent stage, so that it can be repeated', () => {
    const first = assemble({}, 'production', ONE_EACH, true);
    expect(policies(first)).toEqual(Array(count).fill('Delete Delete'));
    expect([first.isProtected, pool(first)]).toEqual([false, 'INACTIVE']);
    expect(ofType(first.root, 'AWS::DynamoDB::GlobalTable')[0]?.Properties.Replicas[0].DeletionProtectionEnabled).toBe(
      false,
    );
  });

  it('isn’t there in a disposable stage', () => {
    expect(policies(development)).toEqual(Array(count).fill('Delete Delete'));
    expect([development.isProtected, pool(development)]).toEqual([false, 'INACTIVE']);
  });
});

describe("a function's role", () => {
  const keys = (...prefixes: string[]) => ({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}#*`) },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
  const log = { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Effect: 'Allow', Resource: expect.anything() };

  it('allows only the declared actions', () => {
    expect(statementsOf(development.nested.v1, 'members/list')).toEqual([
      { Action: 'dynamodb:BatchGetItem', Effect: 'Allow', Resource: 'TABLE', Condition: keys('ORG', 'USER') },
      { Action: 'dynamodb:Query', Effect: 'Allow', Resource: 'TABLE', Condition: keys('ORG') },
      log,
    ]);
    expect(statementsOf(development.nested.background, 'fallback')).toEqual([log]);
  });

  it('merges actions on the same keys into one statement', () => {
    const statements = statementsOf(development.nested.v1, 'invitations/create');
    expect(statements.slice(0, 3)).toEqual([
      { Action: 'dynamodb:BatchGetItem', Effect: 'Allow', Resource: 'TABLE', Condition: keys('ORG', 'USER') },
      { Action: 'dynamodb:ConditionCheckItem', Effect: 'Allow', Resource: 'TABLE', Condition: keys('USER') },
      {
        Action: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
        Effect: 'Allow',
        Resource: 'TABLE',
        Condition: keys('AUDIT', 'EMAIL', 'ORG'),
      },
    ]);
  });

  it("allows sending only from the sender's identities with the stack's configuration set", () => {
    const [, , , mail] = statementsOf(development.nested.v1, 'invitations/create');
    expect(mail.Action).toBe('ses:SendRawEmail');
    expect(mail.Resource.map((arn: { 'Fn::Join': [string, unknown[]] }) => arn['Fn::Join'][1].at(-1))).toEqual([
      ':identity/mail.acme.org',
      ':identity/invitations@mail.acme.org',
      { Ref: expect.stringMatching(/^referenceto.*ConfigurationSet.*Ref$/) },
    ]);
    expect(mail.Resource[2]['Fn::Join'][1].at(-2)).toBe(':configuration-set/');
  });

  it('allows the due query on the index only', () => {
    expect(statementsOf(development.nested.background, 'scheduled/sweep')).toContainEqual({
      Action: 'dynamodb:Query',
      Effect: 'Allow',
      Resource: { 'Fn::Join': ['', ['TABLE', '/index/due']] },
      Condition: keys('DUE'),
    });
  });

  it('allows postponing any due item, and no other change of it', () => {
    expect(statementsOf(development.nested.background, 'scheduled/sweep')).toContainEqual({
      Action: 'dynamodb:UpdateItem',
      Effect: 'Allow',
      Resource: 'TABLE',
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'due', 'dueAt'] },
        Null: { 'dynamodb:Attributes': 'false' },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
      },
    });
  });

  it('allows logging to its own log group only', () => {
    const own = functionOf(development.nested.v1, 'members/list').Properties.LoggingConfig;
    expect(own.LogFormat).toBe('JSON');
    const written = statementsOf(development.nested.v1, 'members/list').at(-1).Resource;
    expect(written).toEqual({ 'Fn::GetAtt': [own.LogGroup.Ref, 'Arn'] });
  });

  it('names no action or resource by a wildcard', () => {
    for (const template of Object.values(development.nested)) {
      for (const role of ofType(template, 'AWS::IAM::Role')) {
        for (const { Action, Resource } of role.Properties.Policies[0].PolicyDocument.Statement) {
          expect(JSON.stringify([Action, Resource])).not.toContain('*');
        }
      }
    }
  });
});

describe('a function', () => {
  it('is deployed as declared', () => {
    expect(functionOf(development.nested.v1, 'invitations/create').Properties).toMatchObject({
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 1024,
      Runtime: 'nodejs24.x',
      Timeout: 12,
    });
  });

  it('gets the table, the issuer and the public URL in its environment', () => {
    const { Variables } = functionOf(development.nested.v1, 'members/list').Properties.Environment;
    expect(Variables).toEqual({
      AUDIT_DAYS: '365',
      DIALECTS: 'v1,papershift,rocketchat,volttime',
      INVITATION_DAYS: '7',
      MAIL_FROM: mailSender,
      PRODUCT_NAME: 'Muster',
      PUBLIC_URL: { Ref: 'PublicUrl' },
      TABLE_NAME: { Ref: expect.stringMatching(/^referenceto.*Table.*Ref$/) },
      TOKEN_AUDIENCE: { Ref: 'Audience' },
      TOKEN_ISSUER: { Ref: 'Issuer' },
    });
  });

  it('gets the configuration set if it sends mails', () => {
    const { MAIL_CONFIGURATION_SET } = functionOf(development.nested.v1, 'invitations/create').Properties.Environment
      .Variables;
    expect(MAIL_CONFIGURATION_SET).toEqual({ Ref: expect.stringMatching(/^referenceto.*ConfigurationSet.*Ref$/) });
  });

  it('keeps its logs for the configured days', () => {
    for (const [assembly, days] of [
      [development, 30],
      [production, 90],
    ] as const) {
      for (const template of [assembly.root, ...Object.values(assembly.nested)]) {
        for (const { Properties } of ofType(template, 'AWS::Logs::LogGroup')) {
          expect(Properties.RetentionInDays).toBe(days);
        }
      }
    }
  });
});

describe('the API', () => {
  const stage = ({ root }: Assembly) => ofType(root, 'AWS::ApiGatewayV2::Stage')[0]?.Properties;

  it('routes to every function, in payload format 2.0, with one role per stack', () => {
    for (const [group, template] of Object.entries(development.nested)) {
      const routed = ofType(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
        const integration = template.Resources[Properties.Target['Fn::Join'][1][1].Ref]?.Properties;
        expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
        return { routeKey: Properties.RouteKey, arn: integration.IntegrationUri, role: integration.CredentialsArn };
      });
      const declared = ONE_EACH.flatMap(({ name, declaration }) => {
        const found = ofType(template, 'AWS::Lambda::Function').find((each) => each.Properties.Description === name);
        if (!found || declaration.kind !== 'http') return [];
        // A GET route has a HEAD route to the same function.
        return routeKeysOf(declaration).map((routeKey) => ({
          ...{ routeKey, arn: { 'Fn::GetAtt': [logicalId(template, found), 'Arn'] } },
        }));
      });
      expect(
        routed.map(({ routeKey, arn }) => ({ routeKey, arn })),
        group,
      ).toEqual(declared);

      const [role, ...others] = new Set(routed.map(({ role }) => role['Fn::GetAtt'][0]));
      expect(others, group).toEqual([]);
      const { PolicyDocument } = template.Resources[role]?.Properties.Policies[0] ?? {};
      const arns = declared.filter(({ routeKey }) => !routeKey.startsWith('HEAD ')).map(({ arn }) => arn);
      expect(PolicyDocument.Statement).toEqual([
        { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: arns.length === 1 ? arns[0] : arns },
      ]);
    }
  });

  it('logs the route key but neither path nor query', () => {
    const format: string = stage(development).AccessLogSettings.Format;
    for (const field of ['routeKey', 'status', 'requestId', 'responseLatency']) {
      expect(format).toContain(`$context.${field}`);
    }
    expect(format).not.toMatch(/path|query|\.error\.|authorizer|identity/i);
  });

  it('deploys itself and throttles as configured', () => {
    expect(stage(production)).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
    });
  });

  it('allows the configured origins, and none by default', () => {
    const cors = ({ root }: Assembly) => ofType(root, 'AWS::ApiGatewayV2::Api')[0]?.Properties.CorsConfiguration;
    expect(cors(development)).toBeUndefined();
    expect(cors(production)).toMatchObject({ AllowOrigins: ['https://app.example.org'] });
    expect(cors(production).AllowHeaders).toContain('x-organization-id');
  });

  it('has the configured public URL, or its own by default', () => {
    expect(production.root.Parameters.PublicUrl?.Default).toBe('https://api.example.org');
    expect(development.root.Parameters.PublicUrl?.Default).toBe('');
    expect(development.root.Conditions.OwnAddress).toEqual({ 'Fn::Equals': [{ Ref: 'PublicUrl' }, ''] });
    const given = {
      'Fn::If': ['OwnAddress', { 'Fn::GetAtt': [expect.anything(), 'ApiEndpoint'] }, { Ref: 'PublicUrl' }],
    };
    expect(development.root.Outputs.ApiUrl?.Value).toEqual(given);
    for (const { Properties } of ofType(development.root, 'AWS::CloudFormation::Stack')) {
      expect(Properties.Parameters.PublicUrl).toEqual(given);
    }
  });
});

describe('identity', () => {
  it('is the configured issuer, or a user pool that exists only without one', () => {
    expect(production.root.Parameters).toMatchObject({
      Issuer: { Default: 'https://issuer.example.org' },
      Audience: { Default: 'application' },
    });
    expect(development.root.Parameters).toMatchObject({ Issuer: { Default: '' }, Audience: { Default: '' } });
    expect(development.root.Conditions.OwnUserPool).toEqual({ 'Fn::Equals': [{ Ref: 'Issuer' }, ''] });
    for (const { root } of [development, production]) {
      const cognito = Object.values(root.Resources).filter(({ Type }) => Type.startsWith('AWS::Cognito::'));
      expect(cognito.map(({ Type }) => Type.split('::')[2])).toEqual(['UserPool', 'UserPoolDomain', 'UserPoolClient']);
      for (const { Condition } of cognito) expect(Condition).toBe('OwnUserPool');
    }
  });

  it("is passed to the functions: the pool's issuer and client, or the configured ones", () => {
    const { root } = development;
    const [pool, client] = ['UserPool', 'UserPoolClient'].map((type) =>
      logicalId(root, ofType(root, `AWS::Cognito::${type}`)[0] as Resource),
    );
    for (const { Properties } of ofType(root, 'AWS::CloudFormation::Stack')) {
      const [condition, own, given] = Properties.Parameters.Issuer['Fn::If'];
      expect([condition, given]).toEqual(['OwnUserPool', { Ref: 'Issuer' }]);
      expect(own['Fn::Join'][1]).toEqual([
        'https://cognito-idp.',
        { Ref: 'AWS::Region' },
        '.',
        { Ref: 'AWS::URLSuffix' },
        '/',
        { Ref: pool },
      ]);
      expect(Properties.Parameters.Audience).toEqual({
        'Fn::If': ['OwnUserPool', { Ref: client }, { Ref: 'Audience' }],
      });
    }
  });

  it('has outputs for the sign-in URL and the client id', () => {
    expect(development.root.Outputs.SignInUrl?.Condition).toBe('OwnUserPool');
    expect(JSON.stringify(development.root.Outputs.SignInUrl?.Value)).toContain('/login?response_type=code');
    expect(development.root.Outputs.ClientId?.Condition).toBe('OwnUserPool');
  });
});

describe('mail', () => {
  it("has an SES identity for the sender's domain, and an output with its DNS records", () => {
    const identities = ofType(development.root, 'AWS::SES::EmailIdentity');
    expect(identities.map(({ Properties }) => Properties.EmailIdentity)).toEqual(['mail.acme.org']);
    expect(JSON.stringify(development.root.Outputs.MailDnsRecords?.Value).match(/ CNAME /g)).toHaveLength(3);
  });

  it('has no identity if the account has it already', () => {
    expect(ofType(production.root, 'AWS::SES::EmailIdentity')).toEqual([]);
    expect(production.root.Outputs.MailDnsRecords).toBeUndefined();
  });
});

describe('mail events', () => {
  const [topic, configurationSet] = ['SNS::Topic', 'SES::ConfigurationSet'].map(
    (type) => () => logicalId(development.root, ofType(development.root, `AWS::${type}`)[0] as Resource),
  ) as [() => string, () => string];

  it('cover all delivery events of SES, and no opens or clicks', () => {
    const [destination, ...others] = ofType(development.root, 'AWS::SES::ConfigurationSetEventDestination');
    expect(others).toEqual([]);
    expect(destination?.Properties).toEqual({
      ConfigurationSetName: { Ref: configurationSet() },
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: expect.toSatisfy((types: string[]) => types.toSorted().join() === EVENT_TYPES.join()),
        SnsDestination: { TopicARN: { Ref: topic() } },
      },
    });
  });

  it("are published by SES for the stack's own mails alone, and over TLS", () => {
    const [policy, ...others] = ofType(development.root, 'AWS::SNS::TopicPolicy');
    expect(others).toEqual([]);
    expect(policy?.Properties.Topics).toEqual([{ Ref: topic() }]);
    const { Statement } = policy?.Properties.PolicyDocument ?? {};
    expect(Statement).toHaveLength(2);
    expect(Statement).toContainEqual({
      Sid: expect.any(String),
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource: { Ref: topic() },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    const [allowed] = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toMatchObject({
      Principal: { Service: 'ses.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: { Ref: topic() },
    });
    const { 'AWS:SourceAccount': account, 'AWS:SourceArn': source } = allowed.Condition.StringEquals;
    expect(account).toEqual({ Ref: 'AWS::AccountId' });
    expect(source['Fn::Join'][1].slice(-2)).toEqual([':configuration-set/', { Ref: configurationSet() }]);
    // SES publishes a test message when the destination is created.
    const [destination] = ofType(development.root, 'AWS::SES::ConfigurationSetEventDestination');
    expect(destination).toMatchObject({ DependsOn: [logicalId(development.root, policy as Resource)] });
  });

  it('invoke their function, which no other principal may invoke', () => {
    const template = development.nested.background as Template;
    const target = { 'Fn::GetAtt': [logicalId(template, functionOf(template, 'events/mail')), 'Arn'] };
    const source = { Ref: expect.stringMatching(/^referenceto.*EmailEvents.*Ref$/) };
    expect(ofType(template, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toEqual([
      { Protocol: 'lambda', TopicArn: source, Endpoint: target },
    ]);
    const permissions = Object.values(development.nested).flatMap((each) => ofType(each, 'AWS::Lambda::Permission'));
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      { Action: 'lambda:InvokeFunction', FunctionName: target, Principal: 'sns.amazonaws.com', SourceArn: source },
    ]);
  });
});

/** All event types except opens, clicks and subscriptions, in alphabetical order. */
const EVENT_TYPES = ['bounce', 'complaint', 'delivery', 'deliveryDelay', 'reject', 'renderingFailure', 'send'];

describe('the schedule', () => {
  it('starts its function every minute, without retries', () => {
    const template = development.nested.background as Template;
    const target = { 'Fn::GetAtt': [logicalId(template, functionOf(template, 'scheduled/sweep')), 'Arn'] };
    const [schedule] = ofType(template, 'AWS::Scheduler::Schedule');
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: target, RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    const role = template.Resources[schedule?.Properties.Target.RoleArn['Fn::GetAtt'][0]];
    expect(role?.Properties.Policies[0].PolicyDocument.Statement).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: target },
    ]);
    expect(ofType(template, 'AWS::Lambda::EventInvokeConfig')[0]?.Properties.MaximumRetryAttempts).toBe(0);
  });

  it('is on, unless it is held', () => {
    const state = ({ nested }: Assembly) => ofType(nested.background, 'AWS::Scheduler::Schedule')[0]?.Properties.State;
    expect(state(development)).toBe('ENABLED');
    expect(state(assemble({ holdSchedule: true }))).toBe('DISABLED');
  });
});

describe('backups', () => {
  const VAULT = 'arn:aws:backup:eu-west-1:123456789012:backup-vault:copies';

  it('are daily, of the table, kept for some days, with copies', () => {
    const made = assemble({ backup: { days: 90, copyTo: [VAULT] } }, 'production');
    const [plan] = ofType(made.root, 'AWS::Backup::BackupPlan');
    expect(plan?.Properties.BackupPlan.BackupPlanRule).toMatchObject([
      {
        ScheduleExpression: 'cron(0 3 * * ? *)',
        Lifecycle: { DeleteAfterDays: 90 },
        CopyActions: [{ DestinationBackupVaultArn: VAULT, Lifecycle: { DeleteAfterDays: 90 } }],
      },
    ]);
    const [table] = Object.entries(made.root.Resources).filter(([, { Type }]) => Type === 'AWS::DynamoDB::GlobalTable');
    const [selection] = ofType(made.root, 'AWS::Backup::BackupSelection');
    expect(selection?.Properties.BackupSelection.Resources).toEqual([{ 'Fn::GetAtt': [table?.[0], 'Arn'] }]);
    expect(ofType(made.root, 'AWS::Backup::BackupVault')[0]?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(findings(made)).toEqual([]);
  });

  it('don’t exist by default, and a copy needs the ARN of a vault', () => {
    expect(ofType(development.root, 'AWS::Backup::BackupPlan')).toEqual([]);
    expect(() => assemble({ backup: { copyTo: ['copies'] } })).toThrow('backup.copyTo.0');
  });
});

describe('an existing table', () => {
  it('is used by its name, with the same rights, and the stack has none', () => {
    const adopting = assemble({ table: 'muster-restored' });
    expect(ofType(adopting.root, 'AWS::DynamoDB::GlobalTable')).toEqual([]);
    expect(adopting.root.Outputs.TableName?.Value).toBe('muster-restored');
    const { background } = adopting.nested;
    const sweep = functionOf(background, 'scheduled/sweep');
    expect(sweep.Properties.Environment.Variables.TABLE_NAME).toBe('muster-restored');
    const role = background?.Resources[sweep.Properties.Role['Fn::GetAtt'][0]];
    const text = JSON.stringify(role?.Properties.Policies[0].PolicyDocument);
    expect(text).toContain(':table/muster-restored"');
    expect(text).toContain('/index/due');
    expect(text).not.toContain('"*"');
    expect(findings(adopting)).toEqual([]);
  });

  it('must have a name that DynamoDB accepts', () => {
    expect(() => assemble({ table: 'arn:aws:dynamodb:eu-central-1:1:table/x' })).toThrow('is not the name of a table');
  });
});

describe('a function of operators', () => {
  it('may scan the table, as no other function may', () => {
    const operator = { kind: 'operator', table: {}, due: false, email: false, timeout: 900 } as const;
    const made = assemble({}, 'development', [...ONE_EACH, { name: 'operator/check', declaration: operator }]);
    const roles = Object.values(made.nested).flatMap((template) =>
      Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role'),
    );
    const scanning = roles.filter(([, role]) => JSON.stringify(role).includes('dynamodb:Scan'));
    expect(scanning.map(([id]) => id)).toEqual([expect.stringMatching(/^operatorcheck/)]);
    expect(functionOf(made.nested.background, 'operator/check').Properties.Timeout).toBe(900);
  });
});

describe('synthesis', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await synthesize();
  }, 60_000);

  it('runs again only after a change', async () => {
    const manifest = join(directory, 'manifest.json');
    const { mtimeMs } = statSync(manifest);
    const start = performance.now();
    await synthesize();
    expect(statSync(manifest).mtimeMs).toBe(mtimeMs);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
