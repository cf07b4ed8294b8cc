/** `npm run endpoint -- teams/create` checks an endpoint, records its costs, and generates the documents. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../cdk/fingerprint.ts';
import { costRow, type RecordedCost } from '../docs/costs.ts';
import { fieldsOf } from '../docs/descriptions.ts';
import { OPENAPI_FILES, openapi } from '../docs/openapi.ts';
import { beyondSigningIn } from '../docs/table-page.ts';
import { contents } from '../functions/index.ts';
import type { HttpDeclaration } from '../lib/http/declaration.ts';
import { recorded, tableRight } from './support/recording.ts';

/** The result of a command. */
interface CommandResult {
  readonly succeeded: boolean;
  readonly output: string;
  readonly seconds: string;
}

/** Stops at the first failure, which is enough to continue with. */
const VITEST = ['run', '--project', 'suite', '--reporter', 'dot', '--bail', '1'];

const COSTS = join(ROOT, 'docs', 'costs.json');

/** Runs a command of the repository's packages. */
function run(command: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const started = performance.now();
  const child = spawn(command === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', command), options, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
  });
  let output = '';
  const collect = (text: Buffer) => {
    output += text;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      done({ succeeded: code === 0, output, seconds: ((performance.now() - started) / 1000).toFixed(1) });
    });
  });
}

/** Returns the test files that go through all endpoints and apply to this one. */
function filesFor({ dialect, about, creates, body, query }: HttpDeclaration): string[] {
  return [
    dialect === 'volttime' ? 'volttime-contract' : 'contract',
    'depth',
    ...(dialect === 'page' ? [] : ['examples']),
    'handlers',
    ...(about ? ['rules'] : []),
    ...(creates ? ['idempotency'] : []),
    ...(body || query ? ['malformed'] : []),
  ].map((file) => `test/functions/${file}.test.ts`);
}

/** Returns a pattern for an endpoint's tests: their names begin with its route or its name. */
function testsOf(name: string, { route }: HttpDeclaration): string {
  const texts = [route, name].map((text) => text.replace(/[{}.$?]/g, '\\$&'));
  return `^(${texts.join('|')})( |$)`;
}

/** Returns the grants of a role that no call used. Grants for signing in are left out: other tests use them. */
function unusedGrants(name: string, declaration: HttpDeclaration, directory: string): string[] {
  const { used } = recorded({ directory, whole: false, keeps: true });
  return Object.entries(beyondSigningIn(declaration)).flatMap(([action, prefixes]) =>
    prefixes.filter((prefix) => !used.has(tableRight(name, action, prefix))).map((prefix) => `${action} ${prefix}`),
  );
}

function rowOf(name: string): string | undefined {
  const cost = (JSON.parse(readFileSync(COSTS, 'utf8')) as Record<string, RecordedCost>)[name];
  return cost && costRow(name, cost);
}

/** Returns a text that lists the undescribed fields of the API document and names the file for them. */
function missingDescriptions(): string | undefined {
  try {
    const files = Object.keys(OPENAPI_FILES) as (keyof typeof OPENAPI_FILES)[];
    const paths = files.flatMap((file) => fieldsOf(openapi(file)).undescribed);
    const fields = [...new Set(paths.map((path) => path.split('/').at(-1)))];
    if (fields.length === 0) return undefined;
    return `Describe these fields in docs/fields.ts:\n${fields.map((field) => `  ${field}: '',`).join('\n')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const module = contents[name as keyof typeof contents];
  const file = `functions/${name}.ts`;
  if (!module) {
    const exists = name !== '' && existsSync(join(ROOT, file));
    return fail(
      exists
        ? `Add to functions/index.ts, in alphabetical order:\n  '${name}': await import('./${name}.ts'),`
        : `There is no ${file}. Name an endpoint by the path of its file: npm run endpoint -- teams/create`,
    );
  }
  if (!('endpoint' in module)) return fail(`${name} is not an endpoint.`);
  const { endpoint } = module;
  console.log(`${name}, ${endpoint.route}`);
  const missing = missingDescriptions();
  // Before the tests, which take a while.
  if (missing) console.log(missing);
  const before = rowOf(name);
  const directory = mkdtempSync(join(tmpdir(), 'muster-endpoint-'));
  try {
    const checks = {
      types: run('tsc', []),
      'format and lint': run('biome', ['check', '--error-on-warnings', '.']),
      tests: run('vitest', [...VITEST, ...filesFor(endpoint), '-t', testsOf(name, endpoint)], {
        MUSTER_RECORDING: directory,
      }),
    };
    let allSucceeded = true;
    for (const [check, running] of Object.entries(checks)) {
      const { succeeded, output, seconds } = await running;
      console.log(`${check}: ${succeeded ? 'passed' : 'failed'}, ${seconds} s`);
      if (!succeeded) console.log(output);
      allSucceeded &&= succeeded;
    }
    if (missing) return fail('The documents are unchanged: something is missing, see above.');
    if (!allSucceeded) return fail('The documents are unchanged: they are written when all checks pass.');
    const row = rowOf(name);
    const change = row === before ? 'unchanged' : before === undefined ? 'new' : 'changed: check that this is intended';
    if (row) console.log(`docs/costs.json has its row, ${change}:\n  ${row}`);
    const unused = unusedGrants(name, endpoint, directory);
    if (unused.length > 0) {
      console.log(
        `Granted, but not used by the tests of this command: ${unused.join(', ')}. Your own test must use it, or remove it from \`table\`. The kind of endpoint grants some of them: \`forTeam\` reads the teams above a private one.`,
      );
    }
    const documents = await run('node', ['docs/generate.ts']);
    if (!documents.succeeded) return fail(documents.output);
    console.log('The documents are written. Next: your own test, then npm run check');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

await main();
