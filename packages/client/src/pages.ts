/** A page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly meta: {
    /** The number of rows in the whole list, if it is counted. */
    readonly total?: number;
    /** The number of the page, if it was asked for by number. */
    readonly page?: number;
    readonly perPage: number;
    /** The `cursor` of the next page; null at the end. */
    readonly nextCursor: string | null;
  };
}

/** The part of a list's query that chooses the page. */
export interface PageQuery {
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  readonly cursor?: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: as the one of promises
type OnRejected<B> = ((reason: any) => B | PromiseLike<B>) | null;

/** The number of rows that are read at once while all rows are iterated. */
const ROWS = 100;

/**
 * A list. `await` reads one page; `for await` reads all rows, page by page. Nothing is read before, and each of them reads
 * anew.
 *
 * ```ts
 * const { data, meta } = await muster.members.list();
 * for await (const member of muster.members.list()) console.log(member.id);
 * ```
 */
export class List<T> implements Promise<Page<T>>, AsyncIterable<T> {
  readonly #read: (query: PageQuery) => Promise<Page<T>>;
  readonly #query: PageQuery;

  constructor(read: (query: PageQuery) => Promise<Page<T>>, query: PageQuery) {
    this.#read = read;
    this.#query = query;
  }

  /** Yields the pages from the asked one on, with 100 rows each if the query doesn't say how many. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let query: PageQuery | undefined = { perPage: ROWS, ...this.#query };
    while (query) {
      const page: Page<T> = await this.#read(query);
      yield page;
      const { nextCursor } = page.meta;
      query = nextCursor === null ? undefined : { ...query, page: undefined, cursor: nextCursor };
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }

  // biome-ignore lint/suspicious/noThenProperty: `await` reads the first page
  then<A = Page<T>, B = never>(
    onFulfilled?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    onRejected?: OnRejected<B>,
  ): Promise<A | B> {
    return this.#read(this.#query).then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: OnRejected<B>): Promise<Page<T> | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Page<T>> {
    return this.then().finally(onFinally);
  }

  readonly [Symbol.toStringTag] = 'List';
}
