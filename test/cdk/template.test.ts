import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { functionNameOf } from '../../cdk/constructs/function.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { functions } from '../../functions/index.ts';
import { type PreTokenDeclaration, type Route, routeKeysOf } from '../../lib/http/declaration.ts';
import {
  type Assembly,
  assemble,
  expectValid,
  functionOf,
  http,
  logicalId,
  mailSender,
  ONE_EACH,
  ofType,
  type Resource,
  statementsOf,
  type Template,
} from './assembled.ts';

/** Returns the parts of the ARNs that a role may send mails with. */
function mailArns(statements: { Action: unknown; Resource: { 'Fn::Join': [string, unknown[]] }[] }[]): unknown[][] {
  const mail = statements.find(({ Action }) => Action === 'ses:SendRawEmail');
  return (mail?.Resource ?? []).map((arn) => arn['Fn::Join'][1]);
}

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
      background: [
        'pages/invitation',
        'fallback',
        'scheduled/sweep',
        'events/mail',
        'events/publish',
        'webhooks/deliver',
      ],
    });
    expect(ofType(development.root, 'AWS::Lambda::Function')).toEqual([]);
  });

  it('of other products’ APIs can be left out, except pages and the fallback', () => {
    const { nested } = assemble({ dialects: ['rocketchat'] });
    expect(Object.keys(nested)).toEqual(['v1', 'rocketchat', 'background']);
    expect(Object.keys(assemble({ dialects: [] }).nested)).toEqual(['v1', 'background']);
  });

  it('exist only where there are functions', () => {
    expect(Object.keys(assemble({}, 'development', [http('health/read', 'GET /v1/health')]).nested)).toEqual(['v1']);
  });

  it.runIf(inject('whole'))(
    "stay within CloudFormation's and IAM's limits with 110 functions, 80 of them in one stack",
    () => {
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
      // Names of functions have at most 64 characters.
      const arn = `"arn:aws:lambda:ap-southeast-2:123456789012:function:${'x'.repeat(64)}",`;
      expect(arn.length * 80).toBeLessThan(10_240);
    },
  );

  it('leave names to CloudFormation or begin them with their own, so that an account can have several', () => {
    const names = [development.root, ...Object.values(development.nested)].flatMap(({ Resources }) =>
      Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
        const name = Properties[`${Type.split('::')[2]}Name`];
        // The stage's name is fixed.
        return name === undefined || Type === 'AWS::ApiGatewayV2::Stage' ? [] : [`${Type} ${JSON.stringify(name)}`];
      }),
    );
    expect(names).toHaveLength(2 * ONE_EACH.length + ['user pool', 'access log', 'dashboard'].length);
    for (const name of names) expect(name).toMatch(/Muster-development\b/);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are for the account and region of the configuration, with the same templates in every region', () => {
    const pinned = assemble({ account: '123456789012', region: 'eu-west-1' });
    const manifest = JSON.parse(readFileSync(join(pinned.app.outdir, 'manifest.json'), 'utf8'));
    expect(manifest.artifacts['Muster-development'].environment).toBe('aws://123456789012/eu-west-1');
    const free = JSON.parse(readFileSync(join(development.app.outdir, 'manifest.json'), 'utf8'));
    expect(free.artifacts['Muster-development'].environment).toBe('aws://unknown-account/unknown-region');
    // The local stack has another account and region.
    for (const file of pinned.files) expect(readFileSync(file, 'utf8')).not.toContain('arn:aws:ses:eu-west-1');
    expect(statementsOf(pinned.nested.v1, 'invitations/create')).toEqual(
      statementsOf(development.nested.v1, 'invitations/create'),
    );
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
  const functionLogs = Array(ONE_EACH.length).fill('Delete Delete');
  const count = ONE_EACH.length + ['table', 'pool', 'access log'].length;

  it('of a permanent stage: what has data stays, except what an update creates before it fails', () => {
    const staying = ['table', 'pool', 'access log'].map(() => 'RetainExceptOnCreate Retain');
    // A function's log has the function's name, and must not prevent that it is created again.
    expect(policies(production)).toEqual([...staying, ...functionLogs]);
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
    expect(statements.filter(({ Resource }: { Resource: unknown }) => Resource === 'TABLE')).toEqual([
      { Action: 'dynamodb:BatchGetItem', Effect: 'Allow', Resource: 'TABLE', Condition: keys('ORG', 'USER') },
      { Action: 'dynamodb:ConditionCheckItem', Effect: 'Allow', Resource: 'TABLE', Condition: keys('USER') },
      {
        Action: ['dynamodb:DeleteItem', 'dynamodb:PutItem'],
        Effect: 'Allow',
        Resource: 'TABLE',
        Condition: keys('AUDIT', 'EMAIL', 'ORG'),
      },
    ]);
  });

  it("allows sending only from the sender's identities with the stack's configuration set", () => {
    const arns = mailArns(statementsOf(development.nested.v1, 'invitations/create'));
    expect(arns).toHaveLength(3);
    expect(arns.map((arn) => arn.at(-1))).toEqual(
      expect.arrayContaining([
        ':identity/mail.acme.org',
        ':identity/invitations@mail.acme.org',
        { Ref: expect.stringMatching(/^referenceto.*ConfigurationSet.*Ref$/) },
      ]),
    );
    expect(arns.map((arn) => arn.at(-2))).toContain(':configuration-set/');
  });

  it('allows sending to the identities that SES’s sandbox checks, if they are configured', () => {
    const { nested } = assemble({ sandboxRecipients: ['Ada@Mail.Acme.org', 'acme.org'] });
    const arns = mailArns(statementsOf(nested.v1, 'invitations/create')).map((arn) => arn.at(-1));
    expect(arns.filter((each) => typeof each === 'string').sort()).toEqual([
      ...[':identity/acme.org', ':identity/ada@mail.acme.org', ':identity/invitations@mail.acme.org'],
      ...[':identity/mail.acme.org', ':identity/success@simulator.amazonses.com'],
    ]);
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
  it('has a name by stage and endpoint, and a log group of the same name', () => {
    const properties = functionOf(development.nested.v1, 'invitations/create').Properties;
    expect(properties.FunctionName).toBe('Muster-development-invitations-create');
    const log = development.nested.v1?.Resources[properties.LoggingConfig.LogGroup.Ref];
    expect(log?.Properties.LogGroupName).toBe('/aws/lambda/Muster-development-invitations-create');
  });

  it('has a unique name of at most 64 characters, and always the same', () => {
    const service = 'Muster-development-a-developer-with-a-long-name';
    const one = functionNameOf(service, 'volttime/request-sensitive-data');
    expect(one).toMatch(/^Muster-development-a-developer-with-a-long-name-volttim-[0-9a-f]{8}$/);
    expect(one).toHaveLength(64);
    expect(functionNameOf(service, 'volttime/request-sensitive-data')).toBe(one);
    for (const name of ['Muster-production', service, 'x'.repeat(128)]) {
      const all = functions.map((each) => functionNameOf(name, each.name));
      expect(new Set(all).size).toBe(functions.length);
      for (const each of all) expect(each).toMatch(/^[\w-]{1,64}$/);
    }
  });

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
      const arns = declared
        .filter(({ routeKey }) => !routeKey.startsWith('HEAD '))
        .map(({ arn }) => arn)
        // CDK sorts the resources of a statement.
        .sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other), 'en'));
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
    expect(format).not.toMatch(/path|query|\.error\.|authorizer/i);
  });

  it('logs who called, and the request id that the function’s log has', () => {
    expect(JSON.parse(stage(development).AccessLogSettings.Format)).toMatchObject({
      functionRequestId: '$context.integration.requestId',
      sourceAddress: '$context.identity.sourceIp',
      userAgent: '$context.identity.userAgent',
    });
  });

  it('logs below the prefix for which AWS needs no growing resource policy, under a name of its own', () => {
    const [api] = Object.keys(development.root.Resources).filter(
      (id) => development.root.Resources[id]?.Type === 'AWS::ApiGatewayV2::Api',
    );
    const [log] = ofType(development.root, 'AWS::Logs::LogGroup');
    expect(log?.Properties.LogGroupName).toEqual({
      'Fn::Join': ['', ['/aws/vendedlogs/apis/Muster-development-', { Ref: api }]],
    });
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
      expect(cognito.map(({ Type }) => Type.split('::')[2])).toEqual([
        'UserPool',
        'UserPoolDomain',
        'UserPoolClient',
        'ManagedLoginBranding',
      ]);
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

  it('has a sign-up page, where pages lead people without an account, unless another one is configured', () => {
    const parameters = ({ root }: Assembly, name: string) =>
      ofType(root, 'AWS::CloudFormation::Stack').flatMap(({ Properties }) => Properties.Parameters[name] ?? []);
    const [url, ...others] = parameters(development, 'SignUpUrl');
    expect(others, 'only the functions of pages get it').toEqual([]);
    const [condition, own, without] = url['Fn::If'];
    expect([condition, without]).toEqual(['OwnUserPool', '']);
    const text = own['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : '*')).join('');
    expect(text).toBe(
      'https://*.auth.*.amazoncognito.com/signup?response_type=code&scope=openid+email+profile&redirect_uri=http%3A%2F%2Flocalhost%3A3000&client_id=*&login_hint={email}',
    );
    const signUpUrl = 'https://app.example.com/sign-up?email={email}';
    const configured = assemble({ signUpUrl });
    expect(parameters(configured, 'SignUpUrl')).toEqual([]);
    expect(functionOf(configured.nested.background, 'fallback').Properties.Environment.Variables.SIGN_UP_URL).toBe(
      signUpUrl,
    );
    expectValid(configured);
  });

  it('has outputs for the sign-in URL, the pool’s id and the client id', () => {
    const { Outputs } = development.root;
    expect(JSON.stringify(Outputs.SignInUrl?.Value)).toContain('/login?response_type=code');
    for (const name of ['SignInUrl', 'PoolId', 'PoolIssuer', 'ClientId']) {
      expect(Outputs[name]?.Condition, name).toBe('OwnUserPool');
    }
  });
});

describe('the user pool', () => {
  const resource = ({ root }: Assembly, type: string) => ofType(root, `AWS::Cognito::${type}`)[0]?.Properties;
  const pool = (assembly: Assembly) => resource(assembly, 'UserPool');

  it('asks for given and family name at sign-up', () => {
    expect(pool(development).Schema).toEqual([
      { Name: 'given_name', Mutable: true, Required: true },
      { Name: 'family_name', Mutable: true, Required: true },
    ]);
  });

  it('sends its mails by Cognito, which needs no verified identity, so that a first deployment succeeds', () => {
    expect(pool(development).EmailConfiguration).toEqual({ EmailSendingAccount: 'COGNITO_DEFAULT' });
  });

  it('sends its mails by SES from the sender of all mails, if it is configured', () => {
    const { EmailConfiguration } = pool(assemble({ userPool: { mail: 'ses' } }));
    expect(EmailConfiguration).toMatchObject({
      EmailSendingAccount: 'DEVELOPER',
      From: 'Muster <invitations@mail.acme.org>',
    });
    const [, parts] = EmailConfiguration.SourceArn['Fn::Join'];
    expect(parts).toContainEqual({ Ref: 'AWS::Region' });
    expect(parts.at(-1)).toBe(':identity/mail.acme.org');
  });

  it('names the product in its mails', () => {
    const { VerificationMessageTemplate } = pool(assemble({ productName: 'Volt' }));
    expect(VerificationMessageTemplate).toMatchObject({ EmailSubject: 'Your code for Volt' });
  });

  it('returns to the application, or to the configured URLs, the first of which the sign-in page uses', () => {
    const urls = (assembly: Assembly) => {
      const { CallbackURLs, LogoutURLs } = resource(assembly, 'UserPoolClient');
      return [CallbackURLs, LogoutURLs, JSON.stringify(assembly.root.Outputs.SignInUrl?.Value)];
    };
    const application = ['https://app.example.org/'];
    const own = { applicationUrl: 'https://app.example.org/', publicUrl: 'https://api.example.org', console: false };
    expect(urls(assemble(own))).toEqual([application, application, expect.stringContaining('app.example.org')]);
    const callbackUrls = ['https://acme.org/signed-in', 'http://localhost:5173/', 'com.acme.app://signed-in'];
    const logoutUrls = ['https://acme.org/signed-out'];
    expect(urls(assemble({ userPool: { callbackUrls, logoutUrls }, console: false }))).toEqual([
      ...[callbackUrls, logoutUrls, expect.stringContaining('redirect_uri=https%3A%2F%2Facme.org%2Fsigned-in')],
    ]);
  });

  it('returns to the console too, at the public URL', () => {
    const { CallbackURLs, LogoutURLs } = resource(production, 'UserPoolClient');
    const [application, console, ...others] = CallbackURLs;
    expect([application, others]).toEqual(['https://app.example.org/', []]);
    expect(console['Fn::Join'][1].at(-1)).toBe('/console');
    expect(JSON.stringify(console)).toContain('PublicUrl');
    expect(LogoutURLs).toEqual(CallbackURLs);
  });

  it.each([
    ['off', 'OFF', undefined],
    ['optional', 'OPTIONAL', ['SOFTWARE_TOKEN_MFA']],
    ['required', 'ON', ['SOFTWARE_TOKEN_MFA']],
  ])('has a second factor by an authenticator app: %s', (mfa, MfaConfiguration, factors) => {
    const properties = pool(assemble({ userPool: { mfa } }));
    expect([properties.MfaConfiguration, properties.EnabledMfas]).toEqual([MfaConfiguration, factors]);
    if (mfa === 'optional') expect(pool(development).MfaConfiguration).toBe(MfaConfiguration);
  });

  it('has threat protection, which costs per user, only if it is configured', () => {
    expect(pool(development).UserPoolTier).toBeUndefined();
    expect(pool(assemble({ userPool: { threatProtection: true } }))).toMatchObject({
      UserPoolTier: 'PLUS',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
    });
  });

  describe('with memberships in its tokens', () => {
    const name = 'sign-in/add-memberships';
    const declaration: PreTokenDeclaration = {
      kind: 'preToken',
      table: { BatchGetItem: ['IDENTITY'], Query: ['USER'] },
      due: false,
      email: false,
      timeout: 5,
    };
    const declared = [...ONE_EACH, { name, declaration }];

    it('asks the function before each token, and only the pool may invoke it', () => {
      const { root, nested, app, files } = assemble({ userPool: { memberships: true } }, 'development', declared);
      const target = functionOf(root, name);
      const arn = { 'Fn::GetAtt': [logicalId(root, target), 'Arn'] };
      const pool = ofType(root, 'AWS::Cognito::UserPool')[0] as Resource;
      expect(pool.Properties.LambdaConfig).toEqual({
        PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
      });
      expect(ofType(root, 'AWS::Lambda::Permission')).toMatchObject([
        {
          Condition: 'OwnUserPool',
          Properties: {
            ...{ Action: 'lambda:InvokeFunction', FunctionName: arn, Principal: 'cognito-idp.amazonaws.com' },
            SourceArn: { 'Fn::GetAtt': [logicalId(root, pool), 'Arn'] },
          },
        },
      ]);
      expect(target.Properties.Timeout).toBe(5);
      // It needs no id of the pool, which refers to it.
      expect(Object.keys(target.Properties.Environment.Variables)).not.toContain('TOKEN_ISSUER');
      const role = root.Resources[target.Properties.Role['Fn::GetAtt'][0]]?.Properties;
      const statements = role.Policies[0].PolicyDocument.Statement;
      expect(statements.map(({ Action }: { Action: string }) => Action)).toEqual([
        ...['dynamodb:BatchGetItem', 'dynamodb:Query', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ]);
      expect(JSON.stringify(nested)).not.toContain(name);
      expectValid({ app, files });
    });

    it.each([
      ['it is not switched on', {}],
      [
        'the configuration names an issuer',
        { issuer: 'https://issuer.example.org', audience: 'application', userPool: { memberships: true } },
      ],
    ])('has neither function nor trigger if %s', (_, settings) => {
      const { root, nested } = assemble(settings, 'development', declared);
      expect(JSON.stringify([root, nested])).not.toContain(name);
      expect(ofType(root, 'AWS::Cognito::UserPool')[0]?.Properties.LambdaConfig).toBeUndefined();
    });
  });

  it('has pages in the product’s color, with readable buttons', () => {
    const { Settings, ClientId } = resource(assemble({ productColor: '#fd0' }), 'ManagedLoginBranding');
    const { root } = development;
    expect(ClientId).toEqual({ Ref: logicalId(root, ofType(root, 'AWS::Cognito::UserPoolClient')[0] as Resource) });
    const button = { backgroundColor: 'ffdd00ff', textColor: '000000ff' };
    expect(Settings.components.primaryButton.lightMode).toEqual({ active: button, defaults: button, hover: button });
    expect(resource(development, 'UserPoolDomain').ManagedLoginVersion).toBe(2);
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
    const missedEvents = { Ref: expect.stringMatching(/^referenceto.*EmailMissedEvents.*Arn$/) };
    expect(ofType(template, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toEqual([
      {
        ...{ Protocol: 'lambda', TopicArn: source, Endpoint: target },
        RedrivePolicy: { deadLetterTargetArn: missedEvents },
      },
    ]);
    const permissions = Object.values(development.nested).flatMap((each) => ofType(each, 'AWS::Lambda::Permission'));
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      { Action: 'lambda:InvokeFunction', FunctionName: target, Principal: 'sns.amazonaws.com', SourceArn: source },
    ]);
  });
});

describe('mail events that the function doesn’t take', () => {
  it('go to a queue, from SNS and from Lambda, and stay there for 14 days', () => {
    const [queue] = ofType(development.root, 'AWS::SQS::Queue');
    expect(queue?.Properties).toMatchObject({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    const target = { Ref: expect.stringMatching(/^referenceto.*EmailMissedEvents.*Arn$/) };
    const background = development.nested.background;
    expect(functionOf(background, 'events/mail').Properties.DeadLetterConfig).toEqual({ TargetArn: target });
    expect(statementsOf(background, 'events/mail')).toContainEqual({
      ...{ Action: 'sqs:SendMessage', Effect: 'Allow', Resource: target },
    });
    const [policy] = ofType(development.root, 'AWS::SQS::QueuePolicy');
    const [refused, allowed] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(refused).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const [topic] = Object.keys(development.root.Resources).filter(
      (id) => development.root.Resources[id]?.Type === 'AWS::SNS::Topic',
    );
    expect(allowed).toMatchObject({
      ...{ Action: 'sqs:SendMessage', Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
      Condition: { ArnEquals: { 'aws:SourceArn': { Ref: topic } } },
    });
  });

  it('have no queue for functions that are called and answer, or that run again', () => {
    for (const template of Object.values(development.nested)) {
      for (const { Properties } of ofType(template, 'AWS::Lambda::Function')) {
        if (Properties.Description !== 'events/mail') expect(Properties.DeadLetterConfig).toBeUndefined();
      }
    }
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
    expectValid(made);
  });

  it('don’t exist by default, and a copy needs the ARN of a vault', () => {
    expect(ofType(development.root, 'AWS::Backup::BackupPlan')).toEqual([]);
    expect(() => assemble({ backup: { copyTo: ['copies'] } })).toThrow('backup.copyTo.0');
  });
});

describe('events', () => {
  const mapping = ({ nested }: Assembly) => ofType(nested.background, 'AWS::Lambda::EventSourceMapping');
  const stream = { Ref: expect.stringMatching(/^referenceto.*Table.*StreamArn$/) };
  const missed = { Ref: expect.stringMatching(/^referenceto.*EventsMissed.*Arn$/) };

  it('come from the stream of the table: new audit entries only, until the stream forgets them', () => {
    const [table] = ofType(development.root, 'AWS::DynamoDB::GlobalTable');
    expect(table?.Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
    const target = functionOf(development.nested.background, 'events/publish');
    const [made, webhooks, ...others] = mapping(development);
    expect(others).toEqual([]);
    // More than two readers of a shard would be throttled.
    const { FunctionName: _, ...same } = webhooks?.Properties ?? {};
    expect(made?.Properties).toMatchObject(same);
    expect(made?.Properties).toEqual({
      FunctionName: { 'Fn::GetAtt': [logicalId(development.nested.background, target), 'Arn'] },
      EventSourceArn: stream,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 23 * 60 * 60,
      DestinationConfig: { OnFailure: { Destination: missed } },
      FilterCriteria: { Filters: [{ Pattern: expect.any(String) }] },
      Tags: expect.any(Array),
    });
    expect(JSON.parse(made?.Properties.FilterCriteria.Filters[0].Pattern)).toEqual({
      eventName: ['INSERT'],
      dynamodb: { NewImage: { type: { S: ['AuditEntry'] } } },
    });
  });

  it('go to a bus named after the stack, by a role that may read the stream and put events there, and nothing else', () => {
    const [bus] = ofType(development.root, 'AWS::Events::EventBus');
    expect(bus?.Properties.Name).toBe('Muster-development');
    expect(development.root.Outputs.EventBusName?.Value).toEqual({
      Ref: logicalId(development.root, bus as Resource),
    });
    expect(statementsOf(development.nested.background, 'events/publish').slice(0, -1)).toEqual([
      {
        Action: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `dynamodb:${name}`),
        Effect: 'Allow',
        Resource: stream,
      },
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: missed },
      {
        Action: 'events:PutEvents',
        Effect: 'Allow',
        Resource: { Ref: expect.stringMatching(/^referenceto.*EventsBus.*Arn$/) },
      },
    ]);
    const queues = ofType(development.root, 'AWS::SQS::Queue').map(({ Properties }) => Properties);
    expect(queues).toHaveLength(2);
    for (const queue of queues) {
      expect(queue).toMatchObject({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    }
  });

  it('go to an existing bus by its name', () => {
    const made = assemble({ events: 'company' });
    expect(ofType(made.root, 'AWS::Events::EventBus')).toEqual([]);
    expect(made.root.Outputs.EventBusName?.Value).toBe('company');
    const statements = JSON.stringify(statementsOf(made.nested.background, 'events/publish'));
    expect(statements).toContain(':event-bus/company"');
    expectValid(made);
    expect(() => assemble({ events: 'not a bus' })).toThrow(
      'events: is neither true, nor false, nor the name of a bus',
    );
  });

  it('can be left out, with the stream', () => {
    const made = assemble({ events: false });
    expect(mapping(made)).toEqual([]);
    expect(ofType(made.root, 'AWS::Events::EventBus')).toEqual([]);
    expect(ofType(made.root, 'AWS::SQS::Queue')).toHaveLength(1);
    expect(ofType(made.root, 'AWS::DynamoDB::GlobalTable')[0]?.Properties.StreamSpecification).toBeUndefined();
    expect(made.root.Outputs.EventBusName).toBeUndefined();
    for (const name of ['events/publish', 'webhooks/deliver']) {
      expect(() => functionOf(made.nested.background, name)).toThrow();
    }
    expectValid(made);
  });

  it('of an existing table need its stream', () => {
    const table = 'muster-restored';
    expect(() => assemble({ table })).toThrow('tableStreamArn: is missing: the ARN of the stream of table');
    expect(() => assemble({ table, tableStreamArn: 'muster-restored' })).toThrow('tableStreamArn: is no ARN such as');
    expect(() => assemble({ tableStreamArn: STREAM })).toThrow('tableStreamArn: belongs to table');
    expect(mapping(assemble({ table, events: false }))).toEqual([]);
    const [made] = mapping(assemble({ table, tableStreamArn: STREAM }));
    expect(made?.Properties.EventSourceArn).toBe(STREAM);
  });
});

const STREAM = 'arn:aws:dynamodb:eu-central-1:123456789012:table/muster-restored/stream/2026-11-28T09:00:00.000';

describe('an existing table', () => {
  it('is used by its name, with the same rights, and the stack has none', () => {
    const adopting = assemble({ table: 'muster-restored', tableStreamArn: STREAM });
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
    expectValid(adopting);
  });

  it('must have a name that DynamoDB accepts', () => {
    expect(() => assemble({ table: 'arn:aws:dynamodb:eu-central-1:1:table/x' })).toThrow('is not the name of a table');
  });
});

describe('a function of operators', () => {
  it('may scan the table if it says so, as no other function may', () => {
    const operator = { kind: 'operator', scans: true, table: {}, due: false, email: false, timeout: 900 } as const;
    const others = { ...operator, scans: false };
    const made = assemble({}, 'development', [
      ...ONE_EACH,
      { name: 'operator/check', declaration: operator },
      { name: 'operator/keys', declaration: others },
    ]);
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
