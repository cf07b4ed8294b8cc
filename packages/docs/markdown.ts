import MarkdownIt from 'markdown-it';
import { highlight } from './highlight.ts';

/** A part of a page that a search finds: what is below a heading, or a row of a table. */
export interface Section {
  /** The anchor; an empty string for the beginning of the page. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
}

/** Where a link leads: to a page, or to a file of the repository, which the site doesn't have. */
export type Target = { readonly href: string } | { readonly file: string };

const markdown = new MarkdownIt({ html: false });
type Token = ReturnType<typeof markdown.parse>[number];
const { escapeHtml } = markdown.utils;

export { escapeHtml };

const { rules } = markdown.renderer;
// Wide code and tables scroll, which the keyboard can do if they have the focus.
rules.fence = (tokens, index) => {
  const { content = '', info = '' } = tokens[index] ?? {};
  return `<pre tabindex="0"><code>${highlight(content, info.trim(), escapeHtml)}</code></pre>\n`;
};
rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
rules.table_close = () => '</table></div>\n';
rules.link_open = (tokens, index, options, _, renderer) =>
  tokens[index]?.meta?.file ? '<span class="file">' : renderer.renderToken(tokens, index, options);
rules.link_close = (tokens, index) => {
  const file = tokens[index]?.meta?.file;
  if (!file) return '</a>';
  return `${tokens[index]?.meta?.isNamed ? '' : ` (<code>${escapeHtml(String(file))}</code>)`}</span>`;
};

/**
 * Renders a document.
 *
 * @param text Markdown
 * @param target returns where a relative link of the document leads
 */
export function render(text: string, target: (link: string) => Target): Rendered {
  // Comments are for those who edit the document.
  const tokens = markdown.parse(text.replace(/<!--.*?-->\n?/gs, ''), {});
  const taken = new Set<string>();
  const headings: Heading[] = [];
  const sections: { id: string; title: string; text: string }[] = [];
  let row: { id: string; title: string; text: string } | undefined;
  for (const [index, token] of tokens.entries()) {
    const inline = tokens[index + 1];
    if (token.type === 'heading_open') {
      const title = plain(inline);
      const id = anchor(title, taken);
      token.attrSet('id', id);
      headings.push({ level: Number(token.tag.slice(1)), id, text: title });
      sections.push({ id: token.tag === 'h1' ? '' : id, title, text: '' });
    } else if (token.type === 'tr_open') {
      const name = nameOf(tokens[index + 2]);
      if (name && tokens[index + 1]?.type === 'td_open' && !taken.has(name)) {
        taken.add(name);
        token.attrSet('id', name);
        row = { id: name, title: name, text: '' };
        sections.splice(-1, 0, row);
      }
    } else if (token.type === 'tr_close') {
      row = undefined;
    } else if (token.type === 'inline') {
      follow(token, target);
      const section = row ?? sections.at(-1);
      if (section && tokens[index - 1]?.type !== 'heading_open') section.text += `${plain(token)} `;
    } else if (token.type === 'fence') {
      const section = sections.at(-1);
      if (section) section.text += `${token.content} `;
    }
  }
  const found = sections.map(({ id, title, text: content }) => ({
    id,
    title,
    text: content.replace(/\s+/g, ' ').trim(),
  }));
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings, sections: found };
}

/** Returns a text of Markdown as HTML, without a paragraph around it. */
export function renderInline(text: string): string {
  return markdown.renderInline(text);
}

/** Returns the anchor of a heading, as GitHub makes it. */
function anchor(heading: string, taken: Set<string>): string {
  const slug = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  let id = slug;
  for (let count = 1; taken.has(id); count += 1) id = `${slug}-${count}`;
  taken.add(id);
  return id;
}

/** Returns the name in a cell that has nothing else: an error code, the key of a configuration. */
function nameOf(cell: Token | undefined): string | undefined {
  const [only, ...others] = cell?.children ?? [];
  const isName = only?.type === 'code_inline' && others.length === 0 && /^[a-z][\w.-]*$/i.test(only.content);
  return isName ? only.content : undefined;
}

function plain(inline: Token | undefined): string {
  return (inline?.children ?? []).map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');
}

/** Replaces the links of a text by those of the site. */
function follow(inline: Token, target: (link: string) => Target): void {
  const children = inline.children ?? [];
  let file: string | undefined;
  let label = '';
  for (const token of children) {
    if (token.type === 'image') {
      const found = target(String(token.attrGet('src') ?? ''));
      if ('href' in found) token.attrSet('src', found.href);
    } else if (token.type === 'link_open') {
      const found = target(decodeURI(String(token.attrGet('href') ?? '')));
      file = 'file' in found ? found.file : undefined;
      label = '';
      if ('href' in found) token.attrSet('href', found.href);
      else token.meta = { file };
    } else if (token.type === 'link_close' && file !== undefined) {
      token.meta = { file, isNamed: label === file };
      file = undefined;
    } else {
      label += token.content;
    }
  }
}
