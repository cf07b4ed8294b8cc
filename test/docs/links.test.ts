import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

// Checks that every relative link in documents leads to an existing file and heading.

function listed(...patterns: readonly string[]): string[] {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: ROOT,
  });
  return files
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

/** Fenced code blocks. */
const FENCED = /^ *```.*?^ *```$/gms;
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const withoutCode = (text: string) => text.replace(FENCED, '').replace(/`[^`\n]*`/g, '');

/** Returns the anchors that GitHub generates for a document's headings. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(FENCED, '').matchAll(/^#{1,6} (.+)$/gm);
  const anchors = new Set<string>();
  for (const [, heading = ''] of headings) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Returns the broken links of a document. */
function brokenLinks(file: string, text: string): string[] {
  const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(ROOT, target))) return [link];
    if (anchor === undefined) return [];
    if (!target.endsWith('.md') || statSync(join(ROOT, target)).isDirectory()) return [link];
    return anchorsOf(target === file ? text : read(target)).has(anchor) ? [] : [link];
  });
}

const documents = listed('*.md');

test.each(documents)('%s has no broken links', (file) => {
  expect(brokenLinks(file, read(file))).toEqual([]);
});

test('a broken link is reported', () => {
  const text =
    '# One\n\n[a](none.md) [b](#two) [c](docs/errors.md#none) [d](#one) `[e](no.md)` [f](https://x.example)\n';
  expect(brokenLinks('README.md', text)).toEqual(['none.md', '#two', 'docs/errors.md#none']);
  expect(anchorsOf("# Doesn't run\n## `a/b`\n## One\n## One\n```\n# no\n```")).toEqual(
    new Set(['doesnt-run', 'ab', 'one', 'one-1']),
  );
});

test('each page of docs is listed in docs/README.md', () => {
  const pages = listed('docs/*.md').filter((file) => !file.startsWith('docs/adr/') && file !== 'docs/README.md');
  const contents = read('docs/README.md');
  expect(pages.filter((page) => !contents.includes(`](${page.replace('docs/', '')})`))).toEqual([]);
});

test('documents that code names exist', () => {
  const sources = listed('*.ts', '*.mjs', '*.json', '*.yaml').filter((file) => file !== 'test/docs/links.test.ts');
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/(?<![\w/])docs\/(?:adr\/)?[\w-]+\.(?:md|json|yaml)\b/g)].map(([path]) => path),
  );
  expect(new Set(named).size).toBeGreaterThan(5);
  expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

describe('commands', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
  const hooks = /^(pre|post)/;

  test.each(documents)('in %s are scripts of package.json', (file) => {
    const named = [...read(file).matchAll(/\bnpm run (?:-s |--silent )?([\w-]+(?::[\w-]+)*)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('are all in the README', () => {
    const text = read('README.md');
    const own = Object.keys(scripts).filter((name) => !hooks.test(name) && name !== 'lint:docs');
    const isNamed = (name: string) =>
      text.includes(`npm ${name}`) || new RegExp(`npm run (?:-s )?${name}(?![\\w:-])`).test(text);
    expect(own.filter((name) => !isNamed(name))).toEqual([]);
  });
});
