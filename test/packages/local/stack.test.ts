import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Call } from '../../../packages/local/aws.ts';
import { type Stack, type StackOptions, startStack } from '../../../packages/local/stack.ts';

let assembly: string;
let directory: string;
let stack: Stack | undefined;

beforeAll(() => {
  assembly = mkdtempSync(join(tmpdir(), 'stack-assembly-'));
  writeAssembly();
});
afterAll(() => rmSync(assembly, { recursive: true }));
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stack-'));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  rmSync(directory, { recursive: true });
});

/** Writes an application of two functions: one behind the API that makes given DynamoDB calls, and a scheduled one. */
function writeAssembly(): void {
  const call = `
    exports.handler = async (event) => {
      const { operation, input } = JSON.parse(event.body);
      const { AWS_ACCESS_KEY_ID: key, AWS_ENDPOINT_URL_DYNAMODB: endpoint, TABLE_NAME: TableName } = process.env;
      const url = new URL(endpoint);
      const body = JSON.stringify({ TableName, ...input });
      const response = await new Promise((resolve, reject) => require('node:http').request({
        host: url.hostname, port: url.port, method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.' + operation,
          authorization: 'AWS4-HMAC-SHA256 Credential=' + key + '/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
        },
      }, resolve).on('error', reject).end(body));
      let text = '';
      for await (const chunk of response) text += chunk;
      return { statusCode: response.statusCode, headers: { 'content-type': 'application/json' }, body: text };
    };`;
  const tick =
    'let ticks = 0; exports.handler = async () => ({ ticks: ++ticks, issuer: process.env.ISSUER, extra: process.env.EXTRA })';
  for (const [name, code] of Object.entries({ call, tick })) {
    mkdirSync(join(assembly, name));
    writeFileSync(join(assembly, name, 'index.cjs'), code);
  }
  const write = (file: string, value: unknown) => writeFileSync(join(assembly, file), JSON.stringify(value));
  const asset = (path: string) => ({ source: { path }, destinations: { here: { objectKey: `${path}.zip` } } });
  write('manifest.json', {
    artifacts: {
      assets: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
      Muster: { type: 'aws:cloudformation:stack', properties: { templateFile: 'template.json' } },
    },
  });
  write('assets.json', { files: { call: asset('call'), tick: asset('tick') } });
  const lambda = (name: string, environment: object) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: `${name}.zip` },
      Description: name,
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Environment: { Variables: environment },
    },
  });
  write('template.json', {
    Parameters: { Issuer: { Type: 'String', Default: '' } },
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            {
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['dynamodb:PutItem', 'dynamodb:GetItem'],
                    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ORG#*'] } },
                  },
                ],
              },
            },
          ],
        },
      },
      Call: lambda('call', { TABLE_NAME: { Ref: 'Table' } }),
      Tick: lambda('tick', { ISSUER: { Ref: 'Issuer' }, EXTRA: '' }),
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { IntegrationUri: { 'Fn::GetAtt': ['Call', 'Arn'] }, PayloadFormatVersion: '2.0' },
      },
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: { RouteKey: 'POST /call', Target: { 'Fn::Sub': 'integrations/$' + '{Integration}' } },
      },
      Schedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: { ScheduleExpression: 'rate(1 minute)', Target: { Arn: { 'Fn::GetAtt': ['Tick', 'Arn'] } } },
      },
      Alarm: { Type: 'AWS::CloudWatch::Alarm' },
    },
  });
}

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const engine = process.env.MUSTER_ENGINE as StackOptions['engine'];
  stack = await startStack({ directory, assembly, ...(engine && { engine }), ...options });
  return stack;
}

async function call(operation: string, input: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${stack?.api}/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation, input }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function local<T = Record<string, unknown>>(path: string, method = 'GET'): Promise<T> {
  const response = await fetch(`${stack?.api}/_local/${path}`, { method });
  return (await response.json()) as T;
}

const ITEM = { pk: { S: 'ORG#1' }, sk: { S: 'ORG' } };

