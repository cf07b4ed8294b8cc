/** `npm run endpoint -- teams/create` checks an endpoint, records what it costs, and writes the documents. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../cdk/fingerprint.ts';
import { costRow, type RecordedCost } from '../docs/costs.ts';
import { fieldsOf } from '../docs/descriptions.ts';
import { openapi } from '../docs/openapi.ts';
import { beyondSigningIn } from '../docs/table-page.ts';
import { contents } from '../functions/index.ts';
import type { HttpDeclaration } from '../lib/http/declaration.ts';
import { recorded } from './support/recording.ts';

/** What a command said, and whether it ended well. */
interface Ended {
  readonly isGood: boolean;
  readonly said: string;
  readonly seconds: string;
}

/** Of what fails, what is wrong; the first of it is enough to go on. */
const VITEST = ['run', '--project', 'suite', '--reporter', 'dot', '--bail', '1'];

const COSTS = join(ROOT, 'docs', 'costs.json');

/** Runs a command of the repository's packages. */
function run(command: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const started = performance.now();
  const child = spawn(command === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', command), options, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
  });
  let said = '';
  const hear = (text: Buffer) => {
    said += text;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      done({ isGood: code === 0, said, seconds: ((performance.now() - started) / 1000).toFixed(1) });
    });
  });
}

/** The files whose tests are about each endpoint, as far as they are about this one. */
function filesFor({ dialect, about, creates, body, query }: HttpDeclaration): string[] {
  return [
    dialect === 'volttime' ? 'volttime-contract' : 'contract',
    'depth',
    'handlers',
    ...(about ? ['rules'] : []),
    ...(creates ? ['idempotency'] : []),
    ...(body || query ? ['malformed'] : []),
  ].map((file) => `test/functions/${file}.test.ts`);
}

/** The names of an endpoint's tests begin with its route or its name. */
function testsOf(name: string, { route }: HttpDeclaration): string {
  const texts = [route, name].map((text) => text.replace(/[{}.$?]/g, '\\$&'));
  return `^(${texts.join('|')})( |$)`;
}

/** What a role grants that no call used, but for signing in, which other tests do at each endpoint. */
function unusedGrants(name: string, declaration: HttpDeclaration, directory: string): string[] {
  const rights = [...recorded({ directory, whole: false, keeps: true }).used];
  const isUsed = (action: string, prefix: string) =>
    rights.some((right) => right.startsWith(`${name} may dynamodb:${action} `) && right.endsWith(`, keys ${prefix}#*`));
  return Object.entries(beyondSigningIn(declaration)).flatMap(([action, prefixes]) =>
    prefixes.filter((prefix) => !isUsed(action, prefix)).map((prefix) => `${action} ${prefix}`),
  );
}

function rowOf(name: string): string | undefined {
  const cost = (JSON.parse(readFileSync(COSTS, 'utf8')) as Record<string, RecordedCost>)[name];
  return cost && costRow(name, cost);
}

/** What the document of the API lacks: a sentence that says where it goes. */
function lacking(): string | undefined {
  try {
    const fields = [...new Set(fieldsOf(openapi()).undescribed.map((path) => path.split('/').at(-1)))];
    if (fields.length === 0) return undefined;
    return `Say in docs/fields.ts what these fields mean:\n${fields.map((field) => `  ${field}: '',`).join('\n')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const module = contents[name as keyof typeof contents];
  const file = `functions/${name}.ts`;
  if (!module) {
    const isThere = name !== '' && existsSync(join(ROOT, file));
    return end(
      isThere
        ? `Add to functions/index.ts, in the order of the names:\n  '${name}': await import('./${name}.ts'),`
        : `There is no ${file}. Say which endpoint, by the path of its file: npm run endpoint -- teams/create`,
    );
  }
  if (!('endpoint' in module)) return end(`${name} is no endpoint.`);
  const { endpoint } = module;
  console.log(`${name}, ${endpoint.route}`);
  const missing = lacking();
  // Said at once: the tests take a while.
  if (missing) console.log(missing);
  const before = rowOf(name);
  const directory = mkdtempSync(join(tmpdir(), 'muster-endpoint-'));
  try {
    const kinds = {
      types: run('tsc', []),
      'format and lint': run('biome', ['check', '--error-on-warnings', '.']),
      tests: run('vitest', [...VITEST, ...filesFor(endpoint), '-t', testsOf(name, endpoint)], {
        MUSTER_RECORDING: directory,
      }),
    };
    let isGood = true;
    for (const [kind, ending] of Object.entries(kinds)) {
      const { isGood: isThis, said, seconds } = await ending;
      console.log(`${kind}: ${isThis ? 'good' : 'not yet'}, ${seconds} s`);
      if (!isThis) console.log(said);
      isGood &&= isThis;
    }
    if (missing) return end('The documents are as they were: something is missing, as the first lines say.');
    if (!isGood) return end('The documents are as they were: they are written when all is good.');
    const row = rowOf(name);
    const news = row === before ? 'as before' : before === undefined ? 'new' : 'changed, if that is what you want';
    if (row) console.log(`docs/costs.json has its row, ${news}:\n  ${row}`);
    const unused = unusedGrants(name, endpoint, directory);
    if (unused.length > 0) {
      console.log(
        `Granted, but not used by the tests of this command: ${unused.join(', ')}. Your own test must use it, or remove it from \`table\`. The kind of endpoint grants some of them: \`forTeam\` reads the teams above a private one.`,
      );
    }
    const documents = await run('node', ['docs/generate.ts']);
    if (!documents.isGood) return end(documents.said);
    console.log('The documents are written. What is left: your own test, then npm run check');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function end(said: string): void {
  console.error(said);
  process.exitCode = 1;
}

await main();
