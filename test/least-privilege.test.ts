import { expect, inject, test } from 'vitest';
import { synthesize } from '../cdk/synthesize.ts';
import { readTemplate } from '../packages/local/template.ts';
import { recorded } from './support/recording.ts';
import { grantedForSignIn, grantedTo, list, statementsOf } from './support/rights.ts';

// Compares the roles of the synthesized template with every call of every function in the whole suite. Transactions are
// compared part by part. vitest.config.ts runs this file last.

const recording = inject('recording');
const { used, denied } = recorded(recording);
const template = readTemplate(await synthesize(), {
  region: 'eu-central-1',
  account: '000000000000',
  api: 'http://127.0.0.1',
  parameters: {},
});
const granted = new Set(template.functions.flatMap(grantedTo));

/** Rights that Lambda itself uses for a function. */
const OF_LAMBDA =
  /may (logs:(CreateLogStream|PutLogEvents) on log-group$|sqs:SendMessage on |dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams) on table\/stream\/)/;

test('no call was denied, except in tests that deny calls', () => {
  expect([...denied].sort()).toEqual([]);
});

test('every call is granted by the role of its function', () => {
  expect([...used].filter((right) => !granted.has(right) && !granted.has(onAnyKey(right))).sort()).toEqual([]);
});

/** All functions share the code that signs people in: sign-in.test.ts uses each of its rights at every kind of endpoint. */
const forSignIn = new Set(template.functions.flatMap(grantedForSignIn));

// Only the whole suite uses all rights, with nothing omitted or shortened.
test.runIf(recording.whole && inject('whole'))('every granted right was used by a call', () => {
  // A call with a key that has no right of its own uses the right to any key.
  const needed = new Set([...used].flatMap((right) => (granted.has(right) ? right : onAnyKey(right))));
  const isUnused = (right: string) => !needed.has(right) && !forSignIn.has(right) && !OF_LAMBDA.test(right);
  const unused = [...granted].filter(isUnused).sort();
  expect(unused, 'remove it from the declaration, or test the code that needs it').toEqual([]);
});

test('policies contain only the compared elements', () => {
  for (const statement of template.functions.flatMap(({ policies }) => policies.flatMap(statementsOf))) {
    const { Effect, Action, Resource, Condition, ...others } = statement;
    expect([Effect, others, list(Action).filter((action) => action.includes('*'))]).toEqual(['Allow', {}, []]);
    if (Condition?.['ForAllValues:StringEquals']) expect([Action, Condition]).toEqual(POSTPONING);
    else if (Action === 'ses:SendRawEmail') expect(Condition).toEqual(FROM_THE_SENDER);
    else expect(Condition ?? onKeys(expect.anything())).toEqual(onKeys(expect.anything()));
  }
});

/** Postponing a due item: updates only the index attributes, on any key. */
const POSTPONING = [
  'dynamodb:UpdateItem',
  {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'due', 'dueAt'] },
    Null: { 'dynamodb:Attributes': 'false' },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
  },
];

/** Mails, also to verified recipients in SES's sandbox, are sent by the configured sender only. */
const FROM_THE_SENDER = { StringEqualsIgnoreCase: { 'ses:FromAddress': 'invitations@example.com' } };

function onAnyKey(right: string): string {
  return right.replace(/, keys .*/, '');
}

function onKeys(keys: unknown): unknown {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys }, Null: { 'dynamodb:LeadingKeys': 'false' } };
}
