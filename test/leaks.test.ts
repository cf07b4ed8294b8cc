import { expect, test } from 'vitest';
import { collectPersonalData, leaksIn } from './support/leaks.ts';

// Tests the log check itself, which test/support/service.ts runs for every test file.

test.each([
  ['an address', "error: 'EMAIL#jane.doe+x@example.com'", 'jane.doe+x@example.com'],
  ['an access token', `token mst_${'A'.repeat(107)}`, `mst_${'A'.repeat(107)}`],
  ['an ID token', 'authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIi', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIi'],
  ['the secret of a link', `?token=${'aB3_'.repeat(16)}&x`, 'aB3_'.repeat(16)],
  ['a name that a test used', 'hello Jane Doe', 'Jane Doe'],
  ['a message that a test sent', 'Welcome aboard', 'Welcome aboard'],
])('%s in a log is reported', (_, line, leak) => {
  const personalData = new Set(['Jane Doe']);
  collectPersonalData({ rows: [{ message: 'Welcome aboard' }] }, personalData);
  expect(leaksIn(['RUN', line], personalData)).toContain(leak);
});

test('paths, ids and hashes are not reported', () => {
  const lines = [
    `at f (/x/cdk.out/asset.${'0a'.repeat(32)}/index.cjs:1:2)`,
    'at node_modules/@aws-sdk/client-dynamodb/index.js',
    "key: { pk: 'USER#usr_01k806tfm5uc8pg796as6g958h', sk: 'USER' }",
  ];
  expect(leaksIn(lines, new Set(['Jane Doe', 'x']))).toEqual([]);
});
