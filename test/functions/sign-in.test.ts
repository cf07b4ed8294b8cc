import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { identityOf } from '../../lib/domain/identity.ts';
import { SIGN_IN } from '../../lib/people/sign-in.ts';
import { keys } from '../../lib/table/keys.ts';
import type { Call } from '../../packages/local/aws.ts';
import { readTemplate } from '../../packages/local/template.ts';
import { type Contract, contracts, tested } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { grantedForSignIn } from '../support/rights.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Any endpoint may be the first that a person calls, so the role of each function must allow signing in. The effects of
// signing in are tested in callers.test.ts. All functions share its code, and the kind of the endpoint selects it. So the
// test signs in in every way at one endpoint of each kind, and checks the roles of all; at the others a new person signs in.
// The shortened test omits the others.

const calls: Call[] = [];
const PREVIOUS_ISSUER = 'https://previous.example.com';
const service = useService({
  onCall: (call) => calls.push(call),
  environment: { PREVIOUS_ISSUER, PREVIOUS_ISSUER_MATCH: 'address' },
});
type HomeWithTeam = Home & { readonly team: string };
let one: HomeWithTeam;
let two: HomeWithTeam;

async function withTeam(name: string): Promise<HomeWithTeam> {
  const made = await service.organization(name);
  const { id } = (await made.owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body;
  return { ...made, team: id };
}

beforeAll(async () => {
  one = await withTeam('One');
  two = await withTeam('Two');
});

const forPeople = contracts.filter(({ declaration }) => declaration.caller.includes('person'));

const some = tested(forPeople, ['organization', 'found', 'about']);

test('the role of each function allows signing in', async () => {
  const { functions } = readTemplate(await synthesize(), {
    ...{ region: 'eu-central-1', account: '000000000000', api: 'http://127.0.0.1', parameters: {} },
  });
  const signingIn = functions.filter(({ name }) => forPeople.some((contract) => contract.name === name));
  expect(signingIn).toHaveLength(forPeople.length);
  const wanted = Object.values(SIGN_IN).flat().length;
  for (const item of signingIn) expect(grantedForSignIn(item), item.name).toHaveLength(wanted);
});

/** Prepares a request. Returns a function that sends it as a person, and the rights that the endpoint then used. */
async function signingInAt(contract: Contract) {
  const { route, ...sending } = await exampleOf(contract, service, one);
  const done = new Set<string>();
  const signIn = async (person: Client) => {
    const before = calls.length;
    const { status, body } = await person.call(route, sending);
    expect([200, 201, 204, 400, 403, 404, 422], JSON.stringify(body)).toContain(status);
    for (const { function: name, action, keys } of calls.slice(before)) {
      if (name === contract.name) for (const key of keys) done.add(`${action} ${key.split('#')[0]}`);
    }
  };
  return { signIn, done };
}

/** One endpoint for each combination of what selects the code before the handler. */
const ofEachKind = Map.groupBy(some, ({ declaration: { dialect, caller, organization, found, about } }) =>
  [dialect, caller, organization, found, about].join(' '),
);
const kinds = [...ofEachKind.values()].flatMap(([first]) => first ?? []);
const others = some.filter((contract) => !kinds.includes(contract));
const named = (contracts: readonly Contract[]) =>
  contracts.map((contract) => [contract.declaration.route, contract] as const);

test.each(named(others))('%s signs a new person in', async (_, contract) => {
  const { signIn, done } = await signingInAt(contract);
  await signIn(await service.person(newAddress('new')));
  for (const prefix of ['IDENTITY', 'EMAIL', 'USER']) expect([...done]).toContain(`dynamodb:PutItem ${prefix}`);
});

test.each(named(kinds))('%s supports every way of signing in', async (_, contract) => {
  const { signIn, done } = await signingInAt(contract);

  // A new person.
  await signIn(await service.person(newAddress('new')));

  // A person whose first token had no name.
  const nameless = newAddress('nameless');
  await (await service.person(nameless)).call('GET /v1/me');
  await signIn(await service.person(nameless, { name: 'Jane Doe' }));

  // The first sign-in of a person who accepted by link.
  await signIn(await service.member(one.owner, 'USER'));

  // A member whose address changes to that of a placeholder. The placeholder accepted by link in the same organization
  // and in another one, and is in teams.
  const subject = newAddress('subject');
  const [first, second] = [newAddress('first'), newAddress('second')];
  await service.member(one.owner, 'USER', first);
  await (await service.person(first, { subject })).call('GET /v1/me');
  for (const { owner, team } of [one, two]) {
    const { memberId } = await service.member(owner, 'USER', second);
    expect((await owner.call(`PUT /v1/teams/${team}/members/${memberId}`, { body: {} })).status).toBe(200);
  }
  await signIn(await service.person(second, { subject }));

  // A person whose first sign-in was with the previous issuer.
  const earlier = newAddress('earlier');
  await (await service.person(earlier, { subject: `old-${earlier}` })).call('GET /v1/me');
  await moveToIssuer(PREVIOUS_ISSUER, `old-${earlier}`);
  await signIn(await service.person(earlier, { subject: `new-${earlier}` }));

  const all = Object.entries(SIGN_IN).flatMap(([action, prefixes]) =>
    prefixes.map((prefix) => `dynamodb:${action} ${prefix}`),
  );
  expect(all.filter((right) => !done.has(right))).toEqual([]);
});

/** Changes the issuer of a stored identity. */
async function moveToIssuer(issuer: string, subject: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: service.stack.dynamodb,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'local' },
  });
  await DynamoDBDocumentClient.from(client).send(
    new UpdateCommand({
      TableName: service.stack.table,
      Key: keys.identity(identityOf(service.stack.issuer, subject)),
      UpdateExpression: 'SET issuer = :issuer',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':issuer': issuer },
    }),
  );
}
