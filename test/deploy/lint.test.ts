import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { CONFIGURATIONS, synthesizeConfiguration } from '../cdk/configurations.ts';
import { installTools } from './install.ts';

// cfn-lint, AWS's offline validator, finds nothing in the templates but what docs/deploy.md explains. The other
// validators don't need Python: test/cdk/validators.test.ts.

/** Regions to check against: the one where services come first, and one of Europe. */
const REGIONS = ['us-east-1', 'eu-central-1'];

const directory = mkdtempSync(join(tmpdir(), 'lint-'));
afterAll(() => rmSync(directory, { recursive: true }));

const explained = [...readFileSync(join(ROOT, 'docs', 'deploy.md'), 'utf8').matchAll(/^\| `([EWI]\d{4})` /gm)].map(
  ([, rule]) => rule as string,
);

let program: string;
let bundles: string;
beforeAll(async () => {
  program = join(dirname(installTools()), 'cfn-lint');
  bundles = join(await synthesize(), 'functions');
});

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** Returns cfn-lint's findings, `rule path: message`. */
function lint(files: readonly string[]): string[] {
  const options = ['--format', 'json', '--regions', ...REGIONS, '--template', ...files];
  const { stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', maxBuffer: 100_000_000 });
  if (!stdout.startsWith('[')) throw new Error(`cfn-lint failed:\n${stderr || stdout}`);
  return (JSON.parse(stdout) as Finding[]).map(
    ({ Rule, Message, Location }) => `${Rule.Id} ${Location.Path?.join('/')}: ${Message}`,
  );
}

test.each(Object.entries(CONFIGURATIONS))('cfn-lint finds nothing with %s but what is explained', (name, settings) => {
  const { files } = synthesizeConfiguration(settings, join(directory, name), bundles);
  expect(files.length).toBeGreaterThan(2);
  const found = lint(files);
  expect(found.filter((finding) => !explained.some((rule) => finding.startsWith(`${rule} `)))).toEqual([]);
  expect(explained.filter((rule) => !found.some((finding) => finding.startsWith(`${rule} `)))).toEqual([]);
});

test('cfn-lint finds a wrong property', () => {
  const file = join(directory, 'wrong.template.json');
  const Properties = {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'none',
    Code: { ZipFile: '' },
    Timeout: 9999,
  };
  writeFileSync(file, JSON.stringify({ Resources: { Wrong: { Type: 'AWS::Lambda::Function', Properties } } }));
  expect(lint([file]).join('\n')).toMatch(/^E3034 Resources\/Wrong\/Properties\/Timeout/m);
});
