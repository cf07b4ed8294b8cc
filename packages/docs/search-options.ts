import type { Options } from 'minisearch';

/** What a search finds: a part of a page, or an operation of an API. */
export interface Entry {
  readonly id: number;
  readonly title: string;
  /** The title of the page. */
  readonly page: string;
  /** The path in the site, with its anchor. */
  readonly path: string;
  readonly text: string;
}

/** The options of the index: those that made it must read it. */
export const SEARCH_OPTIONS: Options<Entry> = {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page', 'path', 'text'],
  // `_` stays, so that error codes are words.
  tokenize: (text) => text.split(/[^\p{L}\p{N}_]+/u).filter(Boolean),
  searchOptions: {
    boost: { title: 4, page: 2 },
    // Why something is so comes after how to use it.
    boostDocument: (_id, _term, entry) => (String(entry?.path).startsWith('adr/') ? 0.3 : 1),
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    combineWith: 'AND',
  },
};

/** The file of the index in the site. */
export const INDEX_FILE = 'search-index.json';
