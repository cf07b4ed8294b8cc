import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { axeFindings, useBrowser } from '../support/browser.ts';
import { newAddress, useService } from '../support/service.ts';

// Builds the documents as pages, walks their links, and uses them in a browser on the local stack.

const run = promisify(execFile);
const BUILD = join(ROOT, 'packages', 'docs', 'build.ts');
const folder = mkdtempSync(join(tmpdir(), 'documents-'));
const files = new Map<string, string>();

beforeAll(async () => {
  await run(process.execPath, [BUILD, '--out', folder]);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const pages = () => [...files].filter(([path]) => path.endsWith('.html'));
const decoded = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"');

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, { readonly operationId: string; readonly tags: readonly string[] }>>;
}

/** Returns the anchors of a page. Those of a reference are made in the browser, from its document. */
function anchorsOf(path: string): Set<string> {
  const html = files.get(path) ?? '';
  const [, document] = /data-document="([^"]+)"/.exec(html) ?? [];
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => decoded(id));
  if (document === undefined) return new Set(ids);
  const { paths } = JSON.parse(files.get(posix.join(posix.dirname(path), document)) ?? '') as Document;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  return new Set([...ids, ...operations.map(({ tags, operationId }) => `/${tags[0]}/${operationId}`)]);
}

/** Returns the links, images, scripts and styles of a page that lead nowhere. */
function broken(path: string, html: string): string[] {
  const links = [...html.matchAll(/ (?:href|src|action|data-document)="([^"]*)"/g)].map(([, link = '']) =>
    decoded(link),
  );
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', hash] = link.split('#');
    const to = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '/index.html');
    if (!files.has(to)) return true;
    return hash !== undefined && !anchorsOf(to).has(decodeURIComponent(hash));
  });
}

