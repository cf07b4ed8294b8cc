import MiniSearch, { type SearchResult } from 'minisearch';
import { type Entry, INDEX_FILE, SEARCH_OPTIONS } from '../search-options.ts';

// The search of the documents: a few results while somebody types, all of them on the page search.html.

const AT_ONCE = 8;
const ON_PAGE = 100;
const root = document.documentElement.dataset.root ?? '';
let loading: Promise<MiniSearch<Entry>> | undefined;

/** Loads the index, at the first search. */
function load(): Promise<MiniSearch<Entry>> {
  loading ??= fetch(root + INDEX_FILE)
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(`${answer.status}`))))
    .then((json) => MiniSearch.loadJSON(json, SEARCH_OPTIONS));
  // The next search tries again.
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** Returns the parts that have all words; if there are none, those that have some. */
async function find(query: string): Promise<readonly (SearchResult & Entry)[]> {
  const index = await load();
  const all = index.search(query);
  return (all.length > 0 ? all : index.search(query, { combineWith: 'OR' })) as (SearchResult & Entry)[];
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Returns the text around the first word that was found, with these words marked. */
function excerpt(text: string, terms: readonly string[]): (Node | string)[] {
  const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(${escaped.join('|')})`, 'gi');
  const first = Math.max(0, text.search(pattern) - 60);
  const from = first === 0 ? 0 : text.indexOf(' ', first) + 1;
  const part = text.slice(from, from + 180);
  const pieces = part.split(pattern).map((piece, index) => (index % 2 ? element('mark', {}, piece) : piece));
  return [from > 0 ? '… ' : '', ...pieces, from + 180 < text.length ? ' …' : ''];
}

function list(results: readonly (SearchResult & Entry)[]): HTMLElement {
  const items = results.map(({ title, page, path, text, terms }) =>
    element(
      'li',
      {},
      element('a', { href: root + path }, title, ...(title === page ? [] : [element('small', {}, page)])),
      element('p', {}, ...excerpt(text, terms)),
    ),
  );
  return element('ul', {}, ...items);
}

function summary(query: string, count: number): string {
  if (count === 0) return `Nothing has “${query}”.`;
  return count === 1 ? '1 result' : `${count} results`;
}

const box = document.querySelector('search') as HTMLElement;
const input = box.querySelector('input') as HTMLInputElement;
const panel = box.querySelector('.found') as HTMLElement;
const status = element('p', { className: 'status' });
status.setAttribute('role', 'status');
box.hidden = false;

let latest = '';
async function suggest(): Promise<void> {
  const query = input.value.trim();
  latest = query;
  if (query === '') {
    panel.hidden = true;
    return;
  }
  let shown: readonly Node[];
  try {
    const results = await find(query);
    status.textContent = summary(query, results.length);
    const all = element('a', { href: `${root}search.html?q=${encodeURIComponent(query)}` }, 'All results');
    shown = [list(results.slice(0, AT_ONCE)), ...(results.length > AT_ONCE ? [element('p', {}, all)] : [])];
  } catch {
    status.textContent = 'The search could not be loaded. Type again to retry.';
    shown = [];
  }
  // A slower answer to what was typed before is out of date.
  if (latest !== query) return;
  panel.hidden = false;
  panel.replaceChildren(status, ...shown);
}

input.addEventListener('input', suggest);
input.addEventListener('focus', () => {
  load().catch(() => undefined);
});
document.addEventListener('keydown', (event) => {
  const inField = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === '/' && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
  } else if (event.key === 'Escape' && !panel.hidden) {
    panel.hidden = true;
    input.focus();
  } else if (
    (event.key === 'ArrowDown' || event.key === 'ArrowUp') &&
    !panel.hidden &&
    box.contains(document.activeElement)
  ) {
    const stops = [input, ...panel.querySelectorAll('a')];
    const at = stops.indexOf(document.activeElement as HTMLInputElement);
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  }
});
document.addEventListener('click', ({ target }) => {
  const isLink = target instanceof Element && target.closest('a') !== null;
  if (target instanceof Node && (!box.contains(target) || isLink)) panel.hidden = true;
});
box.addEventListener('focusout', ({ relatedTarget }) => {
  if (relatedTarget instanceof Node && !box.contains(relatedTarget)) panel.hidden = true;
});

const results = document.querySelector('#results');
const query = new URLSearchParams(location.search).get('q')?.trim() ?? '';
if (results) {
  input.value = query;
  if (query === '') results.replaceChildren('Type what you look for into the field above.');
  else {
    find(query).then(
      (found) => results.replaceChildren(element('p', {}, summary(query, found.length)), list(found.slice(0, ON_PAGE))),
      () => results.replaceChildren('The search could not be loaded. Reload the page.'),
    );
  }
}
