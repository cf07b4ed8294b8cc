import { describe, expect, it } from 'vitest';
import { type AccessRequest, compilePolicies, type Statement } from '../../../packages/local/policy.ts';

const table = 'arn:aws:dynamodb:eu-central-1:000000000000:table/Muster';

function decide(statements: Statement | Statement[], request: Partial<AccessRequest> = {}) {
  return compilePolicies([{ Version: '2012-10-17', Statement: statements }])({
    action: 'dynamodb:PutItem',
    resource: table,
    context: {},
    ...request,
  });
}

/** Returns the decision of a statement with a condition for items with partition keys. */
function decideKeys(condition: Statement['Condition'], leadingKeys: string[]) {
  return decide(
    { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: table, ...(condition && { Condition: condition }) },
    { context: { 'dynamodb:LeadingKeys': leadingKeys } },
  );
}

describe('a role', () => {
  it('allows nothing without a policy', () => {
    expect(compilePolicies([])({ action: 'dynamodb:PutItem', resource: table, context: {} })).toBe('implicit deny');
  });

  it('allows only the actions and resources of its statements', () => {
    const statements: Statement[] = [
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: table },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: [`${table}/index/due`] },
    ];
    expect(decide(statements)).toBe('allow');
    expect(decide(statements, { action: 'dynamodb:DeleteItem' })).toBe('implicit deny');
    expect(decide(statements, { resource: `${table}2` })).toBe('implicit deny');
    expect(decide(statements, { action: 'dynamodb:Query' })).toBe('implicit deny');
    expect(decide(statements, { action: 'dynamodb:Query', resource: `${table}/index/due` })).toBe('allow');
  });

  it('denies what an explicit deny names, despite other statements', () => {
    const deny: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
    const allow: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
    expect(decide([deny, allow])).toBe('explicit deny');
    expect(decide([allow, { ...deny, Action: 'dynamodb:Scan' }])).toBe('allow');
  });

  it('supports wildcards, with case-insensitive actions and case-sensitive resources', () => {
    expect(decide({ Effect: 'Allow', Action: 'DynamoDB:put*', Resource: 'arn:aws:dynamodb:*' })).toBe('allow');
    expect(decide({ Effect: 'Allow', Action: 'dynamodb:???Item', Resource: '*' })).toBe('allow');
    expect(decide({ Effect: 'Allow', Action: 'dynamodb:??Item', Resource: '*' })).toBe('implicit deny');
    expect(decide({ Effect: 'Allow', Action: 'dynamodb.PutItem', Resource: '*' })).toBe('implicit deny');
    expect(decide({ Effect: 'Allow', Action: '*', Resource: table.toLowerCase() })).toBe('implicit deny');
  });

  it('supports NotAction and NotResource', () => {
    expect(decide({ Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: '*' })).toBe('allow');
    expect(decide({ Effect: 'Allow', NotAction: 'dynamodb:Put*', Resource: '*' })).toBe('implicit deny');
    expect(decide({ Effect: 'Allow', Action: '*', NotResource: `${table}/index/*` })).toBe('allow');
    expect(decide({ Effect: 'Allow', Action: '*', NotResource: [table] })).toBe('implicit deny');
  });
});

