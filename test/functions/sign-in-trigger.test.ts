import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context, PreTokenGenerationV2TriggerEvent } from 'aws-lambda';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';

// The function that adds memberships to the tokens of the built-in user pool. It runs in this process, on the table of
// a stack whose issuer is that pool.

const POOL = 'eu-central-1_Abc123';
const ISSUER = `https://cognito-idp.eu-central-1.amazonaws.com/${POOL}`;

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'pool', alg: 'RS256' };

const servers: Server[] = [];
/** Starts a server. @returns its address */
async function serving(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as never).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((done) => server.once('listening', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});
const keys = await serving((_, response) => {
  response.end(JSON.stringify({ keys: [jwk] }));
});

const service = useService({ environment: { TOKEN_ISSUER: ISSUER, TOKEN_JWKS_URI: keys } });

/** Returns a caller with a token of the pool. */
async function signedIn(sub: string, email = newAddress()): Promise<Pick<Client, 'call'>> {
  const claims = { iss: ISSUER, aud: 'muster', sub, email, email_verified: true };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'pool' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return {
    call: (route, options) =>
      service.call(route, { ...options, headers: { ...options?.headers, authorization: `Bearer ${token}` } }),
  };
}

/** Returns Cognito's event, in the form of its developer guide. */
function eventOf(sub: string): PreTokenGenerationV2TriggerEvent {
  return {
    version: '2',
    triggerSource: 'TokenGeneration_HostedAuth',
    region: 'eu-central-1',
    userPoolId: POOL,
    userName: sub,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
    request: {
      userAttributes: { sub, 'cognito:user_status': 'CONFIRMED', email: 'ada@example.com', email_verified: 'true' },
      groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [] },
      scopes: ['openid', 'email', 'profile'],
    },
    response: { claimsAndScopeOverrideDetails: null },
  } as unknown as PreTokenGenerationV2TriggerEvent;
}

const context = { awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' } as Context;

/** Loads the function anew, so that it connects to the table at an address. */
async function functionAt(dynamodb: string) {
  vi.resetModules();
  useTableOf(service);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamodb;
  return (await import('../../functions/sign-in/add-memberships.ts')).handler;
}

let handler: Awaited<ReturnType<typeof functionAt>>;
beforeAll(async () => {
  handler = await functionAt(service.stack.dynamodb);
});

async function claimsOf(sub: string) {
  const event = eventOf(sub);
  const { response, ...rest } = (await handler(event, context)) as PreTokenGenerationV2TriggerEvent;
  // Cognito expects its own event back.
  expect(rest).toEqual({ ...event, response: undefined });
  const { idTokenGeneration, ...others } = response.claimsAndScopeOverrideDetails;
  expect(others).toEqual({});
  return idTokenGeneration?.claimsToAddOrOverride;
}

const create = async (by: Pick<Client, 'call'>, name = 'Acme') =>
  (await by.call('POST /v1/organizations', { body: { name } })).body.id as string;

test('the token has the memberships of the person at this moment', async () => {
  const ada = await signedIn('ada');
  expect(await claimsOf('ada')).toEqual({ memberships: [] });
  await ada.call('GET /v1/me');
  expect(await claimsOf('ada')).toEqual({ memberships: [] });
  const [one, two] = [await create(ada), await create(ada)];
  const { memberships } = (await ada.call('GET /v1/me')).body;
  const expected = memberships.map(({ id, organizationId }: { id: string; organizationId: string }) => ({
    ...{ organization: organizationId, member: id, role: 'ADMIN' },
  }));
  expect(expected.map(({ organization }: { organization: string }) => organization)).toEqual([one, two]);
  expect(await claimsOf('ada')).toEqual({ memberships: expected });

  await ada.call(`DELETE /v1/organizations/${two}`);
  expect(await claimsOf('ada')).toEqual({ memberships: [expected[0]] });
  // Another person of the pool has none of them.
  expect(await claimsOf('eve')).toEqual({ memberships: [] });
});

test('the token has the changed role, and none after the removal', async () => {
  const owner = await signedIn('owner');
  const organization = await create(owner);
  const headers = { 'x-organization-id': organization };
  const email = newAddress();
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' }, headers });
  const jane = await signedIn('jane', email);
  const accepted = await jane.call('POST /v1/invitations/accept', { body: { token: await service.linkToken(email) } });
  const member = accepted.body.member.id;
  expect(await claimsOf('jane')).toEqual({ memberships: [{ organization, member, role: 'USER' }] });
  await owner.call(`PATCH /v1/members/${member}`, { body: { role: 'OPERATOR' }, headers });
  expect(await claimsOf('jane')).toEqual({ memberships: [{ organization, member, role: 'OPERATOR' }] });
  await owner.call(`DELETE /v1/members/${member}`, { headers });
  expect(await claimsOf('jane')).toEqual({ memberships: [] });
});

test('of many memberships, the token has twenty, and fits into a header', async () => {
  const busy = await signedIn('busy');
  const ids: string[] = [];
  for (let count = 0; count < 21; count += 1) ids.push(await create(busy, `Acme ${count}`));
  const claims = (await claimsOf('busy')) as unknown as { memberships: { organization: string }[] };
  expect(claims).toMatchObject({ moreMemberships: true });
  expect(claims.memberships.map(({ organization }) => organization)).toEqual(ids.slice(0, 20));
  expect(Buffer.from(JSON.stringify(claims)).toString('base64url').length).toBeLessThan(4000);
});

test.each([
  ['doesn’t answer', () => {}],
  [
    'answers with an error',
    (_: unknown, response: { writeHead(code: number): { end(): void } }) => response.writeHead(500).end(),
  ],
])('if the table %s, the token is issued without the claim, in time', async (_, answer) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const broken = await functionAt(await serving(answer as never));
  const started = performance.now();
  const event = eventOf('ada');
  expect(await broken(event, context)).toEqual(event);
  // Cognito waits for five seconds.
  expect(performance.now() - started).toBeLessThan(4000);
  expect(log.mock.calls).toMatchObject([
    [{ message: 'Token without memberships', requestId: context.awsRequestId, error: expect.any(String) }],
  ]);
  log.mockRestore();
});