test('stack.json has the addresses of the running stack', async () => {
  const started = await start();
  const file = JSON.parse(readFileSync(join(directory, 'stack.json'), 'utf8'));
  const { api, inbox, issuer, dynamodb, table, pid, unsupported } = started;
  expect(file).toEqual({ api, inbox, issuer, dynamodb, table, pid });
  expect({ table, pid, unsupported }).toEqual({
    table: 'Muster-Table',
    pid: process.pid,
    unsupported: ['AWS::CloudWatch::Alarm'],
  });
  expect((await fetch(inbox)).status).toBe(200);
  expect(await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()).toMatchObject({ issuer });
  await started.stop();
  expect(existsSync(join(directory, 'stack.json'))).toBe(false);
  await expect(fetch(api)).rejects.toThrow();
});

test("a function calls DynamoDB with its role's permissions, and its calls are listed", async () => {
  await start();
  expect((await call('PutItem', { Item: ITEM })).status).toBe(200);
  expect((await call('GetItem', { Key: ITEM })).body).toMatchObject({ Item: ITEM });
  const refused = await call('PutItem', { Item: { pk: { S: 'USER#1' }, sk: { S: 'USER' } } });
  expect(refused.status).toBe(400);
  expect(refused.body.__type).toContain('AccessDenied');
  const calls = await local<Call[]>('calls');
  expect(calls).toMatchObject([
    { function: 'call', action: 'dynamodb:PutItem', keys: ['ORG#1|ORG'], allowed: true },
    { function: 'call', action: 'dynamodb:GetItem', keys: ['ORG#1|ORG'], allowed: true },
    { function: 'call', action: 'dynamodb:PutItem', keys: ['USER#1|USER'], allowed: false },
  ]);
  expect(calls[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(3);
});

test('data and issuer are kept over a restart, and the issuer also if it is fresh', async () => {
  const { issuer, stop } = await start();
  await call('PutItem', { Item: ITEM });
  await stop();
  expect((await start()).issuer).toBe(issuer);
  expect((await call('GetItem', { Key: ITEM })).body).toMatchObject({ Item: ITEM });
  await stack?.stop();
  expect((await start({ fresh: true })).issuer).toBe(issuer);
  expect((await call('GetItem', { Key: ITEM })).body).not.toHaveProperty('Item');
});

test('a sweep runs the scheduled function with local parameters and environment', async () => {
  const { issuer } = await start({ environment: { EXTRA: 'yes' } });
  expect(await local('sweep', 'POST')).toEqual({ ticks: 1, issuer, extra: 'yes' });
  expect(await local('sweep', 'POST')).toMatchObject({ ticks: 2 });
});

test('a failed start has a message, and leaves nothing running', async () => {
  const { api } = await start();
  const port = Number(new URL(api).port);
  await expect(startStack({ directory, assembly })).rejects.toThrow(`A stack runs on ${directory} already, at ${api}`);
  const other = join(directory, 'other');
  await expect(startStack({ directory: other, assembly, port })).rejects.toThrow(`Port ${port} is taken`);
  await expect(startStack({ directory: other, assembly, parameters: { X: '1' } })).rejects.toThrow(
    'The template has no parameter X',
  );
  expect(existsSync(join(other, 'stack.json'))).toBe(false);
  expect((await local('clock')).offset).toBe(0);
});

test('a killed stack doesn’t prevent a start', async () => {
  writeFileSync(join(directory, 'stack.json'), JSON.stringify({ api: 'http://127.0.0.1:9', pid: 1 }));
  await start();
  expect((await local('clock')).offset).toBe(0);
});

test('it can use an issuer of yours, which alone signs tokens then', async () => {
  const url = 'https://acme.eu.auth0.com/';
  const { issuer } = await start({ issuer: { url, audience: 'application', jwksUri: `${url}keys` } });
  expect(issuer).toBe(url);
  expect(await local('sweep', 'POST')).toMatchObject({ issuer: url });
  const answer = await fetch(`${stack?.api}/_local/token`, { method: 'POST', body: '{"email":"jane@example.com"}' });
  const message = `The tokens of this stack come from ${url}: get one there.`;
  expect([answer.status, await answer.json()]).toEqual([409, { message }]);
});
