import { randomUUID } from 'node:crypto';
import { normalizeAddress } from '../../lib/domain/address.ts';
import { type Api, clock, MAX_WAIT } from './api.ts';
import type { Mode, Result } from './mode.ts';
import type { Batch, Outcome, Progress } from './progress.ts';
import type { Invitation, Row, RowProblem } from './rows.ts';
import { Stop } from './stop.ts';

/** A row that wasn't invited. */
export interface Failure {
  readonly line: number;
  readonly email: string;
  readonly reason: string;
}

/** The results of the rows so far. */
export interface Tally {
  invited: number;
  /** Rows settled by an earlier run. */
  earlier: number;
  /** Members, addresses with a pending invitation, and further rows of the same address. */
  alreadyIn: number;
  /** The number of skipped rows by reason. */
  readonly skipped: Map<string, number>;
  readonly failures: Failure[];
}

/** Why a row isn't sent. */
const PROBLEMS: Readonly<Record<RowProblem, string>> = {
  surplus: 'has more cells than columns: text with the separator needs quotes',
  'too-long': 'is longer than a row may be',
  guest: 'is the sign-in name of a guest, not an address',
};

const BATCH_ROWS = 100;

/** The largest size of a request's rows, in bytes; a request may have 256 KB. */
const BATCH_BYTES = 200 * 1024;

/** How long an idempotency key is valid for certain, in milliseconds; documented are 24 hours. */
const KEY_VALIDITY = 23 * 60 * 60_000;

/** The tolerated clock skew between this machine and the service, in milliseconds. */
const CLOCK_SKEW = 10 * 60_000;

/** The tries of rows with transient failures. */
const MAX_ROUNDS = 3;

/** One run over a file. */
export class Run {
  readonly tally: Tally = { invited: 0, earlier: 0, alreadyIn: 0, skipped: new Map(), failures: [] };
  readonly #api: Api;
  readonly #mode: Mode;
  readonly #progress: Progress;
  readonly #dryRun: boolean;
  readonly #interrupted: AbortSignal;
  /** Called after each request, and before each wait with its reason. */
  readonly #onProgress: (waiting?: string) => void;
  /** Rows with transient failures, and when they may be retried. */
  #deferred: { readonly row: Row; readonly result: Result; readonly at: number }[] = [];

  constructor(
    api: Api,
    progress: Progress,
    options: { mode: Mode; dryRun: boolean; interrupted: AbortSignal; onProgress: (waiting?: string) => void },
  ) {
    this.#api = api;
    this.#mode = options.mode;
    this.#progress = progress;
    this.#dryRun = options.dryRun;
    this.#interrupted = options.interrupted;
    this.#onProgress = options.onProgress;
  }

  /**
   * Invites or imports all rows that aren't settled yet, in sequential requests of up to a hundred rows.
   *
   * @throws Stop when it can't continue; AbortError when it is interrupted. The progress is saved in both cases.
   */
  async invite(rows: AsyncIterable<Row>): Promise<void> {
    const { unfinished } = this.#progress;
    if (unfinished && !this.#dryRun) await this.#resume(unfinished);
    await this.#sendAll(this.#open(rows));
    for (let round = 2; this.#deferred.length > 0; round += 1) {
      const deferred = this.#deferred;
      this.#deferred = [];
      if (round > MAX_ROUNDS) {
        for (const { row, result } of deferred) this.#fail(row, reasonOf(result));
        break;
      }
      const seconds = Math.max(...deferred.map(({ at }) => at - Date.now())) / 1000;
      this.#onProgress(`waiting until ${clock(seconds)} for ${deferred.length} that the API will take later`);
      await this.#api.wait(Math.max(seconds, 0));
      await this.#sendAll(deferred.map(({ row }) => row));
    }
    this.#onProgress();
  }

  /** Yields the rows to send, and counts the others. */
  async *#open(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    const { settled } = this.#progress;
    const { skipped } = this.tally;
    for await (const row of rows) {
      if (row.absence !== undefined) {
        skipped.set(row.absence, (skipped.get(row.absence) ?? 0) + 1);
        continue;
      }
      const address = normalizeAddress(row.invitation.email);
      const when = settled.get(address);
      if (when === 'earlier') {
        settled.set(address, 'now');
        this.tally.earlier += 1;
      } else if (when === 'now') this.tally.alreadyIn += 1;
      else if (row.problem !== undefined) this.#fail(row, PROBLEMS[row.problem]);
      else yield row;
    }
  }

