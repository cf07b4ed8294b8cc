import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contents } from '../../functions/index.ts';
import { AUDIENCE, startIssuer } from '../../packages/local/issuer.ts';
import type { Client } from '../support/service.ts';
import { contentsOf, EMPTY } from './account.ts';
import { type Deployed, openApi } from './deployed.ts';
import { papershiftExample, rocketchatExample, voltTimeExample } from './dialects.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Outputs, Project } from './project.ts';

// The deployed service does what it is for, with people of the built-in user pool, then of an issuer of their own.

/** The user pool asks a function of the stack before it issues tokens. */
const WITH_MEMBERSHIPS = { userPool: { memberships: true } };

let emulator: Emulator;
let project: Project;
let outputs: Outputs;
let log: string;
/** The id of the organization that the deployment has created and deleted. */
let checked: string;
let api: Deployed;
let ada: Client;
/** The queue that gets all events. */
let queue: string;

beforeAll(async () => {
  emulator = await startEmulator();
  project = new Project(emulator);
  await project.bootstrap();
  project.configure({ development: WITH_MEMBERSHIPS });
  ({ outputs, log } = await project.deployed('development', ['--journey']));
  api = await openApi(emulator, outputs);
  const { QueueUrl } = await emulator.json('sqs', 'AmazonSQS.CreateQueue', { QueueName: 'people' });
  queue = QueueUrl;
  const rule = { EventBusName: outputs.EventBusName, Name: 'people' };
  const EventPattern = JSON.stringify({ source: ['muster'] });
  await emulator.json('events', 'AWSEvents.PutRule', { ...rule, EventPattern });
  const Targets = [{ Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:000000000000:people' }];
  await emulator.json('events', 'AWSEvents.PutTargets', { EventBusName: rule.EventBusName, Rule: rule.Name, Targets });
});

afterAll(async () => {
  await api?.close();
  project?.remove();
  await emulator?.stop();
});

/** Returns the items of the table, in DynamoDB's JSON. */
async function itemsOf(): Promise<{ pk: { S: string }; name?: { S: string } }[]> {
  const { Items } = await emulator.json('dynamodb', 'DynamoDB_20120810.Scan', { TableName: outputs.TableName });
  return Items;
}

/** Reads an invitation until its mail has a state, for at most the given seconds. */
async function delivery(id: string, state: string, seconds = 20): Promise<{ state: string; attempts: number }> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { delivery: read } = (await ada.call(`GET /v1/invitations/${id}`)).body;
    if (read.state === state || Date.now() > deadline) return read;
    await sleep(250);
  }
}

async function invite(email: string): Promise<{ id: string; delivery: { state: string } }> {
  const invited = await ada.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(invited.status, JSON.stringify(invited.body)).toBe(201);
  return invited.body;
}

describe('the deployment command', () => {
  test('says what it will do before it changes anything', () => {
    const [said = ''] = log.split('Muster-development: start: Building');
    expect(said).toContain('Muster-development will be created in account 000000000000, us-east-1, by arn:aws:');
  });

  test('calls the deployed API, and with --journey invites somebody and deletes everything again', async () => {
    expect(log).toContain('answers: the service is healthy; nobody gets in without a token');
    expect(log).toContain('the mail arrived, and all is deleted again');
    const { Users } = await emulator.json('cognito-idp', 'AWSCognitoIdentityProviderService.ListUsers', {
      UserPoolId: outputs.PoolId,
    });
    expect(Users).toEqual([]);
    const items = await itemsOf();
    expect(items.filter(({ pk }) => pk.S.startsWith('USER#') || pk.S.startsWith('IDENTITY#'))).toEqual([]);
    // The scheduled function clears the deleted organization later: a test below.
    checked = items.find(({ name }) => name?.S === 'Deployment check')?.pk.S.split('#')[1] ?? '';
    expect(checked).toMatch(/^org_|^[0-9a-z]+$/);
  });

  test('only checks with --check, and says what the account lacks', async () => {
    project.configure({ development: { limits: { mailsOfDeployment: 1_000_000 } } });
    const ran = await project.deploy('development', ['--check']);
    project.configure({});
    expect([ran.code, ran.log]).toEqual([0, expect.stringContaining('Muster-development will be updated in account')]);
    expect(ran.log).toMatch(/Warning: SES accepts \d+ mails a day, and limits\.mailsOfDeployment is 1000000/);
    expect(ran.operations.filter(({ type }) => type !== undefined)).toEqual([]);
    expect(ran.log).not.toContain('Synthesis');
  });

  test('refuses the credentials of another account before anything is changed', async () => {
    project.configure({ development: { account: '123456789012' } });
    const ran = await project.deploy('development');
    project.configure({});
    expect(ran.code).toBe(1);
    expect(ran.log).toContain('Refused: The stage belongs to account 123456789012, and these credentials (arn:aws:');
    expect(ran.operations.filter(({ type }) => type !== undefined)).toEqual([]);
    expect(ran.log).not.toContain('Synthesis');
  });
});

