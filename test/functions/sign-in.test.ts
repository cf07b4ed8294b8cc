import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { identityOf } from '../../lib/domain/identity.ts';
import { SIGN_IN } from '../../lib/people/sign-in.ts';
import { keys } from '../../lib/table/keys.ts';
import type { Call } from '../../packages/local/aws.ts';
import { contracts } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// A sign-in comes first at any endpoint, so that each function must be allowed, and able, to do all of it. What it does
// to people and memberships is tested in callers.test.ts.

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

test.each(forPeople.map((contract) => [contract.declaration.route, contract] as const))(
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
