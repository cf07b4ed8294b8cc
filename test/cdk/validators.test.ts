import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { findings } from './assembled.ts';
import { CONFIGURATIONS, type Synthesized, synthesizeConfiguration } from './configurations.ts';

// cdk-nag and CloudFormation's own validator find nothing in the templates but what docs/deploy.md explains. The
// deployment tests add cfn-lint, which needs Python.

/** One function of each kind. `npm test` checks these for the defaults; the whole suite checks all, three times. */
const SOME = ['teams/create', 'pages/invitation', 'scheduled/sweep', 'events/mail', 'fallback/refuse'];

const isWhole = inject('whole');
const directory = mkdtempSync(join(tmpdir(), 'validators-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A row of the table of docs/deploy.md. */
interface Explained {
  readonly rule: string;
  /** The ends of the paths of the constructs that may have the finding, without numbers: `Function/Resource`. */
  readonly where: string;
  readonly reason: string;
}

const explained: readonly Explained[] = readFileSync(join(ROOT, 'docs', 'deploy.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| `(AwsSolutions|Serverless)-/.test(line))
  .map((line) => {
    const [rule = '', where = '', reason = ''] = line.slice(2, -2).split(' | ');
    return { rule: rule.replaceAll('`', ''), where: where.replaceAll('`', ''), reason };
  });

/** Returns cdk-nag's findings, `rule path`. */
function nagging(app: App): string[] {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
  );
}

function isExplained(finding: string): boolean {
  return explained.some(({ rule, where }) => finding.startsWith(`${rule} `) && new RegExp(`${where}$`).test(finding));
}

let bundles: string;
beforeAll(async () => {
  bundles = join(await synthesize(), 'functions');
});

describe('the templates', () => {
  const found: string[] = [];

  it.each(Object.entries(CONFIGURATIONS).slice(0, isWhole ? undefined : 1))(
    'with %s have no findings but those that docs/deploy.md explains',
    (name, settings) => {
      const outdir = join(directory, name);
      const made: Synthesized = synthesizeConfiguration(settings, outdir, bundles, isWhole ? undefined : SOME);
      expect(findings(made)).toEqual([]);
      const here = nagging(made.app);
      expect(here.filter((finding) => !isExplained(finding))).toEqual([]);
      found.push(...here);
    },
  );

  it.runIf(isWhole)('have each finding that docs/deploy.md explains', () => {
    expect(explained.length).toBeGreaterThan(0);
    for (const { rule, where, reason } of explained) {
      expect(
        found.some((each) => each.startsWith(`${rule} `) && new RegExp(`${where}$`).test(each)),
        rule,
      ).toBe(true);
      expect(reason.length, rule).toBeGreaterThan(20);
    }
  });

  it('would have a finding of CloudFormation’s validator if a property were wrong', () => {
    const { app } = synthesizeConfiguration(CONFIGURATIONS.defaults, join(directory, 'wrong'), bundles, SOME);
    const file = join(directory, 'wrong.template.json');
    const wrong = { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 'much' } };
    writeFileSync(file, JSON.stringify({ Resources: { Wrong: wrong } }));
    expect(findings({ app, files: [file] }).join('\n')).toMatch(/^error /);
  });

  it('would have a finding of cdk-nag with a function of an old runtime', () => {
    const { app } = synthesizeConfiguration(CONFIGURATIONS.defaults, join(directory, 'old'), bundles, SOME);
    const first = app.node.findAll().find((each) => each instanceof CfnFunction);
    if (first) first.runtime = 'nodejs16.x';
    expect(nagging(app).filter((finding) => !isExplained(finding))).toEqual([
      `AwsSolutions-L1 ${first?.node.path}`,
      `Serverless-LambdaLatestVersion ${first?.node.path}`,
    ]);
  });
});