describe('the journey', () => {
  test('a person of the built-in user pool creates an organization', async () => {
    ada = await api.person('ada@mail.acme.org', 'Ada Lovelace');
    const created = await ada.call('POST /v1/organizations', { body: { name: 'Acme Energy' } });
    expect(created.status).toBe(201);
    const [member] = (await ada.call('GET /v1/members')).body.data;
    expect(member).toMatchObject({ role: 'ADMIN', userProfile: { firstName: 'Ada', lastName: 'Lovelace' } });
    const claimsOf = ({ token }: Client) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claimsOf(ada).memberships).toEqual([]);
    // Cognito asks the function at each sign-in.
    const { memberships } = claimsOf(await api.person('ada@mail.acme.org', 'Ada Lovelace'));
    expect(memberships).toEqual([{ organization: created.body.id, member: member.id, role: 'ADMIN' }]);
  });

  test('a statement of the deployed service is verified by its published keys', async () => {
    const { id } = (await ada.call('GET /v1/organizations')).body.data[0];
    const { status, body } = await ada.call(`POST /v1/organizations/${id}/session`, { body: { audience: 'backend' } });
    expect(status).toBe(200);
    const keys = (await api.call('GET /.well-known/jwks.json')).body;
    const { payload } = await jwtVerify(body.token, createLocalJWKSet(keys), { audience: 'backend' });
    expect(payload).toMatchObject({ iss: outputs.ApiUrl, organization: id, role: 'ADMIN' });
    expect((await ada.call('GET /v1/access/check?permission=member:update')).body).toMatchObject({ allowed: true });
  });

  test('an invited person gets a mail by SES, opens its link, accepts, and is listed as a member', async () => {
    const email = 'jane@mail.acme.org';
    const { delivery: first } = await invite(email);
    expect(first.state).toBe('SENT');
    const mail = await api.mail(email);
    expect(mail.Source).toContain('invitations@example.com');
    expect(mail.Subject).toContain('Acme Energy');

    const link = await api.link(email);
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Acme Energy');
    const { pathname, searchParams } = new URL(link);
    const accepted = await fetch(api.api + pathname, { method: 'POST', body: searchParams, redirect: 'manual' });
    expect(accepted.status).toBe(200);

    const jane = await api.person(email, 'Jane Doe');
    const { body } = await jane.call('GET /v1/members');
    expect(body.data.map(({ userProfile }: { userProfile: { email: string } }) => userProfile.email)).toEqual([
      'ada@mail.acme.org',
      email,
    ]);
  });

  test('every function starts', async () => {
    const { functions } = await contentsOf(emulator);
    expect(functions).toHaveLength(Object.keys(contents).length);
    const failures: string[] = [];
    for (const name of functions) {
      const path = `/2015-03-31/functions/${name}/invocations`;
      const text = JSON.stringify(await emulator.rest('lambda', path, { method: 'POST', body: '{}' }));
      if (/Worker init failed|Cannot find module|is not a function/.test(text)) failures.push(`${name}: ${text}`);
    }
    expect(failures).toEqual([]);
  });
});

describe('mail events', () => {
  test('a delivery reaches the invitation over SNS', async () => {
    const { id } = await invite('reader@mail.acme.org');
    expect(await delivery(id, 'DELIVERED')).toMatchObject({ state: 'DELIVERED' });
  });

  test('a bounce reaches the invitation over SNS', async () => {
    const { id } = await invite('bounce@simulator.amazonses.com');
    expect(await delivery(id, 'BOUNCED')).toMatchObject({ state: 'BOUNCED' });
  });
});

