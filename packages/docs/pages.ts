import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';

/** A document, and the page that is made of it. */
export interface Page {
  /** The path of the document in the repository: `docs/guide.md`. */
  readonly source: string;
  /** The path of the page in the site: `guide.html`. */
  readonly path: string;
  /** The first heading of the document. */
  readonly title: string;
}

/** An API whose reference is a page. */
export interface Reference extends Page {
  /** The name of the other product whose API it is; undefined: the native API. */
  readonly product: string | undefined;
  /** The path of the OpenAPI document in the site. */
  readonly document: string;
}

/** A part of the list of pages that is beside each page. */
export interface Group {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** The pages of the site. */
export interface Site {
  readonly groups: readonly Group[];
  /** The decisions, oldest first. Only their list is in a group. */
  readonly decisions: readonly Page[];
  readonly references: readonly Reference[];
}

/** The page that lists the decisions. No document is its source. */
export const DECISIONS: Page = { source: 'docs/adr', path: 'adr/index.html', title: 'Decisions' };

/** The page that shows what a search finds. */
export const SEARCH: Page = { source: '', path: 'search.html', title: 'Search' };

const CONTENTS = 'docs/README.md';
const PLACES: Readonly<Record<string, string>> = { 'README.md': 'index.html', [CONTENTS]: 'contents.html' };

export function read(source: string): string {
  return readFileSync(posix.join(ROOT.replaceAll('\\', '/'), source), 'utf8');
}

/**
 * Returns the pages, in the order of the tables in `docs/README.md`. Each of its sections is a group.
 *
 * @throws Error if a page that it names is missing
 */
export function readSite(): Site {
  const references = readdirSync(posix.join(ROOT, 'docs'))
    .flatMap((file) => /^(openapi.*)\.json$/.exec(file)?.[1] ?? [])
    .sort()
    .map(referenceOf);
  const sections = read(CONTENTS).split(/^## /m).slice(1);
  // The first link of a row is its page. Other links lead to pages of their own if no row has them.
  const first = new Set([...read(CONTENTS).matchAll(/^\| \[[^\]]*\]\(([^)]+)\)/gm)].map(([, link = '']) => link));
  const groups = sections.map((section): Group => {
    const [title = ''] = section.split('\n', 1);
    const rows = section.split('\n').filter((line) => /^\| \[/.test(line));
    const pages = rows.flatMap((row) => {
      const links = [...row.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
      return links.flatMap((link, index) => {
        if (index > 0 && first.has(link)) return [];
        const source = posix.join('docs', link);
        if (source === DECISIONS.source) return [DECISIONS];
        return source.endsWith('.md') || isFolderWithPage(source) ? [pageOf(source)] : [];
      });
    });
    return { title, pages };
  });
  const decisions = readdirSync(posix.join(ROOT, DECISIONS.source))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => pageOf(posix.join(DECISIONS.source, file)));
  return {
    groups: [
      { title: 'Start', pages: [{ ...pageOf('README.md'), title: 'Overview' }, pageOf(CONTENTS)] },
      ...groups.slice(0, 1),
      { title: 'API reference', pages: references },
      ...groups.slice(1),
    ],
    decisions,
    references,
  };
}

/** Whether a link leads to a folder whose `README.md` is a page. */
function isFolderWithPage(source: string): boolean {
  return source.startsWith('packages/') && !posix.extname(source);
}

function pageOf(given: string): Page {
  const source = isFolderWithPage(given) ? `${given}/README.md` : given;
  const [, heading = source] = /^# (.+)$/m.exec(read(source)) ?? [];
  const path = PLACES[source] ?? source.replace(/^docs\//, '').replace(/(\/README)?\.md$/, '.html');
  return { source, path, title: heading.replaceAll('`', '') };
}

function referenceOf(name: string): Reference {
  const file = `${name}.json`;
  const { info } = JSON.parse(read(`docs/${file}`)) as { readonly info: { readonly title: string } };
  const [, product] = /: (.+?)’s API$/.exec(info.title) ?? [];
  return {
    source: `docs/${file}`,
    path: `reference/${name}.html`,
    title: product ? `${product}’s API` : 'Native API',
    product,
    document: file,
  };
}
