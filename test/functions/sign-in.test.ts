import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, inject, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { identityOf } from '../../lib/domain/identity.ts';
import { SIGN_IN } from '../../lib/people/sign-in.ts';
import { keys } from '../../lib/table/keys.ts';
import type { Call } from '../../packages/local/aws.ts';
import { readTemplate } from '../../packages/local/template.ts';
import { type Contract, contracts } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { grantedForSignIn } from '../support/rights.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// A sign-in comes first at any endpoint, so that each function must be allowed, and able, to do all of it. What it does
// to people and memberships is tested in callers.test.ts. Its code is one for all functions, and comes in by the kind of
// the endpoint: shortened, all ways of signing in are gone at one endpoint of each kind, and the roles of all are read.

const calls: Call[] = [];
const PREVIOUS_ISSUER = 'https://previous.example.com';
const service = useService({
  onCall: (call) => calls.push(call),
  environment: { PREVIOUS_ISSUER, PREVIOUS_ISSUER_MATCH: 'address' },
});
let one: Home;
let two: Home;

beforeAll(async () => {
  one = await service.organization('One');
  two = await service.organization('Two');
});

const forPeople = contracts.filter(({ declaration }) => declaration.caller.includes('person'));

/** What decides how a function comes to sign somebody in. */
const kindOf = ({ declaration: { dialect, caller, organization, found, about } }: Contract) =>
  [dialect, ...caller, organization, found, about].join(' ');
const oneOfEach = [...Map.groupBy(forPeople, kindOf).values()].map(([first]) => first as Contract);
const gone = inject('whole') ? forPeople : oneOfEach;

test('the role of each function has what signing in takes', async () => {
  const { functions } = readTemplate(await synthesize(), {
    ...{ region: 'eu-central-1', account: '000000000000', api: 'http://127.0.0.1', parameters: {} },
  });
  const signingIn = functions.filter(({ name }) => forPeople.some((contract) => contract.name === name));
  expect(signingIn).toHaveLength(forPeople.length);
  const wanted = Object.values(SIGN_IN).flat().length;
  for (const item of signingIn) expect(grantedForSignIn(item), item.name).toHaveLength(wanted);
});

test.each(gone.map((contract) => [contract.declaration.route, contract] as const))(
  '%s signs in whoever comes',
  async (_, contract) => {
    const { route, ...sending } = await exampleOf(contract, service, one);
    const done = new Set<string>();
    const come = async (person: Client) => {
      const before = calls.length;
      const { status, body } = await person.call(route, sending);
      expect([200, 201, 204, 400, 403, 404, 422], JSON.stringify(body)).toContain(status);
      for (const { function: name, action, keys } of calls.slice(before)) {
        if (name === contract.name) for (const key of keys) done.add(`${action} ${key.split('#')[0]}`);
      }
    };

    // Somebody nobody has heard of.
    await come(await service.person(newAddress('new')));

    // Somebody whose first token had no name.
    const nameless = newAddress('nameless');
    await (await service.person(nameless)).call('GET /v1/me');
    await come(await service.person(nameless, { name: 'Jane Doe' }));

    // The first sign-in of somebody who accepted by link alone.
    await come(await service.member(one.owner, 'USER'));

    // A member who has another address by now: one that accepted by link alone, where they are a member and
    // elsewhere, and is in teams.
    const subject = newAddress('subject');
    const [first, second] = [newAddress('first'), newAddress('second')];
    await service.member(one.owner, 'USER', first);
    await (await service.person(first, { subject })).call('GET /v1/me');
    for (const { owner } of [one, two]) {
      const { memberId } = await service.member(owner, 'USER', second);
      const { id } = (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body;
      expect((await owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: {} })).status).toBe(200);
    }
    await come(await service.person(second, { subject }));

    // Somebody whose first sign-in was with the issuer before.
    const earlier = newAddress('earlier');
    await (await service.person(earlier, { subject: `old-${earlier}` })).call('GET /v1/me');
    await cameBy(PREVIOUS_ISSUER, `old-${earlier}`);
    await come(await service.person(earlier, { subject: `new-${earlier}` }));

    const all = Object.entries(SIGN_IN).flatMap(([action, prefixes]) =>
      prefixes.map((prefix) => `dynamodb:${action} ${prefix}`),
    );
    expect(all.filter((right) => !done.has(right))).toEqual([]);
  },
);

/** Has somebody come by another issuer than the one that there is. */
async function cameBy(issuer: string, subject: string): Promise<void> {
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