  async #sendAll(rows: AsyncIterable<Row> | Iterable<Row>): Promise<void> {
    let batch: Row[] = [];
    let bytes = 0;
    for await (const row of rows) {
      const size = Buffer.byteLength(JSON.stringify(row.invitation)) + 1;
      if (batch.length === BATCH_ROWS || bytes + size > BATCH_BYTES) {
        await this.#send(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(row);
      bytes += size;
    }
    if (batch.length > 0) await this.#send(batch);
  }

  async #send(rows: readonly Row[]): Promise<void> {
    this.#interrupted.throwIfAborted();
    const invitations = rows.map(({ invitation }) => invitation);
    const batch: Batch = {
      batch: randomUUID(),
      at: new Date().toISOString(),
      caller: this.#api.caller,
      rows: invitations,
    };
    this.#progress.begin(batch);
    const results = await this.#post(batch);
    if (!results) throw new Stop('The API refused a new idempotency key as reused. Run the same command again.');
    this.#progress.finish(results.map(outcomeOf), 'now');
    let stop: Stop | undefined;
    for (const [index, row] of rows.entries()) {
      const result = results[index] as Result;
      const { status, retryAfter = 1 } = result;
      if (status === 201) this.tally.invited += 1;
      else if (status === 409 && /^already_/.test(result.error ?? '')) this.tally.alreadyIn += 1;
      else if (status !== 429 && status < 500) this.#fail(row, reasonOf(result));
      else if (retryAfter <= MAX_WAIT) this.#deferred.push({ row, result, at: Date.now() + retryAfter * 1000 });
      else stop = new Stop(`${result.message} Run the same command again after ${clock(retryAfter)}.`);
    }
    this.#onProgress();
    if (stop) throw stop;
  }

  /** @returns the result of each row; undefined: the key was used with another body */
  async #post({ batch, rows }: Batch): Promise<readonly Result[] | undefined> {
    const answer = await this.#api.call(
      (muster, options) => this.#mode.send(muster, rows, this.#dryRun, { ...options, idempotencyKey: batch }),
      ['idempotency_key_reused'],
    );
    return answer?.data;
  }

  /**
   * Resolves the last request of an earlier run, whose answer wasn't recorded. With the same idempotency key, the
   * service replays the answer or processes the request now. If the key has expired or belongs to another caller, rows
   * whose address has an invitation since then are settled, and the others are sent again.
   */
  async #resume(batch: Batch): Promise<void> {
    this.#onProgress('checking the last request of the previous run');
    const isKeyValid = batch.caller === this.#api.caller && Date.now() - Date.parse(batch.at) < KEY_VALIDITY;
    let outcome = isKeyValid ? (await this.#post(batch))?.map(outcomeOf) : undefined;
    if (!outcome) {
      outcome = [];
      for (const row of batch.rows) outcome.push(await this.#outcomeSince(batch.at, row));
    }
    this.#progress.finish(outcome, 'earlier');
  }

  async #outcomeSince(at: string, { email }: Invitation): Promise<Outcome> {
    this.#interrupted.throwIfAborted();
    const since = new Date(Date.parse(at) - CLOCK_SKEW).toISOString();
    // An invalid address was never processed. If the key may not read, the row is sent again.
    const answer = await this.#api.call(
      (muster, options) => this.#mode.find(muster, email, options),
      ['validation_failed', 'forbidden'],
    );
    const [latest] = answer?.data ?? [];
    return latest && latest.createdAt >= since ? 'invited' : 'unknown';
  }

  #fail({ line, invitation }: Row, reason: string): void {
    this.tally.failures.push({ line, email: invitation.email, reason });
  }
}

function outcomeOf({ status, error }: Result): Outcome {
  return status === 201 ? 'invited' : (error ?? String(status));
}

function reasonOf({ status, message, details }: Result): string {
  const fields = Object.entries(details ?? {}).flatMap(([field, problems]) =>
    problems.map((each) => `${field} ${each}`),
  );
  return fields.join('; ') || message || String(status);
}