describe('a condition on leading keys', () => {
  const onlyOrganizations = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ORG#*', 'USER#?'] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };

  it('holds if every key matches', () => {
    expect(decideKeys(onlyOrganizations, ['ORG#1', 'USER#2', 'ORG#'])).toBe('allow');
    expect(decideKeys(onlyOrganizations, ['ORG#1', 'USER#22'])).toBe('implicit deny');
    expect(decideKeys(onlyOrganizations, ['XORG#1'])).toBe('implicit deny');
    expect(decideKeys(onlyOrganizations, ['ORG#line\nbreak'])).toBe('allow');
  });

  it('holds without keys, unless Null forbids it', () => {
    expect(decideKeys({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'ORG#*' } }, [])).toBe('allow');
    expect(decideKeys(onlyOrganizations, [])).toBe('implicit deny');
    expect(decideKeys({ Null: { 'dynamodb:LeadingKeys': 'true' } }, [])).toBe('allow');
    expect(decideKeys({ Null: { 'dynamodb:LeadingKeys': true } }, ['ORG#1'])).toBe('implicit deny');
  });

  it.each<[string, string[], string[], boolean]>([
    ['ForAllValues:StringEquals', ['A', 'B'], ['A', 'B'], true],
    ['ForAllValues:StringEquals', ['A*'], ['AB'], false],
    ['ForAllValues:StringNotEquals', ['A'], ['B', 'C'], true],
    ['ForAllValues:StringNotEquals', ['A'], ['A', 'C'], false],
    ['ForAllValues:StringNotLike', ['A*'], ['BA'], true],
    ['ForAnyValue:StringEquals', ['A'], ['A', 'C'], true],
    ['ForAnyValue:StringEquals', ['A'], ['B', 'C'], false],
    ['ForAnyValue:StringEquals', ['A'], [], false],
    ['ForAnyValue:StringEqualsIfExists', ['A'], [], true],
    ['ForAnyValue:StringNotEquals', ['A'], ['A', 'C'], true],
    ['ForAnyValue:StringNotEquals', ['A'], ['A'], false],
    ['ForAnyValue:StringLike', ['A*'], ['B', 'AC'], true],
    ['ForAllValues:StringEqualsIgnoreCase', ['a'], ['A'], true],
    ['ForAllValues:StringNotEqualsIgnoreCase', ['a'], ['A'], false],
  ])('is evaluated: %s %j with keys %j is %s', (operator, operands, keys, holds) => {
    const decision = decideKeys({ [operator]: { 'dynamodb:leadingkeys': operands } }, keys);
    expect(decision).toBe(holds ? 'allow' : 'implicit deny');
  });
});

it('a condition key with one value is compared without a set operator', () => {
  const statement = (operator: string): Statement => ({
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { [operator]: { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } },
  });
  const inside = { context: { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } };
  expect(decide(statement('StringEquals'), inside)).toBe('allow');
  expect(decide(statement('StringEquals'))).toBe('implicit deny');
  expect(decide(statement('StringEqualsIfExists'))).toBe('allow');
  expect(decide(statement('StringNotEquals'), inside)).toBe('implicit deny');
  expect(decide(statement('StringNotEquals'))).toBe('allow');
});

describe('an unsupported element is refused', () => {
  const allowed: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const condition = (Condition: Statement['Condition']) => ({ ...allowed, Condition }) as Statement;

  it.each<[string, unknown, RegExp]>([
    ['an operator', condition({ NumericEquals: { 'dynamodb:Select': '1' } }), /operator NumericEquals is not known/],
    [
      'a condition key',
      condition({ StringEquals: { 'aws:SourceIp': 'x' } }),
      /condition key aws:SourceIp is not known/,
    ],
    [
      'a policy variable',
      condition({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': `\${aws:userid}` } }),
      /policy variable in '\$\{aws:userid\}'/,
    ],
    [
      'a key of several values without a set operator',
      condition({ StringLike: { 'dynamodb:LeadingKeys': 'ORG#*' } }),
      /ForAllValues: or ForAnyValue:/,
    ],
    ['an element', { ...allowed, Principal: '*' }, /Principal is not known/],
    ['an effect', { ...allowed, Effect: 'allow' }, /Effect must be/],
    ['a statement without an action', { Effect: 'Allow', Resource: '*' }, /either Action or NotAction/],
    ['both Action and NotAction', { ...allowed, NotAction: 'x' }, /either Action or NotAction/],
  ])('such as %s', (_, statement, message) => {
    expect(() => decide(statement as Statement)).toThrow(message);
  });
});
