import { expect, test } from 'vitest';
import { leaksIn, tellOf } from './support/leaks.ts';

// What test/support/service.ts holds the logs of every test against bites.

test.each([
  ['an address', "error: 'EMAIL#jane.doe+x@example.com'", 'jane.doe+x@example.com'],
  ['an access token', `token mst_${'A'.repeat(107)}`, `mst_${'A'.repeat(107)}`],
  ['an ID token', 'authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIi', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIi'],
  ['the secret of a link', `?token=${'aB3_'.repeat(16)}&x`, 'aB3_'.repeat(16)],
  ['a name that a test used', 'hello Jane Doe', 'Jane Doe'],
  ['a message that a test sent', 'Welcome aboard', 'Welcome aboard'],
])('%s in a log is noticed', (_, line, leak) => {
  const told = new Set(['Jane Doe']);
  tellOf({ rows: [{ message: 'Welcome aboard' }] }, told);
  expect(leaksIn(['RUN', line], told)).toContain(leak);
});

test('paths, ids and hashes are no leaks', () => {
  const lines = [
    `at f (/x/cdk.out/asset.${'0a'.repeat(32)}/index.cjs:1:2)`,
    'at node_modules/@aws-sdk/client-dynamodb/index.js',
    "key: { pk: 'USER#usr_01k806tfm5uc8pg796as6g958h', sk: 'USER' }",
  ];
  expect(leaksIn(lines, new Set(['Jane Doe', 'x']))).toEqual([]);
});
