import { expect, inject, test } from 'vitest';
import { synthesize } from '../cdk/synthesize.ts';
import { readTemplate } from '../packages/local/template.ts';
import { recorded } from './support/recording.ts';
import { grantedForSignIn, grantedTo, list, statementsOf } from './support/rights.ts';

// The roles of the synthesized template against every call of every function in the whole suite, part by part of each
// transaction: vitest.config.ts runs this file when all others are done.

const recording = inject('recording');
const { used, denied } = recorded(recording);
const template = readTemplate(await synthesize(), {
  region: 'eu-central-1',
  account: '000000000000',
  api: 'http://127.0.0.1',
  parameters: {},
});
const granted = new Set(template.functions.flatMap(grantedTo));

/**
 * A right that signing in takes. Shortened, sign-in.test.ts goes its ways at some functions alone, and holds that all
 * have the rights for it.
 */
const ofSignIn = new Set<string>(template.functions.flatMap(grantedForSignIn));

/** What Lambda does for a function, beside the calls that the function makes. */
const OF_LAMBDA = /may logs:(CreateLogStream|PutLogEvents) on log-group$/;

test('no call was denied, but where a test means it to be', () => {
  expect([...denied].sort()).toEqual([]);
});

test('every call is granted by the role of its function', () => {
  expect([...used].filter((right) => !granted.has(right) && !granted.has(onAnyKey(right))).sort()).toEqual([]);
});

// A part of the tests can't tell: it would find that much isn't used.
test.runIf(recording.whole)('nothing is granted that no call used', () => {
  // A right to any key is used by a key that no other right is for.
  const needed = new Set([...used].flatMap((right) => (granted.has(right) ? right : onAnyKey(right))));
  const isExempt = (right: string) => OF_LAMBDA.test(right) || (!inject('whole') && ofSignIn.has(right));
  const unused = [...granted].filter((right) => !needed.has(right) && !isExempt(right)).sort();
  expect(unused, 'Take it out of the declaration, or test the path that needs it').toEqual([]);
});

test('roles have no more than what is compared here', () => {
  for (const statement of template.functions.flatMap(({ policies }) => policies.flatMap(statementsOf))) {
    const { Effect, Action, Resource, Condition, ...others } = statement;
    expect([Effect, others, list(Action).filter((action) => action.includes('*'))]).toEqual(['Allow', {}, []]);
    if (Condition?.['ForAllValues:StringEquals']) expect([Action, Condition]).toEqual(PUTTING_OFF);
    else expect(Condition ?? onKeys(expect.anything())).toEqual(onKeys(expect.anything()));
  }
});

/** On any key, nothing but its place in the index of what is due. */
const PUTTING_OFF = [
  'dynamodb:UpdateItem',
  {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'due', 'dueAt'] },
    Null: { 'dynamodb:Attributes': 'false' },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
  },
];

function onAnyKey(right: string): string {
  return right.replace(/, keys .*/, '');
}

function onKeys(keys: unknown): unknown {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys }, Null: { 'dynamodb:LeadingKeys': 'false' } };
}
