// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parametersOf } from '../../../packages/local/assembly.ts';
import { readTemplate } from '../../../packages/local/template.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** Writes an assembly in the CDK's format with one nested stack. */
function assembly(root: object, nested: object = { Resources: {} }): string {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  directories.push(directory);
  mkdirSync(join(directory, 'asset.code'));
  const write = (file: string, value: unknown) => writeFileSync(join(directory, file), JSON.stringify(value));
  const asset = (path: string, objectKey: string) => ({ source: { path }, destinations: { here: { objectKey } } });
  write('manifest.json', {
    artifacts: {
      'Muster.assets': { type: 'cdk:asset-manifest', properties: { file: 'Muster.assets.json' } },
      Muster: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Muster.template.json' } },
    },
  });
  write('Muster.assets.json', {
    files: { a: asset('nested.json', 'nested-hash.json'), b: asset('asset.code', 'code-hash.zip') },
  });
  write('Muster.template.json', root);
  write('nested.json', nested);
  return directory;
}

const options = { region: 'eu-central-1', account: '000000000000', api: 'http://127.0.0.1:3000', parameters: {} };

const TABLE = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    AttributeDefinitions: ['pk', 'sk', 'due', 'dueAt'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
        WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 5 },
      },
    ],
    Replicas: [{ Region: { Ref: 'AWS::Region' }, PointInTimeRecoverySpecification: {} }],
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  },
};

function lambda(environment: object, description?: string) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'code-hash.zip' },
      Description: description,
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Environment: { Variables: environment },
    },
  };
}

function role(policies: object[] = []) {
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, Policies: policies } };
}

