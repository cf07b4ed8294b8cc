import { escapeHtml, type Heading } from './markdown.ts';
import { DECISIONS, type Page, type Site } from './pages.ts';

/** What a page of the site shows. */
export interface Contents {
  readonly page: Page;
  readonly html: string;
  readonly headings?: readonly Heading[];
  /** Scripts and styles beside those of every page, as paths in the site. */
  readonly scripts?: readonly string[];
  readonly styles?: readonly string[];
  /** Origins beside its own that the page calls. */
  readonly calls?: readonly string[];
}

/** Returns a relative link from one path of the site to another. */
export function linkTo(path: string, from: string): string {
  return '../'.repeat(from.split('/').length - 1) + path;
}

/** Returns a page as HTML. It loads nothing from elsewhere, and works in any folder of a server. */
export function layout(site: Site, contents: Contents): string {
  const { page, html, headings = [], scripts = [], styles = [], calls = [] } = contents;
  const to = (path: string) => escapeHtml(linkTo(path, page.path));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...calls].join(' ')}`,
    "form-action 'self'",
    "base-uri 'none'",
  ].join('; ');
  const item = ({ path, title }: Page) => {
    const isCurrent = path === page.path || (path === DECISIONS.path && page.path.startsWith('adr/'));
    const current = isCurrent ? ` aria-current="${path === page.path ? 'page' : 'true'}"` : '';
    return `<li><a href="${to(path)}"${current}>${escapeHtml(title)}</a></li>`;
  };
  const groups = site.groups.map(
    ({ title, pages }) => `<h2>${escapeHtml(title)}</h2>\n<ul>\n${pages.map(item).join('\n')}\n</ul>`,
  );
  const parts = headings.filter(({ level }) => level === 2 || level === 3);
  const onThisPage = `<nav class="parts" aria-label="On this page"><h2>On this page</h2><ul>
${parts.map(({ level, id, text }) => `<li class="level-${level}"><a href="#${encodeURIComponent(id)}">${escapeHtml(text)}</a></li>`).join('\n')}
</ul></nav>`;
  return `<!doctype html>
<html lang="en" data-root="${linkTo('', page.path)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(page.path === 'index.html' ? 'Muster' : `${page.title} · Muster`)}</title>
<link rel="icon" href="${to('icon.svg')}">
${[...styles, 'style.css'].map((path) => `<link rel="stylesheet" href="${to(path)}">`).join('\n')}
${['search.js', ...scripts].map((path) => `<script src="${to(path)}" defer></script>`).join('\n')}
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="home" href="${to('index.html')}">Muster</a>
<a class="to-pages" href="#pages">Pages</a>
<search hidden>
<form action="${to('search.html')}">
<input type="search" name="q" placeholder="Search" aria-label="Search the documents" autocomplete="off" spellcheck="false">
</form>
<div class="found" hidden></div>
</search>
</header>
<div class="columns">
<main id="content" tabindex="-1">
${html}
</main>
${parts.length > 1 ? onThisPage : ''}
<nav class="pages" id="pages" aria-label="Pages">
${groups.join('\n')}
</nav>
</div>
</body>
</html>
`;
}
