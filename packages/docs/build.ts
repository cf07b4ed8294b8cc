/**
 * Builds the documents as static pages, with a search and the references of the APIs.
 *
 * `node packages/docs/build.ts [--out FOLDER] [--api URL]`: the folder is `packages/docs/dist` by default. `--api` is the
 * address that the references send requests to; by default that of `npm start`. Prints the folder.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import MiniSearch from 'minisearch';
import { ROOT } from '../../cdk/fingerprint.ts';
import { type Contents, layout, linkTo } from './layout.ts';
import { render, renderInline, type Section, type Target } from './markdown.ts';
import { DECISIONS, type Page, read, readSite, SEARCH } from './pages.ts';
import { type Document, hrefOf, operationsOf, referenceDocument, referencePage } from './reference.ts';
import { type Entry, INDEX_FILE, SEARCH_OPTIONS } from './search-options.ts';

const HERE = join(ROOT, 'packages', 'docs');
const site = readSite();
const pages: readonly Page[] = [
  ...new Map([...site.groups.flatMap((group) => group.pages), ...site.decisions].map((page) => [page.path, page])),
].map(([, page]) => page);
const bySource = new Map(pages.map((page) => [page.source, page.path]));
const documents = new Map(
  site.references.map((reference) => [reference, JSON.parse(read(reference.source)) as Document]),
);
/** The operations by the file of their function. */
const operations = new Map(
  [...documents].flatMap(([reference, document]) =>
    operationsOf(document).map((operation) => [operation.operationId, hrefOf(reference, operation)] as const),
  ),
);

/** Builds the site in an empty folder. @throws Error if a link leads nowhere */
async function buildSite(folder: string, api: string | undefined): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, content: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const show = (contents: Contents) => write(contents.page.path, layout(site, contents));
  const found: Omit<Entry, 'id'>[] = [];
  const index = (page: Page, sections: readonly Section[]) => {
    for (const { id, title, text } of sections) {
      const path = id === '' ? page.path : `${page.path}#${id}`;
      found.push({ title, page: page.title, path, text });
    }
  };
  const copied = new Set<string>();

  for (const page of pages) {
    if (!page.source.endsWith('.md')) continue;
    const { html, headings, sections } = render(read(page.source), (link) => {
      const target = follow(link, page);
      if ('copy' in target) copied.add(target.copy);
      return target;
    });
    index(page, sections);
    show({ page, html, headings });
  }
  const list = site.decisions.map(
    ({ path, title }) => `<li><a href="${linkTo(path, DECISIONS.path)}">${renderInline(title)}</a></li>`,
  );
  show({ page: DECISIONS, html: `<h1>${DECISIONS.title}</h1>\n<ul class="plain">\n${list.join('\n')}\n</ul>` });
  show({ page: SEARCH, html: '<h1>Search</h1>\n<div id="results"></div>' });
  for (const [reference, document] of documents) {
    show(referencePage(reference, api));
    write(reference.document, JSON.stringify(referenceDocument(document, api)));
    for (const operation of operationsOf(document)) {
      const { summary, description, route } = operation;
      found.push({
        title: route,
        page: reference.title,
        path: hrefOf(reference, operation),
        text: `${summary} ${description}`,
      });
    }
  }

  for (const source of copied) {
    const to = join(folder, pathOf(source));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(ROOT, source), to);
  }
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE']) {
    mkdirSync(join(folder, 'swagger-ui'), { recursive: true });
    cpSync(join(swagger, file), join(folder, 'swagger-ui', file));
  }
  for (const file of ['style.css', 'icon.svg']) cpSync(join(HERE, 'browser', file), join(folder, file));
  await build({
    entryPoints: ['search.ts', 'reference.ts'].map((file) => join(HERE, 'browser', file)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  const search = new MiniSearch<Entry>(SEARCH_OPTIONS);
  search.addAll(found.map((entry, id) => ({ id, ...entry })));
  write(INDEX_FILE, JSON.stringify(search));
}

/** Returns where a link of a document leads; `copy`: to a file that the site needs a copy of. */
function follow(link: string, page: Page): Target | (Target & { readonly copy: string }) {
  if (/^[a-z]+:/.test(link) || link.startsWith('#')) return { href: link };
  const [path = '', hash] = link.split('#');
  const source = posix.join(posix.dirname(page.source), path).replace(/\/$/, '');
  const full = join(ROOT, source);
  if (!existsSync(full)) throw new Error(`${page.source} links to ${link}, which doesn't exist.`);
  const anchor = hash === undefined ? '' : `#${hash}`;
  const to = bySource.get(source) ?? bySource.get(`${source}/README.md`);
  if (to !== undefined) return { href: linkTo(to, page.path) + anchor };
  const [, name = ''] = /^functions\/(.+)\.ts$/.exec(source) ?? [];
  const operation = operations.get(name.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()));
  if (operation !== undefined) return { href: linkTo(operation, page.path) };
  if (source.startsWith('docs/') && !statSync(full).isDirectory() && !source.endsWith('.ts')) {
    return { href: linkTo(pathOf(source), page.path), copy: source };
  }
  return { file: source };
}

function pathOf(source: string): string {
  return source.replace(/^docs\//, '');
}

const { values } = parseArgs({ options: { out: { type: 'string' }, api: { type: 'string' } } });
if (values.api !== undefined && !/^https?:$/.test(URL.parse(values.api)?.protocol ?? '')) {
  console.error(`${values.api} is no URL: --api is the address of a deployment, its output ApiUrl.`);
  process.exit(1);
}
const folder = resolve(values.out ?? join(HERE, 'dist'));
// A folder that isn't ours stays as it is.
if (existsSync(folder) && !existsSync(join(folder, INDEX_FILE)) && readdirSync(folder).length > 0) {
  console.error(`${folder} has other files: choose an empty folder.`);
  process.exit(1);
}
await buildSite(folder, values.api);
console.log(folder);
