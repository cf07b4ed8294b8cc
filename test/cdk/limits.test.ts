import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';

// Checks the deployment against AWS's limits. The names of the tests show current values and headroom.

/** CloudFormation's limits for a stack: resources, and bytes of the template. */
const RESOURCES = 500;
const BYTES = 1_000_000;
/** The limits of routes for an HTTP API, and of characters for a role's inline policies. */
const ROUTES = 300;
const POLICY = 10_240;

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Policies?: readonly { readonly PolicyDocument: unknown }[] };
}

const directory = await synthesize();
const stacks = readdirSync(directory)
  .filter((file) => file.endsWith('.template.json'))
  .map((file) => {
    const template = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { Resources: Record<string, Resource> };
    const resources = Object.values(template.Resources);
    const count = (type: string) => resources.filter(({ Type }) => Type === type).length;
    return {
      name:
        file
          .replace(/^Muster-?\w*?(?=\.|background|papershift|rocketchat|v1|volttime)/, '')
          .split(/[A-F0-9]{8}\.|\./)[0] || 'root',
      functions: count('AWS::Lambda::Function'),
      routes: count('AWS::ApiGatewayV2::Route'),
      resources: resources.length,
      bytes: statSync(join(directory, file)).size,
      policies: resources
        .filter(({ Type }) => Type === 'AWS::IAM::Role')
        .map(
          ({ Properties }) =>
            JSON.stringify((Properties?.Policies ?? []).map((policy) => policy.PolicyDocument)).length,
        ),
    };
  });

describe.each(stacks)('the stack $name with $functions functions', (stack) => {
  test(`has ${stack.resources} resources, ${RESOURCES - stack.resources} are left`, () => {
    expect(stack.resources).toBeLessThan(RESOURCES);
  });

  test(`has ${stack.bytes} bytes, ${BYTES - stack.bytes} are left`, () => {
    expect(stack.bytes).toBeLessThan(BYTES);
  });

  // References are longer than the resolved values, except function names, which have at most 64 characters.
  test(`has no role with more than ${Math.max(0, ...stack.policies)} characters of policies`, () => {
    for (const size of stack.policies) expect(size).toBeLessThan(POLICY);
  });
});

const routes = stacks.reduce((sum, stack) => sum + stack.routes, 0);
test(`the API has ${routes} routes, ${ROUTES - routes} are left`, () => {
  expect(routes).toBeLessThan(ROUTES);
});
