import { closeSync, createReadStream, existsSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { normalizeAddress } from '../../lib/domain/address.ts';
import type { Invitation } from './rows.ts';
import { Stop } from './stop.ts';

/** The API and the organization of a run. */
export interface Target {
  readonly api: string;
  readonly organization: string;
}

/** A bulk request, recorded before it is sent. */
export interface Batch {
  /** The request's `Idempotency-Key`. */
  readonly batch: string;
  readonly at: string;
  /** The hash of the caller, since idempotency keys are per caller. */
  readonly caller: string;
  readonly rows: readonly Invitation[];
}

/** The outcome of a row: `invited`, or the code of the refusal. */
export type Outcome = string;

const SETTLED: ReadonlySet<Outcome> = new Set(['invited', 'already_invited', 'already_member']);

/**
 * The progress of a file, in an append-only file of JSON lines beside it. Each line is synced to disk before the run
 * continues. The first line is the `Target`. Each request has a `Batch`, written before it is sent, and
 * `{"batch", "outcome": [...]}` with an outcome for each row, written after the answer.
 */
export class Progress {
  /** Addresses that are members or invited, and whether an earlier run recorded that. */
  readonly settled: Map<string, 'earlier' | 'now'> = new Map();
  /** The request that was possibly sent, but has no recorded answer. */
  unfinished: Batch | undefined;
  #descriptor: number | undefined;

  /**
   * Opens the progress file and reads the earlier runs.
   *
   * @param writing whether this run records its progress
   * @throws Stop if the file belongs to another target, or can't be read
   */
  static async open(file: string, target: Target, { writing }: { writing: boolean }): Promise<Progress> {
    const progress = new Progress();
    let size = 0;
    if (existsSync(file)) {
      for await (const { text, end } of wholeLines(file)) {
        progress.#read(file, target, text, size === 0);
        size = end;
      }
    }
    if (!writing) return progress;
    const descriptor = openSync(file, 'a', 0o600);
    // Drops an incomplete last line. The process died before it acted on it.
    ftruncateSync(descriptor, size);
    progress.#descriptor = descriptor;
    if (size === 0) {
      progress.#append(target);
      syncDirectory(dirname(file));
    }
    return progress;
  }

  /** Records a request before it is sent. */
  begin(batch: Batch): void {
    this.#append(batch);
    this.unfinished = batch;
  }

  /**
   * Records the outcome of each row of the unfinished batch. @param when whether an earlier run or this one began it
   */
  finish(outcome: readonly Outcome[], when: 'earlier' | 'now'): void {
    this.#append({ batch: this.unfinished?.batch, outcome });
    this.#settle(outcome, when);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #settle(outcome: readonly Outcome[], when: 'earlier' | 'now'): void {
    for (const [index, { email }] of (this.unfinished?.rows ?? []).entries()) {
      if (SETTLED.has(outcome[index] ?? '')) this.settled.set(normalizeAddress(email), when);
    }
    this.unfinished = undefined;
  }

  #read(file: string, target: Target, text: string, isFirst: boolean): void {
    let line: Partial<Target & Batch & { outcome: Outcome[] }>;
    try {
      line = JSON.parse(text);
    } catch {
      throw new Stop(`${file} can't be read: it has a line that isn't JSON. It is only ever written by this command.`);
    }
    if (isFirst) {
      if (line.api === target.api && line.organization === target.organization) return;
      throw new Stop(
        `${file} is the progress for ${line.organization} at ${line.api}. For ${target.organization} at ${target.api}, copy the CSV file to another name.`,
      );
    }
    if (line.outcome) this.#settle(line.outcome, 'earlier');
    else this.unfinished = line as Batch;
  }

  #append(line: unknown): void {
    if (this.#descriptor === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
    fsyncSync(this.#descriptor);
  }
}

/** Yields the complete lines of a file, each with the byte offset of its end. */
async function* wholeLines(file: string): AsyncGenerator<{ text: string; end: number }> {
  let held: Buffer[] = [];
  let end = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...held, chunk.subarray(start, at)]);
      held = [];
      start = at + 1;
      end += line.length + 1;
      yield { text: line.toString(), end };
    }
    held.push(chunk.subarray(start));
  }
}

/** Syncs a directory, so that a new file survives a power failure. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