test('the events of the journey reach a queue by a rule on the bus', async () => {
  const read = async () => {
    const { Messages = [] } = await emulator.json('sqs', 'AmazonSQS.ReceiveMessage', {
      ...{ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
    });
    return (Messages as { Body: string }[]).map(({ Body }) => JSON.parse(Body));
  };
  const events: { source: string; detail: { id: string; type: string; after?: object } }[] = [];
  await expect
    .poll(
      async () => {
        events.push(...(await read()));
        return events.map(({ detail }) => detail.type);
      },
      { timeout: 60_000, interval: 500 },
    )
    .toEqual(expect.arrayContaining(['organization.created', 'invitation.accepted', 'invitation.delivery_failed']));
  for (const { source, detail } of events)
    expect([source, detail.id]).toEqual(['muster', expect.stringMatching(/^aud_/)]);
  expect(JSON.stringify(events)).not.toMatch(/mail\.acme\.org|simulator|Lovelace|Acme/);
});

test('the schedule sends a mail by itself that SES has throttled', async () => {
  emulator.fault({ type: 'SendRawEmail', action: 'send', after: 0 });
  const invited = await invite('later@mail.acme.org');
  emulator.fault(undefined);
  expect(invited.delivery.state).toBe('QUEUED');
  expect(await emulator.mails('later@mail.acme.org')).toEqual([]);
  // The first retry is due after a minute, and the schedule runs every minute.
  expect(await delivery(invited.id, 'DELIVERED', 180)).toMatchObject({ state: 'DELIVERED', attempts: 2 });
  await api.link('later@mail.acme.org');
});

test('what the deployment’s own journey has created is cleared, except its audit log and the marks of mail events', async () => {
  const left = (await itemsOf()).filter((item) => JSON.stringify(item).includes(checked));
  expect([...new Set(left.map(({ pk }) => pk.S.split('#')[0]))].sort()).toEqual(['AUDIT', 'SES']);
});

describe('the examples of other products’ documentation', () => {
  test('Papershift', async () => {
    const { route, body } = papershiftExample();
    const headers = { 'content-type': 'application/vnd.api+json' };
    const created = await ada.call(route, { body, headers });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toMatch(`${outputs.ApiUrl}${route.split(' ')[1]}/`);
    const { data } = (await ada.call('GET /api/v1/teams?sort=name&filter[name]=pre:t')).body;
    expect(data).toMatchObject([body.data]);
  });

  test('Rocket.Chat', async () => {
    const { route, body } = rocketchatExample();
    const { token } = (await ada.call('POST /v1/access-tokens', { body: { name: 'Rocket.Chat' } })).body;
    const { userId } = (await ada.call('GET /v1/members')).body.data[0];
    const headers = { 'x-auth-token': token, 'x-user-id': userId };
    const created = await api.call(route, { body, headers });
    expect(created.body).toMatchObject({ success: true, team: { name: body.name, type: body.type } });
  });

  test('Volt Time', async () => {
    const { route, body, fields } = voltTimeExample();
    const created = await ada.call(route, { body });
    expect(created.status).toBe(200);
    expect(Object.keys(created.body.data)).toEqual(fields);
    expect(created.body.data).toMatchObject({ name: body.name, email: body.email, type: 'Other' });
  });
});

test('with an issuer of one’s own, its people sign in, and the stack’s user pool is gone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-issuer-'));
  const issuer = await startIssuer(directory, Date.now);
  // The emulator lets functions reach addresses of this machine by HTTP, whatever the URL says.
  const iss = issuer.url.replace('http:', 'https:');
  try {
    project.configure({ development: { issuer: iss, audience: AUDIENCE } });
    ({ outputs } = await project.deployed('development'));
    expect(Object.keys(outputs).sort()).toEqual(['ApiUrl', 'EventBusName', 'MailDnsRecords', 'TableName']);
    expect((await contentsOf(emulator)).pools).toEqual(EMPTY.pools);
    expect((await ada.call('GET /v1/members')).status).toBe(401);
    await api.close();
    api = await openApi(emulator, outputs, (email, name) => issuer.token({ email, name, claims: { iss } }));
    const grace = await api.person('grace@mail.acme.org', 'Grace Hopper');
    expect((await grace.call('POST /v1/organizations', { body: { name: 'Navy' } })).status).toBe(201);
    expect((await grace.call('GET /v1/members')).body.data).toHaveLength(1);
  } finally {
    await issuer.close();
    rmSync(directory, { recursive: true });
  }
});