describe('the built pages', () => {
  test('have each document, and the reference of each API', async () => {
    const { stdout } = await run(
      'git',
      ['ls-files', 'docs/*.md', 'packages/*/README.md', 'README.md', 'CONTRIBUTING.md'],
      {
        cwd: ROOT,
      },
    );
    const documents = stdout
      .trim()
      .split('\n')
      .filter((file) => existsSync(join(ROOT, file)));
    const all = pages().map(([, html]) => html);
    const missing = documents.filter((file) => {
      const title = /^# (.+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1]?.replaceAll(/[`*[\]]/g, '') ?? '';
      const text = (html: string) =>
        decoded(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1]?.replace(/<[^>]+>/g, '') ?? '').replaceAll('&#39;', "'");
      return !all.some((html) => text(html) === title);
    });
    expect(documents.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
    const references = readdirSync(join(ROOT, 'docs')).filter((file) => /^openapi.*\.json$/.test(file));
    expect(references.filter((file) => !files.has(`reference/${file.replace('.json', '.html')}`))).toEqual([]);
  });

  test('have no broken links, anchors or images', () => {
    expect(pages().flatMap(([path, html]) => broken(path, html).map((link) => `${path}: ${link}`))).toEqual([]);
  });

  test('a broken link, anchor or operation is found', () => {
    const html =
      '<a href="none.html"></a><a href="guide.html#none"></a><img src="images/none.png"><a href="guide.html"></a>';
    const operation =
      '<a href="reference/openapi.html#/Members/none"></a><a href="reference/openapi.html#/Members/membersList"></a>';
    expect(broken('index.html', html + operation)).toEqual([
      'none.html',
      'guide.html#none',
      'images/none.png',
      'reference/openapi.html#/Members/none',
    ]);
  });

  test('each page leads to every other that docs/README.md lists', () => {
    const listed = [...(files.get('guide.html') ?? '').matchAll(/<li><a href="([^"]+)"/g)].map(([, path = '']) => path);
    expect(listed.length).toBeGreaterThan(40);
    expect(listed).toEqual(
      expect.arrayContaining(['index.html', 'errors.html', 'adr/index.html', 'packages/client.html']),
    );
    for (const [path, html] of pages()) {
      const home = '../'.repeat(path.split('/').length - 1);
      expect(listed.filter((each) => !html.includes(`<li><a href="${home}${each}"`))).toEqual([]);
    }
  });

  test('each error code in a reference leads to its remedy', () => {
    const codes = [
      ...readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8').matchAll(/^\| `(\w+)` \| .* \| (.+) \|$/gm),
    ];
    expect(codes.length).toBeGreaterThan(80);
    const anchors = anchorsOf('errors.html');
    expect(codes.filter(([, code = '', remedy]) => !anchors.has(code) || !remedy)).toEqual([]);
    const described = JSON.parse(files.get('openapi.json') ?? '').components.responses as Record<
      string,
      { description: string }
    >;
    const linked = Object.values(described).flatMap(({ description }) => description.split('\n'));
    expect(linked.filter((line) => !/^- \[`(\w+)`\]\(\.\.\/errors\.html#\1\): /.test(line))).toEqual([]);
    const named = [...JSON.stringify(described).matchAll(/errors\.html#(\w+)/g)].map(([, code = '']) => code);
    expect(named.filter((code) => !anchors.has(code))).toEqual([]);
  });

  test('their scripts compile with strict types', async () => {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    await run(tsc, ['-p', join(ROOT, 'packages', 'docs', 'browser')]).catch(({ stdout }) => expect(stdout).toBe(''));
  });
});

describe('npm run docs', () => {
  test('with the address of a deployment: requests go there, and the policy allows it', async () => {
    const other = join(folder, 'deployment');
    await run(process.execPath, [BUILD, '--out', other, '--api', 'https://api.acme.example/']);
    const document = JSON.parse(readFileSync(join(other, 'openapi.json'), 'utf8')) as Document;
    expect(document.servers).toEqual([{ url: 'https://api.acme.example' }]);
    const html = readFileSync(join(other, 'reference', 'openapi.html'), 'utf8');
    expect(html).toContain("connect-src 'self' https://api.acme.example;");
  });

  test('refuses what is no address, and a folder with other files', async () => {
    const own = mkdtempSync(join(tmpdir(), 'own-'));
    writeFileSync(join(own, 'thesis.txt'), 'text');
    const wrong = run(process.execPath, [BUILD, '--out', join(folder, 'x'), '--api', 'acme']);
    await expect(wrong).rejects.toMatchObject({ stderr: expect.stringContaining('acme is no URL') });
    const full = run(process.execPath, [BUILD, '--out', own]);
    await expect(full).rejects.toMatchObject({ stderr: expect.stringContaining('has other files') });
    expect(readdirSync(own)).toEqual(['thesis.txt']);
    rmSync(own, { recursive: true });
  });
});

describe('on the local stack', () => {
  const service = useService();
  const browser = useBrowser();
  const base = () => `${service.api}/_local/docs/`;

  /** Opens a page. Errors, blocked content and requests to others end the test. */
  async function open<T>(path: string, options: object, use: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser().newContext(options);
    try {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('request', (request) => {
        if (!request.url().startsWith(service.api) && !request.url().startsWith('data:')) problems.push(request.url());
      });
      await page.goto(base() + path);
      const result = await use(page);
      expect(problems).toEqual([]);
      return result;
    } finally {
      await context.close();
    }
  }

  async function accessibility(page: Page): Promise<string[]> {
    const { violations } = await axeFindings(page);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  }

  test('are served with a strict policy, and nothing else of the folder is', async () => {
    const ask = (path: string) => fetch(`${service.api}/_local/${path}`, { redirect: 'manual' });
    const moved = await ask('docs');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/_local/docs/']);
    const page = await ask('docs/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    const html = await page.text();
    expect(html).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(html).not.toMatch(/unsafe-|<script>|<style| style="| on\w+="/);
    for (const path of ['docs/none.html', 'docs/%2e%2e/stack.json', 'docs/..%2fstack.json']) {
      expect((await ask(path)).status).toBe(404);
    }
  });

  // Sizes depend on the window, and colors on the mode: two screens have each.
  const SCREENS = [
    ['phone', 'dark', 360],
    ['desktop', 'light', 1440],
  ] as const;

  test.each(SCREENS)('fit on a %s in %s mode, and are accessible', async (_, colorScheme, width) => {
    for (const path of ['', 'guide.html', 'errors.html', 'adr/index.html', 'search.html?q=invitation']) {
      await open(path, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
        if (path.includes('?')) await page.waitForSelector('#results li');
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(await accessibility(page)).toEqual([]);
      });
    }
  });

  test.each(SCREENS)('on a %s in %s mode the reference fits, and is accessible', async (_, colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 900 } };
    await open('reference/openapi.html#/Invitations/invitationsCreate', options, async (page) => {
      await page.click('.try-out__btn');
      await page.waitForSelector('textarea[aria-label]');
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await accessibility(page)).toEqual([]);
    });
  });

  test('the search finds pages, error codes and requests while somebody types', async () => {
    await open('adr/index.html', {}, async (page) => {
      const found = async (text: string) => {
        await page.fill('search input', text);
        const link = page.locator('.found li a').first();
        await page.waitForFunction(
          `document.querySelector('.found .status')?.textContent && document.querySelector('search input').value === ${JSON.stringify(text)}`,
        );
        await expect.poll(() => link.getAttribute('href')).toBeTruthy();
        return link;
      };
      await expect
        .poll(async () => (await found('already_invited')).getAttribute('href'))
        .toBe('../errors.html#already_invited');
      await expect
        .poll(async () => (await found('POST /v1/invitations/bulk')).getAttribute('href'))
        .toBe('../reference/openapi.html#/Invitations/invitationsBulk');
      // A decision about the word comes after the pages that say how to use it.
      await expect
        .poll(async () => (await found('idempotency')).getAttribute('href'))
        .toBe('../errors.html#idempotency_key_reused');
      // A misspelled word, and the keyboard only.
      await expect.poll(async () => (await found('webhoks')).getAttribute('href')).toMatch(/webhook/);
      await page.keyboard.press('Escape');
      expect(await page.locator('.found').isHidden()).toBe(true);
      await page.fill('search input', 'qxzzyv');
      await expect.poll(() => page.locator('.found .status').textContent()).toContain('Nothing has');
      await page.fill('search input', '<img-qxzzyv>');
      await expect.poll(() => page.locator('.found .status').textContent()).toContain('<img-qxzzyv>');
      expect(await page.locator('.found img').count()).toBe(0);
      await page.fill('search input', 'already_invited');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/search.html?q=already_invited');
      await page.locator('#results li a').first().click();
      await page.waitForURL('**/errors.html#already_invited');
    });
  });

  test('a request tried in the reference is answered by the stack', async () => {
    const { owner } = await service.organization();
    const email = newAddress('tried');
    await open('reference/openapi.html#/Invitations/invitationsCreate', {}, async (page) => {
      await page.fill('#address', owner.email);
      await page.click('#sign-in button');
      await expect.poll(() => page.locator('#sign-in output').textContent()).toContain(owner.email);
      await page.click('.try-out__btn');
      await page.fill('textarea.body-param__text', JSON.stringify({ email, role: 'VIEWER' }));
      await page.click('.execute');
      await expect
        .poll(() => page.locator('.live-responses-table .response .response-col_status').first().textContent(), {
          timeout: 20_000,
        })
        .toContain('201');
    });
    const { data } = (await owner.call(`GET /v1/invitations?email=${email}`)).body;
    expect(data).toMatchObject([{ email, role: 'VIEWER' }]);
  });
});
