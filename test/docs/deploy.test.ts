import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

// Compares what docs/deploy.md gives a CI with what the deployment needs. The workflow itself runs on GitHub only.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const page = read('docs/deploy.md');
const { scripts, engines } = JSON.parse(read('package.json'));

/** The services of the clients' packages, by the prefixes of their actions. */
const PREFIXES: Readonly<Record<string, string>> = {
  'client-cloudformation': 'cloudformation',
  'client-lambda': 'lambda',
  'client-sesv2': 'ses',
  'client-ssm': 'ssm',
  'client-sts': 'sts',
};

/** Returns the actions that the checks of a deployment call. Asking who one is needs no permission. */
function calledActions(): string[] {
  const source = read('cdk/deploy/account.ts');
  return [...source.matchAll(/^import \{([^}]+)\} from '@aws-sdk\/([\w-]+)';$/gm)]
    .flatMap(([, names = '', from = '']) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, name]) => `${PREFIXES[from]}:${name}`),
    )
    .filter((action) => action !== 'sts:GetCallerIdentity')
    .sort();
}

describe('the role of CI', () => {
  const policies = [...page.matchAll(/-document '(\{.*?\})'\n/gs)].map(([, text = '']) => JSON.parse(text).Statement);
  const [[trust], [cdk, own]] = policies as [[object], [object, { readonly Action: readonly string[] }]];

  test('may read what the checks read, and assume the roles of CDK’s bootstrap stack, and nothing else', () => {
    expect(policies.map(({ length }) => length)).toEqual([1, 2]);
    expect(own.Action.toSorted()).toEqual(calledActions());
    expect(cdk).toMatchObject({
      Action: 'sts:AssumeRole',
      Resource: expect.stringMatching(/:role\/cdk-hnb659fds-\*$/),
    });
  });

  test('is for jobs of one environment of one repository', () => {
    expect(trust).toMatchObject({
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': expect.stringMatching(/^repo:[^:*]+:environment:production$/),
        },
      },
    });
  });
});

test('the workflow asks for a token, never cancels a deployment, and runs commands that exist', () => {
  const [, workflow = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  expect(workflow).toMatch(/^permissions:\n {2}contents: read\n {2}id-token: write$/m);
  expect(workflow).toContain('cancel-in-progress: false');
  const commands = [...workflow.matchAll(/- run: npm (?:run )?(\S+)/g)].map(([, name = '']) => name);
  expect(commands).toEqual(['ci', 'deploy']);
  expect(scripts).toHaveProperty('deploy');
  const [, node] = /node-version: (\d+)/.exec(workflow) ?? [];
  expect(Number(node)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
});
