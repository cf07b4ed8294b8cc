import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { useBrowser } from '../../support/browser.ts';
import { useService } from '../../support/service.ts';
import { Application, type ApplicationOptions, packPackage } from '../application.ts';

// The package as applications install it.

const service = useService();
const browser = useBrowser();
const directory = mkdtempSync(join(tmpdir(), 'client-'));
const folders = [directory];
let tarball: string;

beforeAll(async () => {
  tarball = await packPackage('client', directory);
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function application(source: string, options: Partial<ApplicationOptions> = {}): Promise<Application> {
  const made = new Application();
  folders.push(made.folder);
  await made.create({ name: 'client', tarball, source, ...options });
  return made;
}

/** Bundles an application for pages, minified, as applications are. */
async function bundled(source: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const { folder } = await application(source);
  const { outputFiles } = await build({
    ...{ entryPoints: [join(folder, 'app.ts')], bundle: true, minify: true, write: false, format },
    ...{ platform: 'browser', target: 'es2022', logLevel: 'error' },
  });
  return outputFiles[0]?.text ?? '';
}

const [, ...blocks] = readFileSync(join(ROOT, 'packages/client/README.md'), 'utf8').split(/^```ts\n/m);
const README = blocks.map((block) => block.split(/^```$/m)[0]);

test('it has the built files, and needs no other package', async () => {
  const { folder } = await application('');
  const own = join(folder, 'node_modules', '@muster', 'client');
  const { dependencies, peerDependencies, exports } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
  const files = readdirSync(own, { recursive: true, encoding: 'utf8' }).map((file) => `./${file}`);
  const paths = (entry: object): string[] =>
    Object.values(entry).flatMap((each) => (typeof each === 'string' ? [each] : paths(each)));
  const named = paths(exports);
  expect(named.filter((file) => !files.includes(file))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(4);
  expect(files.filter((file) => /\.(ts|js|json|md)$/.test(file) || !file.includes('.', 1))).toEqual(files);
  // csv-parse for browsers brings its own Buffer.
  for (const file of files.filter((each) => each.endsWith('.js') && !each.includes('/csv-'))) {
    expect(readFileSync(join(own, file), 'utf8')).not.toMatch(/\bnode:|\brequire\(["'](?!\.)|\bprocess\b|\bBuffer\b/);
  }
});

test('with all methods it has less than 10 KB, minified', async () => {
  const source = `import { isMusterError, Muster } from '@muster/client';
    Object.assign(globalThis, { muster: new Muster({ baseUrl: '' }), isMusterError });`;
  const size = Buffer.byteLength(await bundled(source));
  expect(size).toBeLessThan(10_000);
  expect(size).toBeGreaterThan(2_000);
});

test('the screens are one file with less than 47 KB compressed, and a second one that is loaded when it is needed', async () => {
  const { folder } = await application('');
  const components = join(folder, 'node_modules', '@muster', 'client', 'components');
  const code = readFileSync(join(components, 'index.js'), 'utf8');
  const size = gzipSync(code).length;
  expect(size).toBeLessThan(47_000);
  expect(size).toBeGreaterThan(20_000);
  const imported = [...code.matchAll(/\b(?:import\s*\(|import\s*|from\s*)["']([^"']+)["']/g)].map(
    ([, path = '']) => path,
  );
  expect(imported).toEqual([expect.stringMatching(/^\.\/csv-\w+\.js$/)]);
  expect(readdirSync(components).filter((file) => file.endsWith('.js')).length).toBe(2);
});

/** Strict types beyond `strict`. */
const STRICTEST = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };

test('the code of the README compiles with strict types, and runs from top to bottom', async () => {
  expect(README.length).toBeGreaterThan(6);
  const made = await application(`${README.join('\n')}\nconsole.log('done');`, { compilerOptions: STRICTEST });
  expect(await made.compile()).toBe('');
  const ada = await service.person('ada@example.com');
  const { stdout, stderr } = await made.run({ MUSTER_API: service.api, MUSTER_TOKEN: ada.token });
  // A failed assertion is printed to stderr, and doesn't end the process.
  expect([stdout, stderr]).toEqual(['done\n', '']);
});

test('it compiles and runs in an application of CommonJS modules', async () => {
  const source = `import { isMusterError, Muster, type Me } from '@muster/client';
    import { AccessError, Backend } from '@muster/client/backend';
    const muster = new Muster({ baseUrl: process.env.MUSTER_API ?? '', token: process.env.MUSTER_TOKEN });
    const backend = new Backend({ baseUrl: process.env.MUSTER_API ?? '', audience: 'x' });
    async function main() {
      const me: Me = await muster.me.read();
      const error = await muster.teams.read('team_1').catch((reason: unknown) => reason);
      const refused = await backend.verifySession('x').catch((reason: unknown) => reason);
      console.log(me.memberships.length, isMusterError(error, 'team_not_found'), refused instanceof AccessError, typeof require);
    }
    main();`;
  const made = await application(source, { type: 'commonjs', compilerOptions: STRICTEST });
  expect(await made.compile()).toBe('');
  const { owner } = await service.organization();
  const { stdout, stderr } = await made.run({ MUSTER_API: service.api, MUSTER_TOKEN: owner.token });
  expect([stdout, stderr]).toEqual(['1 true true function\n', '']);
});

test.each(['bundler', 'nodenext'])('its types are found with the module resolution %s', async (moduleResolution) => {
  const source = `import { Muster, type Invitation, type Role, type ErrorCode } from '@muster/client';
    const muster = new Muster({ baseUrl: 'https://teams.example.com' });
    export const invited: Promise<Invitation> = muster.invitations.read('inv_1');
    export const role: Role = 'ADMIN';
    export const code: ErrorCode = 'already_member';
    import { Backend, type Session } from '@muster/client/backend';
    const backend = new Backend({ baseUrl: 'https://teams.example.com', audience: 'application' });
    export const session: Promise<Session> = backend.verifySession('x');
    import type { Change, Screen } from '@muster/client/components';
    export const change: Change = { resource: 'member', id: 'mem_1' };
    const screen: Screen = document.createElement('muster-members');
    screen.client = muster;
    screen.addEventListener('muster-changed', ({ detail }) => console.log(detail.resource));`;
  const made = await application(source, {
    compilerOptions: {
      ...{ moduleResolution, module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution },
      ...{ lib: ['es2022', 'dom'], types: [] },
    },
  });
  expect(await made.compile()).toBe('');
});

test('mistakes are found by the compiler', async () => {
  const made = await application(`import { isMusterError, Muster } from '@muster/client';
    const muster = new Muster({ baseUrl: 'https://teams.example.com' });
    muster.invitations.create({ email: 'jane@example.com', role: 'BOSS' });
    muster.members.update({ role: 'USER' });
    muster.members.list({ perpage: 5 });
    muster.teams.create({ name: 'Berlin' }, { idempotencykey: 'x' });
    isMusterError(new Error(), 'already_here');
    muster.webhook.list();`);
  const lines = [...(await made.compile()).matchAll(/app\.ts\((\d+),/g)].map(([, line]) => Number(line));
  expect([...new Set(lines)]).toEqual([3, 4, 5, 6, 7, 8]);
});

test('it runs in a page of another origin', async () => {
  const { owner, id } = await service.organization('Acme');
  const code = await bundled(`import { Muster, isMusterError } from '@muster/client';
    const { baseUrl, token } = globalThis as unknown as { baseUrl: string; token: string };
    async function run() {
      const muster = new Muster({ baseUrl, token: async () => token }).in('${id}');
      const { name } = await muster.organizations.read('${id}');
      const team = await muster.teams.create({ name: 'Berlin' });
      const names: string[] = [];
      for await (const each of muster.teams.list()) names.push(each.name);
      const error = await muster.teams.create({ name: 'Berlin' }).catch((reason: unknown) => reason);
      await muster.teams.delete(team.id);
      return { name, names, code: isMusterError(error) && error.code, id: isMusterError(error) && error.requestId };
    }
    Object.assign(globalThis, { result: run() });`);
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const page = await browser().newPage();
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await page.evaluate((values) => Object.assign(globalThis, values), { baseUrl: service.api, token: owner.token });
    await page.addScriptTag({ content: code, type: 'module' });
    expect(await page.evaluate(() => (globalThis as unknown as { result: Promise<unknown> }).result)).toEqual({
      ...{ name: 'Acme', names: ['Acme', 'Berlin'], code: 'team_name_taken', id: expect.any(String) },
    });
  } finally {
    await page.close();
    server.close();
  }
});

test('the code of docs/components.md shows the members, with a bundler and without one', async () => {
  const text = readFileSync(join(ROOT, 'docs/components.md'), 'utf8');
  const { id, owner } = await service.organization();
  const [script, markup, plain, listener] = [...text.matchAll(/^```(?:js|html)\n(.*?)^```$/gms)].map(([, code = '']) =>
    code
      .replace('https://teams.example.com', service.api)
      .replace("baseUrl: '...', token: '...'", `baseUrl: '${service.api}', token: '${owner.token}'`)
      .replace('org_...', id),
  );
  const globals = `const session = { idToken: () => '${owner.token}' }; const showOrganizations = () => undefined;`;
  const code = await bundled(`${globals}\n${script}\n${listener}`);
  const { folder } = await application('');
  const served = join(folder, 'node_modules', '@muster', 'client', 'components');
  const server = createServer((request, response) => {
    const [, folderName, file = ''] = (request.url ?? '').split('/');
    if (folderName === 'muster' || folderName === 'application.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(folderName === 'muster' ? readFileSync(join(served, file)) : code);
      return;
    }
    const loaded = folderName === 'bundled' ? '<script type="module" src="/application.js"></script>' : plain;
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Page</title>${markup}${loaded}`);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const page = await browser().newPage();
  try {
    for (const path of ['bundled', 'plain']) {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`);
      await page.locator('muster-members').getByText(owner.email).waitFor();
    }
  } finally {
    await page.close();
    server.close();
  }
});
