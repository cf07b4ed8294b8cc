import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { partsOf } from '../../packages/local/parts.ts';
import type { Statement } from '../../packages/local/policy.ts';
import { readTemplate } from '../../packages/local/template.ts';
import reference from '../fixtures/service-authorization.json' with { type: 'json' };

// Checks every policy of the template against AWS's service authorization reference. An unknown action allows nothing,
// and no other test notices that.

interface Service {
  readonly resources: Readonly<Record<string, string>>;
  readonly conditionKeys: Readonly<Record<string, string>>;
  /** Condition keys by action and resource type. */
  readonly actions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}
const services: Readonly<Record<string, Service>> = reference.services as never;

/** All statements of the template, without resolved references. */
const allStatements: Statement[] = [];
/** The statements of the functions' roles, with resolved ARNs. */
const ofFunctions: Statement[] = [];

beforeAll(async () => {
  const assembly = await synthesize();
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    collect(JSON.parse(readFileSync(join(assembly, file), 'utf8')).Resources, allStatements);
  }
  const template = readTemplate(assembly, {
    region: 'eu-central-1',
    account: '000000000000',
    api: 'http://127.0.0.1',
    parameters: {},
  });
  collect(template.functions, ofFunctions);
});

/** Collects the statements at any depth. */
function collect(within: unknown, into: Statement[]): void {
  if (typeof within !== 'object' || within === null) return;
  for (const [key, value] of Object.entries(within)) {
    if (key === 'Statement') into.push(...list(value as Statement));
    else collect(value, into);
  }
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T];
}

function typesOf(action: string): Readonly<Record<string, readonly string[]>> {
  const [service = '', name = ''] = action.split(':');
  const types = services[service]?.actions[name];
  if (!types) {
    throw new Error(`Look up ${action} in AWS's reference, and add it to test/fixtures/service-authorization.json.`);
  }
  return types;
}

test('each action exists at AWS', () => {
  expect(allStatements.length).toBeGreaterThan(50);
  for (const { Effect, Action, NotAction } of allStatements) {
    expect(NotAction).toBeUndefined();
    // Whatever isn't encrypted is denied.
    for (const action of list(Action)) if (Effect !== 'Deny' || action !== 'sqs:*') typesOf(action);
  }
});

test('each resource of a function’s role has a type that the action supports', () => {
  for (const { Action, Resource, NotResource } of ofFunctions) {
    expect(NotResource).toBeUndefined();
    for (const action of list(Action)) for (const arn of list(Resource)) expect(typeOf(action, arn), arn).toBeDefined();
  }
});

/** Returns the type of a resource. `*` after a log group means its streams. Names of log groups may have slashes. */
function typeOf(action: string, arn: string): string | undefined {
  const { resources } = services[action.split(':')[0] ?? ''] as Service;
  const one = arn.replace(
    /(:log-group:)([^:]+):\*$/,
    (_, kind: string, name: string) => `${kind}${name.replaceAll('/', '-')}:log-stream:any`,
  );
  return Object.keys(typesOf(action)).find((type) => formOf(resources[type] ?? '').test(one));
}

/** `arn:${Partition}:dynamodb:...:table/${TableName}`as a pattern, in which variables have no wildcards. */
function formOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\$\{\w+\}/g, '[^:/*?]+')}$`);
}

test('each condition of a function’s role uses a key that the action supports and an operator that fits its type', () => {
  for (const { Action, Resource, Condition = {} } of ofFunctions) {
    for (const action of list(Action)) {
      for (const arn of list(Resource)) {
        const keys = typesOf(action)[typeOf(action, arn) as string] ?? [];
        for (const [operator, operands] of Object.entries(Condition)) {
          for (const key of Object.keys(operands)) {
            expect(keys, `${action} on ${arn}`).toContain(key);
            const type = services[action.split(':')[0] ?? '']?.conditionKeys[key];
            const isSet = /^For(All|Any)Values?:/.test(operator);
            if (operator !== 'Null') expect(isSet, `${operator} of ${key}`).toBe(type?.startsWith('ArrayOf'));
          }
        }
      }
    }
  }
  const others = allStatements.filter(({ Action }) => list(Action).every((action) => /^(lambda|sts):/.test(action)));
  expect(others.map(({ Condition }) => Condition).filter(Boolean)).toEqual([]);
});

test('each condition of the policy of a topic or queue uses a global key and an operator that fits its type', () => {
  const policies = allStatements.filter(
    (statement) => 'Principal' in statement && list(statement.Action).every((action) => /^(sns|sqs):/.test(action)),
  );
  expect(policies.length).toBeGreaterThan(2);
  const types = new Map(Object.entries(reference.globalConditionKeys).map(([key, type]) => [key.toLowerCase(), type]));
  const operators: Readonly<Record<string, readonly string[]>> = {
    StringEquals: ['String', 'ARN'],
    ArnEquals: ['ARN'],
    Bool: ['Bool'],
  };
  for (const { Condition = {} } of policies) {
    expect(Object.keys(Condition).length).toBeGreaterThan(0);
    for (const [operator, operands] of Object.entries(Condition)) {
      for (const key of Object.keys(operands)) expect(operators[operator]).toContain(types.get(key.toLowerCase()));
    }
  }
});

describe('the local stack', () => {
  const { operations } = reference.services.dynamodb;
  const item = { TableName: 'Table', Item: { pk: { S: 'ORG#1' } }, Key: { pk: { S: 'ORG#1' } } };
  const keys = { table: ['pk'], indexes: new Map() };
  const actionsOf = (operation: string, kinds: readonly string[]) =>
    partsOf(
      operation,
      { TransactItems: kinds.map((kind) => ({ [kind]: item })) },
      () => keys,
      (table) => table,
    ).map(({ action }) => action.replace('dynamodb:', ''));

  test('splits a transaction into the actions that AWS authorizes', () => {
    const written = actionsOf('TransactWriteItems', ['ConditionCheck', 'Delete', 'Put', 'Update']);
    expect(written).toEqual(operations.TransactWriteItems);
    expect(actionsOf('TransactGetItems', ['Get'])).toEqual(operations.TransactGetItems);
  });
});
