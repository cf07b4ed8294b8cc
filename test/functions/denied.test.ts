import { beforeAll, expect, test } from 'vitest';
import type { Call } from '../../packages/local/aws.ts';
import { type Contract, contracts } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { useService } from '../support/service.ts';

// A transaction is authorized by its parts. An additional policy of each of these functions denies one part of its
// transaction, and then nothing is written.

const DENIED: Partial<Record<string, { readonly action: string; readonly prefix: string }>> = {
  'access-tokens/create': { action: 'dynamodb:PutItem', prefix: 'AUDIT' },
  'organizations/update': { action: 'dynamodb:UpdateItem', prefix: 'ORG' },
  'members/remove': { action: 'dynamodb:DeleteItem', prefix: 'USER' },
  'members/update': { action: 'dynamodb:ConditionCheckItem', prefix: 'USER' },
};

const calls: Call[] = [];
const service = useService({
  onCall: (call) => calls.push(call),
  policies: (name, policies) => {
    const denied = DENIED[name];
    if (!denied) return policies;
    const { action, prefix } = denied;
    const Condition = { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': `${prefix}#*` } };
    return [...policies, { Statement: { Effect: 'Deny', Action: action, Resource: '*', Condition } }];
  },
});
let home: Home;
beforeAll(async () => {
  home = await service.organization();
});

test.each(Object.entries(DENIED))('%s without %j writes nothing', async (name, denied) => {
  const contract = contracts.find((one) => one.name === name) as Contract;
  const { route, body } = await exampleOf(contract, service, home);
  const [method, path] = route.split(' ') as [string, string];
  const headers = {
    authorization: `Bearer ${home.owner.token}`,
    'x-organization-id': home.id,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const before = await service.items();
  calls.length = 0;
  // Without the harness, which fails on a 500.
  const answer = await fetch(service.api + path, { method, headers, body: body ? JSON.stringify(body) : null });

  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ error: 'internal_error' });
  expect(await service.items()).toEqual(before);
  const parts = calls.filter((part) => part.function === name && part.operation === 'TransactWriteItems');
  expect(new Set(parts.map(({ error }) => error))).toEqual(new Set(['AccessDeniedException']));
  const refused = parts.filter(({ allowed }) => !allowed);
  expect(refused.map(({ action, keys }) => ({ action, prefix: keys[0]?.split('#')[0] }))).toEqual([denied]);
  expect(parts.length).toBeGreaterThan(refused.length);
});
