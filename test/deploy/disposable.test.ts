import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, EMPTY, statusOf, valuesOf } from './account.ts';
import { type Deployed, openApi } from './deployed.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Outputs, Project, report } from './project.ts';

// The life of the disposable stage, from a first deployment that fails to its removal. The tests run in this order.

const STACK = 'Muster-development';
/** One of the routes fails, as API Gateway answers when too many are made at once. */
const ROUTE_FAILS = { type: 'AWS::ApiGatewayV2::Route', action: 'create', after: 60 } as const;
const FUNCTION_FAILS = { type: 'AWS::Lambda::Function', action: 'update', after: 40 } as const;

let emulator: Emulator;
let project: Project;
let api: Deployed;
let outputs: Outputs;

beforeAll(async () => {
  emulator = await startEmulator();
  project = new Project(emulator);
  await project.bootstrap();
});

afterAll(async () => {
  await api?.close();
  project?.remove();
  await emulator?.stop();
});

/** Returns the name of the product on the page of an unknown invitation. */
async function productName(): Promise<string | undefined> {
  const { body } = await api.call('GET /invitation?token=unknown');
  return /<title>.* · (.*)<\/title>/.exec(body)?.[1];
}

describe('the stage development', () => {
  test('a first deployment that fails leaves nothing', async () => {
    emulator.fault(ROUTE_FAILS);
    const first = await project.deploy('development');
    emulator.fault(undefined);
    expect(first.code, first.log).not.toBe(0);
    expect(await statusOf(emulator, STACK)).toBe('ROLLBACK_COMPLETE');
    expect(await contentsOf(emulator)).toEqual(EMPTY);
  });

  test('a deployment after it succeeds, without other commands', async () => {
    const ran = await project.deployed('development');
    outputs = ran.outputs;
    report('a first deployment of development', ran);
    expect(await statusOf(emulator, STACK)).toBe('CREATE_COMPLETE');
    api = await openApi(emulator, outputs);
    expect(await productName()).toBe('Muster');
  });

  test('an update with a changed configuration changes the service, and keeps its data and its address', async () => {
    const ada = await api.person('ada@mail.acme.org');
    expect((await ada.call('POST /v1/organizations', { body: { name: 'Acme' } })).status).toBe(201);
    project.configure({ development: { productName: 'Acme Teams', allowedOrigins: ['https://app.acme.org'] } });
    const ran = await project.deployed('development');
    report('an update of every function', ran);
    expect(await statusOf(emulator, STACK)).toBe('UPDATE_COMPLETE');
    expect(ran.outputs).toEqual(outputs);
    expect(await productName()).toBe('Acme Teams');
    expect((await ada.call('GET /v1/organizations')).body.data).toMatchObject([{ name: 'Acme' }]);
    const allowed = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'GET' };
      const response = await fetch(`${api.api}/v1/me`, { method: 'OPTIONS', headers });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await allowed('https://app.acme.org')).toBe('https://app.acme.org');
    expect(await allowed('https://other.example')).toBeNull();
  });

  test('an update that fails half way rolls back to the service as it was', async () => {
    emulator.fault(FUNCTION_FAILS);
    project.configure({ development: { productName: 'Halfway' } });
    const ran = await project.deploy('development');
    emulator.fault(undefined);
    expect(ran.code, ran.log).not.toBe(0);
    expect(await statusOf(emulator, STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await valuesOf(emulator, 'PRODUCT_NAME')).toEqual(['Acme Teams']);
    expect(await productName()).toBe('Acme Teams');
  });

  test('a deployment after the roll back succeeds', async () => {
    await project.deployed('development');
    expect(await statusOf(emulator, STACK)).toBe('UPDATE_COMPLETE');
    expect(await valuesOf(emulator, 'PRODUCT_NAME')).toEqual(['Halfway']);
  });

  test('destroying it leaves nothing', async () => {
    const ran = await project.destroy('development');
    expect(ran.code, ran.log).toBe(0);
    expect(await statusOf(emulator, STACK)).toBeUndefined();
    expect(await contentsOf(emulator)).toEqual(EMPTY);
  });
});
