import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Page } from '../src/index.ts';
import { type Failure, failureOf } from './failure.ts';

/** How many rows one step shows, at least, as long as there are more. */
const STEP = 20;
/** How many pages one step reads, at most, so that a search in a large list stops by itself. */
const PAGES = 10;

/** What shows a list. */
interface ListHost extends ReactiveControllerHost {
  /** Whether it reads again what it shows: a list that is started anew then stays until the new one is read. */
  readonly isRefreshing?: boolean;
}

/**
 * A list that is read by cursor, a step at a time, never whole. Rows may be left out, as by a search: then a step reads
 * on until it has some, within bounds.
 */
export class Pages<T> implements ReactiveController {
  readonly #host: ListHost;
  readonly #failed: (error: unknown) => Failure;
  #loading: AbortController | undefined;
  #read: ((cursor: string | undefined, signal: AbortSignal) => PromiseLike<Page<T>>) | undefined;
  #passes: (row: T) => boolean = () => true;
  #next: string | null | undefined;

  rows: readonly T[] = [];
  /** The number of rows of the whole list, if the API counts them. */
  total: number | undefined;
  isLoading = false;
  failure: Failure | undefined;
  /** The error of the failure. */
  error: unknown;

  constructor(host: ListHost, failed: (error: unknown) => Failure = failureOf) {
    this.#host = host;
    this.#failed = failed;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#loading?.abort();
  }

  /** Whether there is more to read. */
  get hasMore(): boolean {
    return this.#next !== null && this.#read !== undefined;
  }

  /**
   * Starts a list. What an earlier one still reads is dropped.
   *
   * @param read reads a page
   * @param passes whether a row is shown
   */
  async start(
    read: (cursor: string | undefined, signal: AbortSignal) => PromiseLike<Page<T>>,
    passes: (row: T) => boolean = () => true,
  ): Promise<void> {
    this.#loading?.abort();
    if (this.#host.isRefreshing && this.rows.length > 0) return this.#again(read, passes);
    this.#read = read;
    this.#passes = passes;
    this.#next = undefined;
    this.rows = [];
    this.total = undefined;
    this.isLoading = false;
    await this.more();
  }

  /** Reads one step further. */
  more = (): Promise<void> => this.#step(PAGES);

  /** Reads until a step has its rows, however many pages that takes. `stop` ends it. */
  on = (): Promise<void> => this.#step(Number.POSITIVE_INFINITY);

  /** Stops reading. What was read stays. */
  stop = (): void => {
    this.#loading?.abort();
    this.isLoading = false;
    this.#host.requestUpdate();
  };

  async #step(most: number): Promise<void> {
    if (!this.#read || !this.hasMore || this.isLoading) return;
    // What is read again meanwhile would end before these rows.
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.isLoading = true;
    this.failure = undefined;
    this.#host.requestUpdate();
    try {
      const before = this.rows.length;
      for (let pages = 0; pages < most && this.hasMore && this.rows.length - before < STEP; pages += 1) {
        const { data, meta } = await this.#read(this.#next ?? undefined, loading.signal);
        if (loading.signal.aborted) return;
        this.rows = [...this.rows, ...data.filter(this.#passes)];
        this.total ??= meta.total;
        this.#next = meta.nextCursor;
        this.#host.requestUpdate();
      }
    } catch (error) {
      if (loading.signal.aborted) return;
      this.isLoading = false;
      // The screen is about something else by now.
      if ((error as Error).name === 'AbortError') return;
      this.failure = this.#failed(error);
      this.error = error;
    }
    this.isLoading = false;
    this.#host.requestUpdate();
  }

  /** Reads as many rows anew as are shown. A list that would take too many pages stays as it is. */
  async #again(
    read: (cursor: string | undefined, signal: AbortSignal) => PromiseLike<Page<T>>,
    passes: (row: T) => boolean,
  ): Promise<void> {
    const loading = new AbortController();
    this.#loading = loading;
    this.isLoading = false;
    const rows: T[] = [];
    let next: string | null | undefined;
    let total: number | undefined;
    try {
      for (let pages = 0; next !== null && rows.length < Math.max(this.rows.length, STEP); pages += 1) {
        if (pages === PAGES) return;
        const { data, meta } = await read(next, loading.signal);
        if (loading.signal.aborted) return;
        rows.push(...data.filter(passes));
        total ??= meta.total;
        next = meta.nextCursor;
      }
    } catch (error) {
      if (loading.signal.aborted || (error as Error).name === 'AbortError') return;
      this.failure = this.#failed(error);
      this.error = error;
      this.#host.requestUpdate();
      return;
    }
    this.#read = read;
    this.#passes = passes;
    this.#next = next;
    this.failure = undefined;
    this.rows = rows;
    this.total = total;
    this.#host.requestUpdate();
  }

  /** Replaces rows, as after a change; undefined takes a row out. */
  change(replace: (row: T) => T | undefined): void {
    const rows = this.rows.flatMap((row) => replace(row) ?? []);
    if (this.total !== undefined) this.total -= this.rows.length - rows.length;
    this.rows = rows;
    this.#host.requestUpdate();
  }
}