test('a nested stack gets its parameters from the root, and the root gets its outputs', () => {
  const directory = assembly(
    {
      Parameters: { Issuer: { Type: 'String', Default: '' } },
      Conditions: { OwnPool: { 'Fn::Equals': [{ Ref: 'Issuer' }, ''] } },
      Resources: {
        Table: TABLE,
        Pool: { Type: 'AWS::Cognito::UserPool', Condition: 'OwnPool' },
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { CorsConfiguration: { AllowOrigins: ['*'] } } },
        V1: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: {
            TemplateURL: { 'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::Region' }, '/bucket/nested-hash.json']] },
            Parameters: {
              TableArn: { 'Fn::GetAtt': ['Table', 'Arn'] },
              TableName: { Ref: 'Table' },
              Api: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] },
              Issuer: { 'Fn::If': ['OwnPool', { 'Fn::GetAtt': ['Pool', 'ProviderURL'] }, { Ref: 'Issuer' }] },
            },
          },
        },
        Integration: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: { IntegrationUri: { 'Fn::GetAtt': ['V1', 'Outputs.HealthArn'] }, PayloadFormatVersion: '2.0' },
        },
        Route: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            RouteKey: 'GET /health',
            Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
          },
        },
      },
    },
    {
      Parameters: Object.fromEntries(
        ['TableArn', 'TableName', 'Api', 'Issuer'].map((key) => [key, { Type: 'String' }]),
      ),
      Resources: {
        Role: role([
          {
            PolicyName: 'inline',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { Ref: 'TableArn' } }],
            },
          },
        ]),
        Attached: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            Roles: [{ Ref: 'Role' }],
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::Sub': '${TableArn}/index/due' } },
              ],
            },
          },
        },
        Health: lambda(
          { TABLE_NAME: { Ref: 'TableName' }, ISSUER: { Ref: 'Issuer' }, API: { Ref: 'Api' }, DAYS: 7 },
          'health/read',
        ),
        Every: {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            ScheduleExpression: 'rate(1 minute)',
            Target: { Arn: { 'Fn::GetAtt': ['Health', 'Arn'] }, Input: '{"a":1}' },
          },
        },
      },
      Outputs: { HealthArn: { Value: { 'Fn::GetAtt': ['Health', 'Arn'] } } },
    },
  );

  const template = readTemplate(directory, { ...options, parameters: { Issuer: 'http://issuer' } });

  const arn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/Muster-Table';
  expect(template.functions).toEqual([
    {
      name: 'health/read',
      arn: 'arn:aws:lambda:eu-central-1:000000000000:function:Muster-V1-Health',
      code: join(directory, 'asset.code'),
      handler: 'index.handler',
      timeout: 3,
      memory: 128,
      environment: { TABLE_NAME: 'Muster-Table', ISSUER: 'http://issuer', API: 'http://127.0.0.1:3000', DAYS: '7' },
      policies: [
        { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: arn }] },
        {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${arn}/index/due` }],
        },
      ],
    },
  ]);
  expect(template.routes).toEqual([{ routeKey: 'GET /health', function: 'health/read', timeout: 30_000 }]);
  expect(template.schedules).toEqual([{ function: 'health/read', everyMs: 60_000, input: { a: 1 } }]);
  expect(template.cors).toEqual({ AllowOrigins: ['*'] });
  expect(template.unsupported).toEqual([]);
  // With the default, the condition holds: the pool is part of the stack, and listed as unsupported.
  const withPool = readTemplate(directory, options);
  expect(withPool.functions[0]?.environment.ISSUER).toBe('Muster-Pool.ProviderURL');
  expect(withPool.unsupported).toEqual(['AWS::Cognito::UserPool']);
  expect(parametersOf(directory)).toEqual(['Issuer']);
});

test('the global table becomes the input of CreateTable', () => {
  const { table } = readTemplate(assembly({ Resources: { Table: TABLE } }), options);
  expect(table).toEqual({
    name: 'Muster-Table',
    timeToLive: 'ttl',
    definition: {
      TableName: 'Muster-Table',
      AttributeDefinitions: TABLE.Properties.AttributeDefinitions,
      KeySchema: TABLE.Properties.KeySchema,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    },
  });
});

test('every intrinsic function is resolved as CloudFormation does', () => {
  const { functions } = readTemplate(
    assembly({
      Parameters: { Origins: { Type: 'CommaDelimitedList', Default: 'a, b' } },
      Mappings: { Sizes: { small: { memory: '128' } } },
      Conditions: {
        Yes: { 'Fn::Equals': ['1', 1] },
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
        Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
        Either: { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] },
      },
      Resources: {
        Table: TABLE,
        Role: role(),
        F: lambda({
          JOIN: { 'Fn::Join': [',', { Ref: 'Origins' }] },
          SUB: { 'Fn::Sub': ['${Table.Arn} ${own} ${!literal} ${AWS::Region}', { own: { Ref: 'AWS::Partition' } }] },
          SELECT: { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] },
          MAP: { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] },
          BOTH: { 'Fn::If': ['Both', 'yes', 'no'] },
          EITHER: { 'Fn::If': ['Either', 'yes', 'no'] },
          NONE: { 'Fn::If': ['No', 'x', { Ref: 'AWS::NoValue' }] },
        }),
      },
    }),
    options,
  );
  expect(functions[0]?.environment).toEqual({
    JOIN: 'a,b',
    SUB: 'arn:aws:dynamodb:eu-central-1:000000000000:table/Muster-Table aws ${literal} eu-central-1',
    SELECT: 'b',
    MAP: '128',
    BOTH: 'no',
    EITHER: 'yes',
  });
});

test('SES events are connected to the function that is subscribed to their topic', () => {
  const { mailEvents } = readTemplate(
    assembly({
      Resources: {
        Table: TABLE,
        Role: role(),
        F: lambda({}, 'events/ses'),
        Topic: { Type: 'AWS::SNS::Topic' },
        Alarms: { Type: 'AWS::SNS::Topic' },
        Destination: {
          Type: 'AWS::SES::ConfigurationSetEventDestination',
          Properties: { EventDestination: { SnsDestination: { TopicARN: { Ref: 'Topic' } } } },
        },
        ...Object.fromEntries(
          ['Topic', 'Alarms'].map((topic) => [
            `${topic}Subscription`,
            {
              Type: 'AWS::SNS::Subscription',
              Properties: { Protocol: 'lambda', TopicArn: { Ref: topic }, Endpoint: { 'Fn::GetAtt': ['F', 'Arn'] } },
            },
          ]),
        ),
      },
    }),
    options,
  );
  const topic = 'arn:aws:sns:eu-central-1:000000000000:Muster-Topic';
  expect(mailEvents).toEqual([{ topic, function: 'events/ses' }]);
});

test('unsupported templates are refused with a message', () => {
  expect(() => readTemplate(assembly({ Resources: {} }), options)).toThrow('The template has 0 tables');
  expect(() =>
    readTemplate(assembly({ Parameters: { A: {} }, Resources: {} }), { ...options, parameters: { B: '' } }),
  ).toThrow('The template has no parameter B; it has: A.');
  const imported = lambda({ X: { 'Fn::ImportValue': 'x' } });
  expect(() => readTemplate(assembly({ Resources: { Table: TABLE, Role: role(), F: imported } }), options)).toThrow(
    "The local stack doesn't know the function Fn::ImportValue",
  );
  const unset = {
    Parameters: { P: { Type: 'String' } },
    Resources: { Table: TABLE, Role: role(), F: lambda({ X: { Ref: 'P' } }) },
  };
  expect(() => readTemplate(assembly(unset), options)).toThrow('The parameter P of the stack Muster has no value.');
});
