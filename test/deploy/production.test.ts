import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, EMPTY, statusOf, valuesOf } from './account.ts';
import { openApi } from './deployed.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Outputs, Project, report } from './project.ts';

// The life of a protected stage, beside a disposable one in the same account. The tests run in this order.

const STACK = 'Muster-production';
const SENDER = { mailSender: 'Acme <invitations@mail.acme.org>' };
const ROUTE_FAILS = { type: 'AWS::ApiGatewayV2::Route', action: 'create', after: 60 } as const;
const FUNCTION_FAILS = { type: 'AWS::Lambda::Function', action: 'update', after: 40 } as const;

let emulator: Emulator;
let project: Project;
let outputs: Outputs;

beforeAll(async () => {
  emulator = await startEmulator();
  project = new Project(emulator);
  await project.bootstrap();
  project.configure({ production: SENDER, development: SENDER });
});

afterAll(async () => {
  project?.remove();
  await emulator?.stop();
});

/** Tells what is protected from deletion. */
async function protections(): Promise<{ stack: boolean; table: boolean; pool: boolean }> {
  const { TableName = '', PoolIssuer = '' } = outputs;
  const [stacks, { Table }, { UserPool }] = await Promise.all([
    emulator.query('cloudformation', 'DescribeStacks', { StackName: STACK }),
    emulator.json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName }),
    emulator.json('cognito-idp', 'AWSCognitoIdentityProviderService.DescribeUserPool', {
      UserPoolId: PoolIssuer.split('/').at(-1),
    }),
  ]);
  return {
    stack: stacks.includes('<EnableTerminationProtection>true<'),
    table: Table.DeletionProtectionEnabled,
    pool: UserPool.DeletionProtection === 'ACTIVE',
  };
}

describe('the stage production', () => {
  test('a first deployment that fails leaves nothing, and no protected stack', async () => {
    emulator.fault(ROUTE_FAILS);
    const ran = await project.deploy('production');
    emulator.fault(undefined);
    expect(ran.code, ran.log).not.toBe(0);
    expect(await statusOf(emulator, STACK)).toBe('ROLLBACK_COMPLETE');
    expect(await contentsOf(emulator)).toEqual(EMPTY);
  });

  test('a deployment after it succeeds, without other commands, and protects the data', async () => {
    const ran = await project.deployed('production');
    outputs = ran.outputs;
    report('a first deployment of production, with its protection', ran);
    expect(await statusOf(emulator, STACK)).toBe('UPDATE_COMPLETE');
    expect(await protections()).toEqual({ stack: true, table: true, pool: true });
    const { tables, identities } = await contentsOf(emulator);
    expect(tables).toEqual([outputs.TableName]);
    expect(identities).toEqual(['mail.acme.org']);
  });

  test('an update with a changed configuration keeps data, address and protection', async () => {
    const api = await openApi(emulator, outputs);
    const ada = await api.person('ada@mail.acme.org');
    expect((await ada.call('POST /v1/organizations', { body: { name: 'Acme' } })).status).toBe(201);
    project.configure({ production: { ...SENDER, productName: 'Acme Teams' }, development: SENDER });
    const ran = await project.deployed('production');
    expect(ran.outputs).toEqual(outputs);
    expect(await valuesOf(emulator, 'PRODUCT_NAME')).toEqual(['Acme Teams']);
    expect((await ada.call('GET /v1/organizations')).body.data).toMatchObject([{ name: 'Acme' }]);
    expect(await protections()).toEqual({ stack: true, table: true, pool: true });
    await api.close();
  });

  test('an update that fails half way rolls back, and a deployment after it succeeds', async () => {
    emulator.fault(FUNCTION_FAILS);
    project.configure({ production: { ...SENDER, productName: 'Halfway' }, development: SENDER });
    const ran = await project.deploy('production');
    emulator.fault(undefined);
    expect(ran.code, ran.log).not.toBe(0);
    expect(await statusOf(emulator, STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await valuesOf(emulator, 'PRODUCT_NAME')).toEqual(['Acme Teams']);
    expect(await protections()).toEqual({ stack: true, table: true, pool: true });
    await project.deployed('production');
    expect(await valuesOf(emulator, 'PRODUCT_NAME')).toEqual(['Halfway']);
  });
});

test('development with the same sender is deployed beside it, and destroyed without a change to it', async () => {
  const before = await contentsOf(emulator);
  const { outputs: other } = await project.deployed('development');
  expect(other.ApiUrl).not.toBe(outputs.ApiUrl);
  const api = await openApi(emulator, other);
  const grace = await api.person('grace@mail.acme.org');
  expect((await grace.call('POST /v1/organizations', { body: { name: 'Navy' } })).status).toBe(201);
  const invited = await grace.call('POST /v1/invitations', { body: { email: 'jane@mail.acme.org', role: 'USER' } });
  expect(invited.body.delivery.state).toBe('SENT');
  await api.close();
  const ran = await project.destroy('development');
  expect(ran.code, ran.log).toBe(0);
  expect(await contentsOf(emulator)).toEqual(before);
});

describe('removing production', () => {
  const destroyed = async () => {
    const ran = await project.destroy('production');
    expect(ran.code, ran.log).toBe(0);
  };

  test('is refused', async () => {
    const before = await contentsOf(emulator);
    const ran = await project.destroy('production');
    expect(ran.code, ran.log).not.toBe(0);
    expect(ran.log).toContain('TerminationProtection');
    expect(await contentsOf(emulator)).toEqual(before);
  });

  test('after the stack’s protection is switched off, leaves table, user pool and access log', async () => {
    const before = await contentsOf(emulator);
    await emulator.query('cloudformation', 'UpdateTerminationProtection', {
      StackName: STACK,
      EnableTerminationProtection: 'false',
    });
    await destroyed();
    const { tables, pools } = before;
    const logGroups = before.logGroups.filter((name) => name.startsWith('/aws/vendedlogs/'));
    expect(logGroups).toHaveLength(1);
    expect(await contentsOf(emulator)).toEqual({ ...EMPTY, tables, pools, logGroups });
  });

  test('table and user pool are deleted after their own protection is switched off', async () => {
    const { tables, pools, logGroups } = await contentsOf(emulator);
    const [TableName] = tables;
    const [UserPoolId] = pools;
    const table = (operation: string, more: object = {}) =>
      emulator.json('dynamodb', `DynamoDB_20120810.${operation}`, { TableName, ...more });
    const pool = (operation: string, more: object = {}) =>
      emulator.json('cognito-idp', `AWSCognitoIdentityProviderService.${operation}`, { UserPoolId, ...more });
    await expect(table('DeleteTable')).rejects.toThrow('protect');
    await expect(pool('DeleteUserPool')).rejects.toThrow('protection');
    await table('UpdateTable', { DeletionProtectionEnabled: false });
    await pool('UpdateUserPool', { DeletionProtection: 'INACTIVE' });
    await table('DeleteTable');
    await pool('DeleteUserPool');
    expect(await contentsOf(emulator)).toEqual({ ...EMPTY, logGroups });
  });
});
