import { randomUUID } from 'node:crypto';
import { normalizeAddress } from '../../lib/domain/address.ts';
import { type Api, clock, LONGEST_WAIT } from './api.ts';
import type { Batch, Outcome, Progress } from './progress.ts';
import type { Invitation, Row } from './sheet.ts';
import { Stop } from './stop.ts';

/** A row that wasn't invited. */
export interface Failure {
  readonly line: number;
  readonly email: string;
  readonly reason: string;
}

/** What has become of the rows so far. */
export interface Tally {
  invited: number;
  /** Settled by an earlier run. */
  earlier: number;
  /** Members, those invited by others, and rows of an address that another row has. */
  alreadyIn: number;
  /** Rows by which nobody is to be invited: how many for each reason. */
  readonly passedOver: Map<string, number>;
  readonly failures: Failure[];
}

/** A row's part of the answer to `POST /v1/invitations/bulk`. */
interface Result {
  readonly status: number;
  readonly error?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, readonly string[]>>;
  readonly retryAfter?: number;
}

const BATCH_ROWS = 100;

/** The bytes of the rows of a request, which may have 256 KB. */
const BATCH_BYTES = 200 * 1024;

/** For how long the service is sure to know a key, in milliseconds; it says 24 hours. */
const KEY_KEPT = 23 * 60 * 60_000;

/** How far this machine's clock may be ahead of the service's, in milliseconds. */
const CLOCKS_APART = 10 * 60_000;

/** How often rows are tried that are refused for a passing reason. */
const ROUNDS = 3;

/** One run over a file. */
export class Run {
  readonly tally: Tally = { invited: 0, earlier: 0, alreadyIn: 0, passedOver: new Map(), failures: [] };
  readonly #api: Api;
  readonly #progress: Progress;
  readonly #dryRun: boolean;
  readonly #interrupted: AbortSignal;
  /** Told after each request, and before a wait: why, if there is one. */
  readonly #onProgress: (waiting?: string) => void;
  /** Rows refused for a passing reason, and when they may be tried again. */
  #aside: { readonly row: Row; readonly result: Result; readonly at: number }[] = [];

  constructor(
    api: Api,
    progress: Progress,
    options: { dryRun: boolean; interrupted: AbortSignal; onProgress: (waiting?: string) => void },
  ) {
    this.#api = api;
    this.#progress = progress;
    this.#dryRun = options.dryRun;
    this.#interrupted = options.interrupted;
    this.#onProgress = options.onProgress;
  }

  /**
   * Invites whoever isn't settled yet, in requests of up to a hundred, one after the other.
   *
   * @throws Stop when it can't go on; AbortError when it is interrupted. What was done is written down in either case.
   */
  async invite(rows: AsyncIterable<Row>): Promise<void> {
    const { unfinished } = this.#progress;
    if (unfinished && !this.#dryRun) await this.#resume(unfinished);
    await this.#sendAll(this.#open(rows));
    for (let round = 2; this.#aside.length > 0; round += 1) {
      const aside = this.#aside;
      this.#aside = [];
      if (round > ROUNDS) {
        for (const { row, result } of aside) this.#fail(row, reasonOf(result));
        break;
      }
      const seconds = Math.max(...aside.map(({ at }) => at - Date.now())) / 1000;
      this.#onProgress(`waiting until ${clock(seconds)} for ${aside.length} that the API will take later`);
      await this.#api.wait(Math.max(seconds, 0));
      await this.#sendAll(aside.map(({ row }) => row));
    }
    this.#onProgress();
  }

  /** The rows that are to be sent. */
  async *#open(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    const { settled } = this.#progress;
    const { passedOver } = this.tally;
    for await (const row of rows) {
      if (row.absence !== undefined) {
        passedOver.set(row.absence, (passedOver.get(row.absence) ?? 0) + 1);
        continue;
      }
      const address = normalizeAddress(row.invitation.email);
      const when = settled.get(address);
      if (when === 'earlier') {
        settled.set(address, 'now');
        this.tally.earlier += 1;
      } else if (when === 'now') this.tally.alreadyIn += 1;
      else if (row.problem !== undefined) this.#fail(row, row.problem);
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
    if (!results) throw new Stop('The API took a new key for a used one. Run the same command again.');
    this.#progress.finish(results.map(outcomeOf), 'now');
    let stop: Stop | undefined;
    for (const [index, row] of rows.entries()) {
      const result = results[index] as Result;
      const { status, retryAfter = 1 } = result;
      if (status === 201) this.tally.invited += 1;
      else if (status === 409 && /^already_/.test(result.error ?? '')) this.tally.alreadyIn += 1;
      else if (status !== 429 && status < 500) this.#fail(row, reasonOf(result));
      else if (retryAfter <= LONGEST_WAIT) this.#aside.push({ row, result, at: Date.now() + retryAfter * 1000 });
      else stop = new Stop(`${result.message} Run the same command again after ${clock(retryAfter)}.`);
    }
    this.#onProgress();
    if (stop) throw stop;
  }

  /** @returns what became of each row; undefined: the service knows the key from another request */
  async #post({ batch, rows }: Batch): Promise<Result[] | undefined> {
    const sending = {
      body: { invitations: rows, ...(this.#dryRun && { dryRun: true }) },
      headers: this.#dryRun ? {} : { 'idempotency-key': batch },
    };
    const { status, body } = await this.#api.askPatiently('POST /v1/invitations/bulk', sending, [200, 422]);
    return status === 200 ? body.data : undefined;
  }

  /**
   * Finds out what became of a request that an earlier run didn't live to see answered. Under its key it is answered as
   * it was, or done now. Where the service doesn't know the key any more, or not of this caller, whoever has an
   * invitation from then is settled, whatever became of it; the others are met again in the file.
   */
  async #resume(batch: Batch): Promise<void> {
    this.#onProgress('finding out what became of the last request of the run before');
    const isKnown = batch.caller === this.#api.caller && Date.now() - Date.parse(batch.at) < KEY_KEPT;
    let outcome = isKnown ? (await this.#post(batch))?.map(outcomeOf) : undefined;
    if (!outcome) {
      outcome = [];
      for (const row of batch.rows) outcome.push(await this.#outcomeSince(batch.at, row));
    }
    this.#progress.finish(outcome, 'earlier');
  }

  async #outcomeSince(at: string, { email }: Invitation): Promise<Outcome> {
    this.#interrupted.throwIfAborted();
    const since = new Date(Date.parse(at) - CLOCKS_APART).toISOString();
    const route = `GET /v1/invitations?perPage=1&email=${encodeURIComponent(email)}`;
    // 400: what is no address was never invited.
    const { status, body } = await this.#api.askPatiently(route, {}, [200, 400]);
    return status === 200 && body.data[0]?.createdAt >= since ? 'invited' : 'unknown';
  }

  #fail({ line, invitation }: Row, reason: string): void {
    this.tally.failures.push({ line, email: invitation.email, reason });
  }
}

function outcomeOf({ status, error }: Result): Outcome {
  return status === 201 ? 'invited' : (error ?? String(status));
}

function reasonOf({ status, message, details }: Result): string {
  const fields = Object.entries(details ?? {}).flatMap(([field, said]) => said.map((each) => `${field} ${each}`));
  return fields.join('; ') || message || String(status);
}
