import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusOf, valuesOf } from './account.ts';
import { type Deployed, openApi } from './deployed.ts';
import { ACCOUNT, type Emulator, REGION, startEmulator } from './emulator.ts';
import { type Outputs, Project } from './project.ts';

// A stage with CloudFront and all that is optional, except a budget, which the emulator doesn't have. It has no CloudFront
// that answers, and no custom domains: the tests call the API's generated address, which AWS would have switched off, as
// somebody calls the domain's address of API Gateway who goes around CloudFront.

const SETTINGS = {
  domain: { name: 'teams.acme.org', certificateArn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/1a2b` },
  waf: {
    webAclArn: `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/muster/1a2b`,
    certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1a2b`,
  },
  alarms: 'all',
  alarmTopic: `arn:aws:sns:${REGION}:${ACCOUNT}:alarms`,
  reservedConcurrency: { schedule: 2, mailEvents: 10, http: 2 },
  memory: 512,
  tags: { team: 'identity' },
};

let emulator: Emulator;
let project: Project;
let outputs: Outputs;
let api: Deployed;

beforeAll(async () => {
  emulator = await startEmulator();
  project = new Project(emulator);
  await project.bootstrap();
  project.configure({ development: SETTINGS });
  ({ outputs } = await project.deployed('development'));
  const apis = await emulator.rest('apigateway', '/v2/apis');
  const [{ apiEndpoint }] = apis.items;
  api = await openApi(emulator, { ...outputs, ApiUrl: apiEndpoint });
});

afterAll(async () => {
  await api?.close();
  project?.remove();
  await emulator?.stop();
});

test('a stage with everything deploys, at its domain', async () => {
  expect(await statusOf(emulator, 'Muster-development')).toBe('CREATE_COMPLETE');
  expect(outputs.ApiUrl).toBe('https://teams.acme.org');
  expect(outputs.DomainTarget).toMatch(/\.cloudfront\.net$/);
});

test('its functions refuse who goes around CloudFront, and know the generated secret', async () => {
  const [secret = '', ...others] = await valuesOf(emulator, 'ORIGIN_SECRET');
  expect(others).toEqual([]);
  expect(secret).toMatch(/^[A-Za-z0-9]{32}$/);
  const statusWith = async (headers: Record<string, string>) =>
    (await fetch(`${api.api}/v1/health`, { headers })).status;
  expect(await statusWith({})).toBe(403);
  expect(await statusWith({ 'x-origin-secret': 'guessed' })).toBe(403);
  expect(await statusWith({ 'x-origin-secret': secret })).toBe(200);
});
